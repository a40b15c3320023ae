"""Whole parts of a model are exchanged at once: an exchange of single layers would make things worse first."""

from compare.judging.exchanges import of_parts
from compare.traces.pairing import RecordedModel, pair
from compare.traces.weights import Tensor, WeightGroup


def paired(torch: dict[str, int], tf: dict[str, int]):
    """The pairing of two models whose layers have these widths, in order."""
    sides = []
    for layers in (torch, tf):
        groups = [
            WeightGroup("Linear", path, {"weight": Tensor(f"{path}.weight", (width, 3), False, True)})
            for path, width in layers.items()
        ]
        sides.append(RecordedModel(groups, dict.fromkeys(layers, "Linear"), list(layers), ["x"]))
    return pair(*sides)


def partners(pairing):
    return {tf.path: torch.path for torch, tf in pairing.pairs}


def test_two_modules_that_hold_the_same_are_exchanged_whole():
    torch = {"one.a": 4, "one.b": 4, "other.a": 4, "other.b": 4, "last": 4}
    pairing = paired(torch, {"d0": 4, "d1": 4, "d2": 4, "d3": 4, "d4": 4})
    assert [partners(each) for each in of_parts(pairing)] == [
        {"d0": "other.a", "d1": "other.b", "d2": "one.a", "d3": "one.b", "d4": "last"}
    ]


def test_what_takes_the_same_place_among_layers_alike_is_exchanged_together():
    pairing = paired({"l1": 4, "l2": 1, "l4": 4, "l5": 1}, {"d0": 4, "d1": 1, "d2": 4, "d3": 1})
    assert [partners(each) for each in of_parts(pairing)] == [{"d0": "l4", "d1": "l5", "d2": "l1", "d3": "l2"}]


def test_modules_that_hold_other_layers_are_not_exchanged():
    assert list(of_parts(paired({"one.a": 4, "one.b": 5, "other.a": 4}, {"d0": 4, "d1": 5, "d2": 4}))) == []
