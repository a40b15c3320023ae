"""What layers exchange: labels, whose argument is whose, and how an array of one side becomes one of the other."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from compare.traces.exchange import (
    COMES_BACK,
    GIVEN,
    Calls,
    Exchanged,
    agree,
    axes_between,
    label_of,
    layer_and_part,
    partners,
    tensors_by_argument,
)
from compare.traces.step import END
from compare.traces.trace import Trace, TraceWriter
from tests.helpers.synthetic import header


def is_array(value):
    return isinstance(value, np.ndarray)


def test_calls_are_named_as_outputs_are():
    calls = Calls()
    assert [calls.next_of(name) for name in ("fc", "act", "fc")] == ["fc", "act", "fc (call 2)"]


@given(
    layer=st.sampled_from(["fc", "a.b", "dense activation"]),
    part=st.sampled_from(["0", "query"]),
    call=st.integers(1, 3),
)
def test_a_label_gives_back_the_call_and_the_part(layer, part, call):
    called = layer if call == 1 else f"{layer} (call {call})"
    assert layer_and_part(label_of(called, part)) == (called, part)


def test_what_a_call_exchanged_is_read_by_step_stage_and_part(tmp_path):
    writer = TraceWriter(tmp_path / "trace.npz")
    for step, stage, label, value in [
        (0, GIVEN, "attention query", 1.0),
        (0, GIVEN, "attention key", 2.0),
        (0, GIVEN, "attention query (call 2)", 3.0),
        (0, COMES_BACK, "attention 0", 4.0),
        (END, GIVEN, "attention query", 5.0),
    ]:
        writer.tensor(step, stage, label, value)
    writer.close({"loss": [0.0]}, header())
    with Trace(tmp_path / "trace.npz") as trace:
        exchanged = Exchanged(trace)
        assert exchanged.of(0, GIVEN, "attention") == {"query": 1, "key": 2}
        assert exchanged.of(0, GIVEN, "attention (call 2)") == {"query": 3}
        assert exchanged.of(0, COMES_BACK, "attention") == {"0": 4}
        assert exchanged.of(END, GIVEN, "attention") == {"query": 5}
        assert exchanged.of(1, GIVEN, "attention") == {}


def test_tensors_are_found_by_the_name_of_their_parameter_in_lists_by_their_place():
    def call(inputs, training=False, states=None): ...

    one, two, three = np.zeros(1), np.zeros(2), np.zeros(3)
    found = tensors_by_argument(call, (one,), {"training": True, "states": [two, {"c": three}]}, is_array)
    assert list(found) == ["inputs", "states.0", "states.1.c"]
    assert found["states.1.c"] is three


def test_what_cannot_be_bound_to_parameters_is_found_by_its_place():
    found = tensors_by_argument(max, (np.zeros(1), np.zeros(2)), {"key": np.zeros(3)}, is_array)
    assert [array.size for array in found.values()] == [1, 2, 3]


@pytest.mark.parametrize(
    ("own", "other", "expected"),
    [
        ("inputs", "input", {"inputs": "input"}),
        ("query value key", "query key value", {"query": "query", "value": "value", "key": "key"}),
        ("query value", "query key value", {"query": "query", "value": "value"}),
        ("sequence state", "input hx.0 hx.1", {"sequence": "input", "state": "hx.0"}),
        ("inputs mask", "input", {}),
    ],
)
def test_an_argument_is_the_others_of_its_name_else_of_its_place(own, other, expected):
    assert partners(dict.fromkeys(own.split()), dict.fromkeys(other.split())) == expected


RNG = np.random.default_rng(0)
CHANNELS_LAST = (0, 2, 3, 1)


@pytest.mark.parametrize("shape", [(2, 3, 4, 5), (2, 4, 4, 4)])
@pytest.mark.parametrize("order", [(0, 1, 2, 3), CHANNELS_LAST, (1, 0, 2, 3)])
def test_the_order_of_axes_is_the_one_in_which_the_values_agree(shape, order):
    other = RNG.normal(size=shape)
    own = other.transpose(order) + 1e-9
    axes = axes_between(other, own, CHANNELS_LAST)
    np.testing.assert_allclose(axes.to_own(other), own, atol=1e-8)
    np.testing.assert_array_equal(axes.to_other(axes.to_own(other), other.shape), other)


def test_an_order_in_which_the_values_are_by_far_closer_is_taken_though_an_epsilon_differs_too():
    other = RNG.normal(size=(2, 4, 4, 4))
    own = 1.05 * other.transpose(1, 0, 2, 3)
    assert axes_between(other, own, CHANNELS_LAST).order == (1, 0, 2, 3)


def test_where_no_values_agree_the_usual_order_is_taken_and_without_one_that_as_it_is():
    other, own = RNG.normal(size=(2, 4, 4, 4)), RNG.normal(size=(2, 4, 4, 4))
    assert axes_between(other, own, CHANNELS_LAST).order == CHANNELS_LAST
    assert axes_between(other, own, None).order == (0, 1, 2, 3)


def test_fewer_axes_of_as_many_elements_are_a_reshape_and_other_sizes_none():
    other = RNG.normal(size=(2, 6))
    axes = axes_between(other, other.reshape(2, 2, 3), None)
    np.testing.assert_array_equal(axes.to_other(axes.to_own(other), (2, 6)), other)
    assert axes_between(other, np.zeros((2, 7)), None) is None


def test_two_arrays_agree_in_half_of_the_digits_of_the_coarser():
    one = np.array([1.0])
    assert agree(one, one * (1 + 1e-9))
    assert not agree(one, one * (1 + 1e-7))
    assert agree(one.astype(np.float32), one * (1 + 1e-4))
    assert not agree(np.array([1]), np.array([2]))
