"""A convolution of single positions is paired with a dense layer, where nothing of its own kind fits."""

import numpy as np
import pytest

from compare.inputs.expressions import evaluate
from compare.traces.model import RecordedModel
from compare.traces.pairing import PairingError, pair
from compare.traces.weights import Tensor, WeightGroup


def group(kind, path, shape):
    tensors = {"weight": Tensor(f"{path}.weight", shape, False, True)}
    return WeightGroup(kind, path, tensors | {"bias": Tensor(f"{path}.bias", shape[:1], False, True)})


def weights(torch, tf):
    """The pairs of weights, without biases, of two models of groups in the order in which they run."""
    models = (RecordedModel(groups, {each.path: each.kind for each in groups}, [each.path for each in groups], [])
              for groups in (torch, tf))  # fmt: skip
    return {tf: torch for tf, torch in pair(*models).weights.items() if tf.endswith(".weight")}


@pytest.mark.parametrize("ones", [(1,), (1, 1), (1, 1, 1)])
@pytest.mark.parametrize("size", [(6, 5), (5, 5), (1, 1)])
def test_either_side_may_have_the_convolution(ones, size):
    convolution, dense = group(f"Conv{len(ones)}d", "conv", (*size, *ones)), group("Linear", "fc", size)
    kernel = np.arange(np.prod(size)).reshape(*size, *ones)
    [(name, expression)] = weights([convolution], [dense]).items()
    assert name == "fc.weight"
    np.testing.assert_array_equal(evaluate(expression, {"conv.weight": kernel}.get), kernel.reshape(size))
    [(name, expression)] = weights([dense], [convolution]).items()
    np.testing.assert_array_equal(evaluate(expression, {"fc.weight": kernel.reshape(size)}.get), kernel)


def test_several_are_told_apart_by_size_and_by_name():
    torch = [group("Conv1d", path, (*size, 1)) for path, size in (("a", (4, 3)), ("b", (3, 4)), ("c", (4, 3)))]
    tf = [group("Linear", path, size) for path, size in (("c", (4, 3)), ("a", (4, 3)), ("b", (3, 4)))]
    assert {name: expression.partition(".")[0] for name, expression in weights(torch, tf).items()} == {
        "a.weight": "a", "b.weight": "b", "c.weight": "c",
    }  # fmt: skip


def test_a_layer_of_its_own_kind_comes_first():
    torch = [group("Conv1d", "conv", (4, 3, 1)), group("Linear", "fc", (4, 3))]
    tf = [group("Linear", "first", (4, 3)), group("Conv1d", "second", (4, 3, 1))]
    assert weights(torch, tf) == {"first.weight": "fc.weight", "second.weight": "conv.weight"}


def test_convolutions_and_dense_layers_beside_dense_layers_alone_are_paired_in_order():
    torch = [group("Conv1d", "expand", (4, 4, 1)), group("Linear", "fc", (4, 4))]
    tf = [group("Linear", "dense", (4, 4)), group("Linear", "dense_1", (4, 4))]
    assert weights(torch, tf) == {"dense.weight": "expand.weight.reshape(4, 4)", "dense_1.weight": "fc.weight"}


@pytest.mark.parametrize("shape", [(6, 5, 3), (5, 6, 1)])
def test_larger_windows_and_other_sizes_are_no_dense_layer(shape):
    with pytest.raises(PairingError, match="without a partner"):
        weights([group("Conv1d", "conv", shape)], [group("Linear", "fc", (6, 5))])
