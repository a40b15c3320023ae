"""Weights without a framework: found in layers, each once and whole, and set and read in canonical layout."""

import re
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from compare.traces.layers import every_layer, named_layers
from compare.traces.parameters import Held, Parameter, every_tensor, fill, join, weight_groups_of
from compare.traces.weights import Tensor, WeightGroup


class Array(Parameter):
    """A NumPy array as a framework's variable."""

    to_numpy = staticmethod(np.array)

    def set(self, native):
        self.variable[...] = native

    @property
    def trainable(self):
        return self.variable.dtype == np.float64


def transposed(array):
    return array.T


def first_row(array):
    return array[0]


def later_rows(array):
    return array[1:]


def held(name, array, layout=transposed, path="fc", buffer=False):
    return Held("Linear", path, name, join(path, name), Array(array, layout), buffer)


@given(st.integers(1, 4), st.integers(1, 4))
def test_what_is_set_in_canonical_layout_is_read_back_and_lies_as_the_variable_does(rows, columns):
    parameter = Array(np.zeros((rows, columns)), transposed)
    canonical = np.arange(rows * columns, dtype=float).reshape(columns, rows)
    parameter.assign(canonical)
    assert parameter.shape == (columns, rows)
    assert np.array_equal(parameter.value(), canonical)
    assert np.array_equal(parameter.variable, canonical.T)
    assert np.array_equal(parameter.canonical(np.ones((rows, columns))), np.ones((columns, rows)))


def test_a_weight_without_axes_is_set_from_an_array():
    class Strict(Array):
        def set(self, native):
            assert isinstance(native, np.ndarray)
            super().set(native)

    parameter = Strict(np.array(2.6))
    parameter.assign(np.array(2.6) + 1)  # a NumPy scalar
    assert parameter.value() == 3.6


@pytest.mark.parametrize("shape", [(64, 32), (2048,), (1, 32), ()])
def test_values_of_another_shape_are_refused_with_both_shapes(shape):
    parameter = Array(np.zeros((64, 32)), transposed)
    with pytest.raises(ValueError, match=re.escape(f"the shape (32, 64), and is given values of the shape {shape}")):
        parameter.assign(np.ones(shape))


def test_only_the_elements_that_a_layout_chooses_are_replaced():
    assert Array(np.zeros((2, 3)), first_row).filled(np.zeros((2, 3)), np.array([1.0, 2, 3])).tolist() == [
        [1, 2, 3],
        [0, 0, 0],
    ]


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        (np.ones((2, 3)), np.ones((3, 2))),
        (np.int64(7), np.float64(7)),
        (np.float32(0.5), np.float64(0.5)),
        (np.ones(3), None),
        (None, None),
    ],
)
def test_an_entry_of_a_state_lies_as_its_weight_or_is_a_number(entry, expected):
    found = Array(np.zeros((2, 3)), transposed).entry(entry)
    assert (found is None) == (expected is None)
    if expected is not None:
        assert (found.dtype, found.tolist()) == (np.float64, expected.tolist())


def test_a_variable_that_two_layers_hold_is_the_firsts():
    shared, own = np.zeros((2, 3)), np.zeros(3)
    by_layer = {"a": [held("weight", shared, path="a")], "b": [held("weight", shared, path="b"), held("bias", own)]}
    found = every_tensor({"a": "a", "b": "b"}, lambda path, _: by_layer[path], [("weight", shared), ("bias", own)])
    assert [each.name for each in found] == ["a.weight", "fc.bias"]


@pytest.mark.parametrize(("layouts", "left"), [([], 0), ([first_row], 3), ([transposed, first_row], 9)])
def test_a_weight_that_units_do_not_hold_once_and_whole_is_named_with_how_much_they_hold(layouts, left):
    array = np.zeros((2, 3))
    rules = [held("weight", array, layout) for layout in layouts]
    with pytest.raises(AssertionError, match=f"^kernel: {left} of its 6 values belong to a group$"):
        every_tensor({"fc": None}, lambda path, layer: rules, [("kernel", array)])


def test_a_weight_that_two_units_share_by_rows_is_whole():
    array = np.zeros((3, 2))
    rules = [held("first", array, first_row), held("rest", array, later_rows)]
    assert every_tensor({"fc": None}, lambda path, layer: rules, [("kernel", array)]) == rules


BIAS = Tensor("fc.bias", (3,), False, True)


def test_units_have_their_tensors_by_role_in_order_of_definition():
    found = weight_groups_of([
        held("weight", np.zeros((2, 3))), held("mean", np.zeros(3, np.float32), path="norm", buffer=True),
        held("bias", np.zeros(3)),
    ])  # fmt: skip
    assert found == [
        WeightGroup("Linear", "fc", {"weight": Tensor("fc.weight", (3, 2), False, True), "bias": BIAS}),
        WeightGroup("Linear", "norm", {"mean": Tensor("norm.mean", (3,), True, False)}),
    ]


def model():
    return {"w": Array(np.zeros((2, 3)), transposed)}, {"mean": Array(np.zeros(2))}


@pytest.mark.parametrize("given", [{"w": np.ones((3, 2))}, {"w": np.ones((3, 2)), "mean": np.ones(2)}])
def test_weights_are_filled_and_those_buffers_that_are_given(given):
    weights, buffers = model()
    fill(weights, buffers, given)
    assert weights["w"].value().tolist() == np.ones((3, 2)).tolist()
    assert buffers["mean"].value().tolist() == ([1, 1] if "mean" in given else [0, 0])


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({}, r"the model has the weights \['w'\], the inputs have \[\]"),
        ({"w": np.ones((3, 2)), "v": np.ones(1)}, r"the model has the weights \['w'\], the inputs have \['v', 'w'\]"),
        ({"w": np.ones((2, 3))}, r"w: shape \(3, 2\) in the model, \(2, 3\) from the inputs"),
        ({"w": np.ones((3, 2)), "mean": np.ones(3)}, r"mean: shape \(2,\) in the model, \(3,\) from the inputs"),
    ],
)
def test_weights_that_do_not_fit_are_named(given, message):
    with pytest.raises(ValueError, match=message):
        fill(*model(), given)


def layer(**inner):
    return SimpleNamespace(inner=list(inner.items()))


def inside(one):
    return one.inner


def test_layers_are_found_by_their_path_each_once_and_in_order_of_definition():
    shared = layer()
    model = layer(a=shared, b=layer(c=layer(), d=shared), e=layer())
    assert list(every_layer(model, inside)) == ["", "a", "b", "b.c", "e"]
    assert list(named_layers(model, inside)) == ["a", "b.c", "e"]


def test_a_model_that_holds_no_layer_is_one_itself():
    assert list(named_layers(layer(), inside)) == [""]


def test_layers_that_hold_each_other_are_found_once():
    one = layer()
    one.inner = [("self", one), ("other", layer(back=one))]
    assert list(every_layer(one, inside)) == ["", "other"]
