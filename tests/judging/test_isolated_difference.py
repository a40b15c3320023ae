"""What a difference is called, as a port may accept it."""

import pytest

from compare.judging.isolated_difference import IsolatedDifference
from tests.helpers.isolated_rows import row, setting


@pytest.mark.parametrize(
    ("place", "kind", "tensor", "settings", "expected"),
    [
        ("layer", "BatchNorm", "bn1", ["eps", "momentum"], "BatchNorm eps and momentum"),
        ("layer", "", "fc", [], "layer output"),
        ("buffer", "BatchNorm", "bn1.running_var", [], "BatchNorm running variance"),
        ("buffer", "Linear", "fc.rule.u.reshape(1, 8)", [], "Linear u"),
        ("between layers", "Linear", "fc input (call 2)", [], "what fc is given"),
        ("backward", "Linear", "fc 0", [], "gradient back to fc"),
        ("gradient", "", "fc.weight", [], "gradients of weights"),
        ("loss", "", "loss", ["reduction"], "loss reduction"),
        ("optimizer", "", "fc.weight", [], "optimizer"),
    ],
)
def test_a_difference_is_called_by_its_place_and_by_what_is_set_otherwise(place, kind, tensor, settings, expected):
    stages = {"between layers": "input", "backward": "upstream"}
    shown = row(stages.get(place, "forward"), tensor)
    found = IsolatedDifference(place, kind, (shown,), tuple(setting("fc", name, 1, 2) for name in settings))
    assert found.words == expected


def test_of_several_rows_the_largest_names_it_and_of_what_layers_are_given_the_first():
    found = IsolatedDifference("evaluation", "", (row("forward", "fc", gap=0.1), row("forward", "head", gap=0.2)))
    assert found.words == "evaluation of head"
    given = IsolatedDifference("between layers", "", (row("input", "a 0", gap=0.1), row("input", "b 0", gap=0.2)))
    assert given.words == "what a is given", "the first of those in a row"
