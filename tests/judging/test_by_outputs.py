"""Layers whose outputs are equal are each other's partners, among those that could be paired crosswise."""

from dataclasses import replace

import numpy as np
import pytest

from compare.judging.by_outputs import by_outputs
from compare.traces.pairing import RecordedModel, pair
from compare.traces.weights import Tensor, WeightGroup


def model(*paths):
    groups = [WeightGroup("BatchNorm", path, {"weight": Tensor(f"{path}.weight", (3,), False, True)}) for path in paths]
    return RecordedModel(groups, dict.fromkeys(paths, "BatchNorm"), list(paths), [])


def trace(**outputs):
    """What a step computed: by layer, a number from which its output follows."""
    return {(0, "forward", layer): np.arange(12.0).reshape(4, 3) + number for layer, number in outputs.items()}


def partners(torch, tf):
    plain = pair(*(model(*(key[2] for key in each)) for each in (torch, tf)), by_name=False)
    return {one.path: other.path for one, other in by_outputs(plain, torch, tf).pairs}


@pytest.mark.parametrize("order", [(1, 2, 3), (1, 3, 2), (3, 1, 2), (3, 2, 1)])
def test_layers_in_any_order_are_found_by_their_outputs(order):
    torch, tf = trace(a=1, b=2, c=3), trace(**dict(zip("xyz", order, strict=True)))
    assert partners(torch, tf) == {"abc"[number - 1]: layer for layer, number in zip("xyz", order, strict=True)}


def test_outputs_that_no_layer_has_leave_the_order():
    assert partners(trace(a=1, b=2), trace(x=10, y=20)) == {"a": "x", "b": "y"}


def test_equal_outputs_leave_the_order():
    assert partners(trace(a=1, b=1), trace(x=1, y=1)) == {"a": "x", "b": "y"}


def test_layers_whose_outputs_were_not_recorded_stay_where_they_are():
    torch, tf = model("a", "b"), model("x", "y")
    assert by_outputs(pair(torch, tf), {}, trace(x=2, y=1)).pairs == pair(torch, tf).pairs


def test_layers_stay_whose_calls_come_in_another_order():
    """A policy is asked about what comes next first, as the target is, or about what was."""
    torch = RecordedModel(
        model("a", "b").weight_groups, {"a": "BatchNorm", "b": "BatchNorm"}, ["a", "a (call 2)", "b"], []
    )
    tf = RecordedModel(
        model("x", "y").weight_groups, {"x": "BatchNorm", "y": "BatchNorm"}, ["x", "x (call 2)", "y"], []
    )
    plain = replace(pair(torch, tf, by_name=False), calls={"x": "a (call 2)", "x (call 2)": "a"})
    outputs = trace(**{"a": 1, "a (call 2)": 2, "b": 2}), trace(**{"x": 2, "x (call 2)": 1, "y": 2})
    assert by_outputs(plain, *outputs).pairs == plain.pairs
    assert by_outputs(replace(plain, calls={}), *outputs).pairs != plain.pairs
