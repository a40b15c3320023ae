"""Images that become rows, and rows that become images, with their channels where PyTorch has them."""

import numpy as np
import pytest

from compare.judging.causes.channels import flattened, made_of_rows
from tests.helpers.passages import passage, statements


def test_an_image_a_sequence_and_a_volume_are_flattened_with_their_channels_first():
    found = statements(flattened, "y = layers.Flatten()(logits)", "torch.flatten(x, 1)")
    axes = ["(3, 1, 2)", "(2, 1)", "(4, 1, 2, 3)"]
    assert found == [f"y = keras.Sequential([keras.layers.Permute({each}), layers.Flatten()])(logits)" for each in axes]
    found = statements(flattened, "y = tf.reshape(logits, (size, -1))")
    assert found[0] == "y = tf.reshape(tf.transpose(logits, (0, 3, 1, 2)), (size, -1))"


@pytest.mark.parametrize("line", ["y = tf.reshape(logits, (-1,))", "y = tf.reshape(logits, shape)", "y = tf.exp(x)"])
def test_what_makes_no_rows_is_left(line):
    assert not statements(flattened, line)


def test_rows_become_an_image_whose_channels_are_put_last_then():
    [found] = statements(made_of_rows, "y = tf.reshape(logits, (-1, 4, 4, 8))")
    assert found == "y = tf.transpose(tf.reshape(logits, (-1, 8, 4, 4)), (0, 2, 3, 1))"
    [found] = statements(made_of_rows, "y = layers.Reshape((4, 4, 8), name='image')(logits)")
    made = "layers.Reshape((8, 4, 4), name='image'), keras.layers.Permute((2, 3, 1))"
    assert found == f"y = keras.Sequential([{made}])(logits)"
    assert not statements(made_of_rows, "y = tf.reshape(logits, (-1, 4))")


def test_the_axes_are_those_of_numpys_transposition():
    x = np.arange(48).reshape(2, 3, 4, 2)
    [found, *_] = statements(flattened, "y = np.reshape(x, (2, -1))")
    rows = eval(found.removeprefix("y = ").replace("keras.ops.", "np."), {"np": np, "x": x})
    np.testing.assert_array_equal(rows, np.moveaxis(x, -1, 1).reshape(2, -1))


def test_it_is_likelier_where_pytorchs_side_flattens():
    line = "y = layers.Flatten()(logits)"
    asked, other = (next(flattened(passage(line, torch))).unlikely for torch in ("x.flatten(1)", "x.exp()"))
    assert asked < other
