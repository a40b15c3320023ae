"""Calls of one layer are told by what they put out, where the sides make them in another order."""

from types import SimpleNamespace

import numpy as np
import pytest

from compare.judging.order_of_calls import in_order_of_calls
from compare.traces.pairing import RecordedModel, pair
from compare.traces.step import END
from compare.traces.weights import Tensor, WeightGroup

CALLS = ("", " (call 2)", " (call 3)")


def model(layer, kind="Linear"):
    held = [WeightGroup("Linear", layer, {"weight": Tensor(f"{layer}.weight", (3, 3), False, True)})]
    groups = held if kind == "Linear" else []
    return RecordedModel(groups, {layer: kind}, [f"{layer}{call}" for call in CALLS], [])


def trace(layer, numbers):
    """What a step computed: by call, a number from which its output follows."""
    outputs = {
        (0, "forward", f"{layer}{call}"): np.arange(12.0).reshape(4, 3) + number
        for call, number in zip(CALLS, numbers, strict=True)
    }
    outputs[END, "forward", layer] = np.zeros(3)
    return SimpleNamespace(keys=list(outputs), get=outputs.get)


def partners(torch, tf, kind="Linear"):
    """The number of torch's call for each of tf's, where the outputs follow from these numbers."""
    paired = pair(model("d", kind), model("e", kind))
    found = in_order_of_calls(paired, trace("d", torch), trace("e", tf)).outputs
    names = {f"d{call}": number for number, call in enumerate(CALLS, 1)}
    return [names[found[f"e{call}"]] for call in CALLS]


@pytest.mark.parametrize("kind", ["Linear", "ReLU"])
@pytest.mark.parametrize("order", [(1, 2, 3), (1, 3, 2), (3, 1, 2), (3, 2, 1)])
def test_calls_in_any_order_are_found_by_their_outputs(order, kind):
    assert partners((10, 20, 30), tuple(10 * number for number in order), kind) == list(order)


def test_calls_that_put_out_the_same_stay_in_order():
    assert partners((10, 10, 30), (10, 30, 10)) == [1, 3, 2]


def test_calls_whose_output_no_other_has_take_what_is_left():
    assert partners((10, 20, 30), (30, 77, 10)) == [3, 2, 1]


def test_where_no_output_agrees_the_order_stays():
    assert partners((10, 20, 30), (40, 50, 60)) == [1, 2, 3]


def test_what_was_found_before_is_forgotten():
    paired = pair(model("d"), model("e"))
    found = in_order_of_calls(paired, trace("d", (10, 20, 30)), trace("e", (30, 20, 10)))
    assert in_order_of_calls(found, trace("d", (10, 20, 30)), trace("e", (10, 20, 30))) == paired


def test_of_calls_that_put_out_nearly_the_same_the_nearest_belong_together():
    assert partners((10, 10.05, 10.1), (10.05, 10.1, 10)) == [2, 3, 1]
    assert partners((10, 10.05, 10.1), (10.0501, 10.1001, 10.0001)) == [2, 3, 1]


def test_calls_of_which_none_agrees_are_those_of_the_same_size():
    paired = pair(model("d"), model("e"))
    torch, tf = trace("d", (10, 20, 30)), trace("e", (50, 60, 70))
    for outputs, call in ((torch, "d (call 3)"), (tf, "e")):
        outputs.get.__self__[0, "forward", call] = outputs.get((0, "forward", call))[:2]
    assert in_order_of_calls(paired, torch, tf).calls == {"e": "d (call 3)", "e (call 3)": "d"}


def two_layers(one, other, of_one, of_other):
    """Two layers that are called in turn, and from which numbers their outputs follow."""
    calls = [f"{layer}{call}" for call in CALLS for layer in (one, other)]
    held = [
        WeightGroup("Linear", each, {"weight": Tensor(f"{each}.weight", (3, width), False, True)})
        for each, width in ((one, 3), (other, 4))
    ]
    outputs = {**trace(one, of_one).get.__self__, **trace(other, of_other).get.__self__}
    kinds = {one: "Linear", other: "Linear"}
    return RecordedModel(held, kinds, calls, []), SimpleNamespace(keys=list(outputs), get=outputs.get)


def partners_of_two(torch, tf):
    """By layer, the number of torch's call for each of tf's."""
    (one, torch), (other, tf) = two_layers("a", "b", *torch), two_layers("x", "y", *tf)
    found = in_order_of_calls(pair(one, other), torch, tf).outputs
    names = {f"{layer}{call}": number for layer in "ab" for number, call in enumerate(CALLS, 1)}
    return [[names[found[f"{layer}{call}"]] for call in CALLS] for layer in "xy"]


def test_layers_that_are_called_in_turn_keep_together():
    alike = (10, 10, 10)  # puts out the same in all calls
    assert partners_of_two([alike, (1, 20, 30)], [alike, (30, 1, 20)]) == [[3, 1, 2], [3, 1, 2]]
    otherwise = (70, 80, 90)  # computes something else in all calls
    assert partners_of_two([(1, 20, 30), (1, 20, 30)], [(30, 1, 20), otherwise]) == [[3, 1, 2], [3, 1, 2]]


def test_two_models_that_are_called_in_turn_may_be_shown_things_in_two_orders():
    assert partners_of_two([(1, 20, 30), (4, 50, 60)], [(30, 1, 20), (50, 4, 60)]) == [[3, 1, 2], [2, 1, 3]]


def test_in_an_evaluation_the_calls_of_a_layer_are_in_its_own_order():
    paired = pair(model("d"), model("e"))
    found = in_order_of_calls(paired, trace("d", (10, 20, 30)), trace("e", (30, 20, 10)))
    assert found.evaluated == {f"e{call}": f"d{call}" for call in CALLS} != found.outputs


@pytest.mark.parametrize("in_evaluation", [(30.1, 20.1, 10.1), (10.1, 20.1, 30.1)])
def test_in_an_evaluation_the_calls_are_in_the_order_that_explains_its_outputs_better(in_evaluation):
    """The weights are others by then: nothing is quite the same."""
    torch, tf = trace("d", (100, 200, 300)), trace("e", (300, 200, 100))
    for outputs, layer, numbers in ((torch, "d", (100, 200, 300)), (tf, "e", [10 * each for each in in_evaluation])):
        outputs.get.__self__.update(
            {
                (END, "forward", f"{layer}{call}"): np.ones(3) * number
                for call, number in zip(CALLS, numbers, strict=True)
            }
        )
    found = in_order_of_calls(pair(model("d"), model("e")), torch, tf)
    own = {f"e{call}": f"d{call}" for call in CALLS}
    assert found.evaluated == (found.outputs if in_evaluation[0] > 30 else own)


def test_in_an_evaluation_layers_without_weights_are_those_that_they_were_in_training():
    def both(*names):
        return RecordedModel([], dict.fromkeys(names, "Tanh"), list(names), [])

    def put_out(**numbers):
        outputs = {(0, "forward", layer): np.arange(6.0) + number for layer, number in numbers.items()}
        return SimpleNamespace(keys=list(outputs), get=outputs.get)

    found = in_order_of_calls(
        pair(both("actor", "critic"), both("v", "pi")), put_out(actor=1, critic=9), put_out(v=9, pi=1)
    )
    assert found.outputs == found.evaluated == {"v": "critic", "pi": "actor"}
