"""Layers of Keras among others that make them those of PyTorch; tests/side_by_side/test_wrapped.py runs them."""

import pytest

from compare.judging.causes.wrapped import wrapped_alike
from compare.judging.settings import SettingRow
from compare.judging.settings.values import DIFFERS, EQUAL
from tests.helpers.passages import passage, statements


def rows(**settings):
    """A row for each setting, its value in PyTorch; those of windows are equal on both sides."""
    return [
        SettingRow("pool", "MaxPool2d", name, value, "x", EQUAL if name in ("stride", "kernel_size") else DIFFERS, "")
        for name, value in settings.items()
    ]


def made(call, **settings):
    """What is written for a call, without the imports."""
    found = rows(**settings)
    apart = [row for row in found if row.verdict == DIFFERS]
    texts = statements(lambda each: wrapped_alike(each, each.statement.value, apart, found), f"y = {call}")
    return [text.rpartition("y = ")[2] for text in texts]


@pytest.mark.parametrize(
    ("call", "settings", "inside"),
    [
        ("layers.Conv2D(4, 3, 2, 'same')", {"padding": [1, 1]},
         "keras.layers.ZeroPadding2D(1), layers.Conv2D(4, 3, 2, padding='valid')"),
        ("layers.Conv2D(4, 3, 2, padding='same')", {"padding": [1, 2]},
         "keras.layers.ZeroPadding2D(((1, 1), (2, 2))), layers.Conv2D(4, 3, 2, padding='valid')"),
        ("layers.Conv1D(4, 3, padding='same')", {"padding": [2]},
         "keras.layers.ZeroPadding1D(2), layers.Conv1D(4, 3, padding='valid')"),
        ("layers.Conv2D(4, 3, padding='same')", {"padding": [1, 1], "padding_mode": "reflect"},
         "keras.layers.Lambda(lambda x: tf.pad(x, [[0, 0], [1, 1], [1, 1], [0, 0]], mode='REFLECT')), "
         "layers.Conv2D(4, 3, padding='valid')"),
        ("layers.MaxPooling2D(3, 2, 'same')", {"padding": [1, 1]},
         "keras.layers.Lambda(lambda x: tf.pad(x, [[0, 0], [1, 1], [1, 1], [0, 0]], constant_values=x.dtype.min)), "
         "layers.MaxPooling2D(3, 2, padding='valid')"),
        ("layers.MaxPooling2D(3, 2)", {"padding": [0, 0], "ceil_mode": True, "stride": [2, 2]},
         "keras.layers.Lambda(lambda x: tf.pad(x, [[0, 0], [0, 1], [0, 1], [0, 0]], constant_values=x.dtype.min)), "
         "layers.MaxPooling2D(3, 2, padding='valid')"),
        ("layers.AveragePooling2D(3, 1, 'same')", {"padding": [1, 1], "count_include_pad": True},
         "keras.layers.ZeroPadding2D(1), layers.AveragePooling2D(3, 1, padding='valid')"),
        ("layers.Conv2DTranspose(4, 3, strides=2, padding='same')", {"padding": [1, 1], "output_padding": [1, 1]},
         "layers.Conv2DTranspose(4, 3, strides=2, padding='valid'), keras.layers.Cropping2D(((1, 0), (1, 0)))"),
    ],
)  # fmt: skip
def test_what_pads_stands_before_the_layer_and_what_crops_behind(call, settings, inside):
    assert made(call, **settings) == [f"keras.Sequential([{inside}])"]


def test_a_mean_of_what_is_there_divides_by_what_is_there():
    settings = {"padding": [1, 1], "count_include_pad": False, "kernel_size": [3, 3], "stride": [2, 2]}
    [found] = made("layers.AveragePooling2D(3, 2, 'same')", **settings)
    ends = "[[0, 0], [1, 1], [1, 1], [0, 0]]"
    means = [f"tf.nn.avg_pool(tf.pad({each}, {ends}), [3, 3], [2, 2], 'VALID')" for each in ("x", "tf.ones_like(x)")]
    assert found == f"keras.layers.Lambda(lambda x: {means[0]} / {means[1]})"


def test_channels_that_come_first_are_not_padded():
    call = "layers.MaxPooling2D(3, 2, padding='same', data_format='channels_first')"
    assert "[[0, 0], [0, 0], [1, 1], [1, 1]]" in made(call, padding=[1, 1])[0]
    assert "ZeroPadding2D(1, data_format='channels_first')" in made(call.replace("Max", "Average"), padding=[1, 1])[0]


def test_no_padding_needs_no_other_layer():
    call = "layers.Conv2D(4, 3, padding='same')"
    assert made(call, padding=[0, 0]) == ["layers.Conv2D(4, 3, padding='valid')"]


def test_a_recurrent_layer_is_given_time_first_and_gives_it_back():
    turned = "keras.layers.Lambda(lambda x: tf.transpose(x, (1, 0, 2)))"
    [found] = made("layers.GRU(4, return_sequences=True)", batch_first=False)
    assert found == f"keras.Sequential([{turned}, layers.GRU(4, return_sequences=True), {turned}])"
    assert made("layers.GRU(4)", batch_first=False) == [f"keras.Sequential([{turned}, layers.GRU(4)])"]


def test_nothing_is_written_where_it_is_not_known_how():
    assert not made("layers.Dense(4)", padding=[1, 1])
    assert not made("layers.Conv2D(4, 3)", padding="same (extra padding after)")
    assert not made("layers.Conv2D(4, 3)", eps=1e-3)
    assert not made("layers.Conv2DTranspose(4, 3)", padding=[0, 0], output_padding=[1, 1])


def test_what_is_written_is_said_with_both_sides_values():
    found = passage("y = layers.MaxPooling2D(3, 2, 'same')")
    [rewrite] = wrapped_alike(found, found.statement.value, rows(padding=[1, 1]), ())
    assert rewrite.said == "has padding x where PyTorch has [1, 1]"
