"""Layers left over that stand in the same places are set against each other; others are not."""

from compare.traces.other_sizes import say_other_sizes
from compare.traces.weights import Tensor, WeightGroup


def layers(*sizes, kind="Linear"):
    shapes = [(f"{kind.lower()}{place}", size) for place, size in enumerate(sizes)]
    return [WeightGroup(kind, path, {"weight": Tensor(f"{path}.weight", size, False, True)}) for path, size in shapes]


def test_layers_of_one_kind_in_one_order_are_named_with_their_sizes():
    said = say_other_sizes(layers((16, 8), (4, 4), (1, 16)), layers((17, 8), (4, 4), (1, 17)))
    assert said.endswith(
        "linear0.weight of torch is 16x8, linear0.weight of tf 17x8; "
        "linear2.weight of torch is 1x16, linear2.weight of tf 1x17"
    )


def test_many_are_counted():
    assert say_other_sizes(layers(*[(1, 2)] * 5), layers(*[(1, 3)] * 5)).endswith("; and 2 more")


def test_layers_of_other_kinds_or_numbers_or_roles_are_not_set_against_each_other():
    assert say_other_sizes(layers((16, 8)), layers((17, 8), kind="Embedding")) == ""
    assert say_other_sizes(layers((16, 8)), layers((17, 8), (1, 2))) == ""
    assert say_other_sizes(layers((16, 8)), layers((17, 8, 1))) == ""
    assert say_other_sizes([], []) == ""
