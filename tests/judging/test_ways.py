"""The ways that a difference is carried back, and those that gradients go in one side only."""

import pytest

from compare.judging.ways import Ways


def ways(tf, gradients, torch, weights=None, calls=("fc", "head")):
    return Ways.of(tf, gradients, torch, weights or {}, calls)


@pytest.mark.parametrize(
    ("values", "gradients", "torch", "expected"),
    [
        (["fc"], ["fc"], ["fc"], True),
        (["fc"], ["fc"], [], True),
        (["fc"], [], ["fc"], False),  # stopped in tf
        ([], [], ["fc"], True),  # left out in tf
        ([], [], [], False),
    ],
)
def test_a_difference_is_carried_back_where_tf_differentiates_it_or_lacks_it(values, gradients, torch, expected):
    found = ways({"head": values}, {"head": gradients}, {"head": torch})
    assert found.carries("fc", "head") == expected
    assert found.reached_by("fc") == ({"head"} if expected else set())


def test_all_have_torchs_names_and_an_expression_is_reached_where_a_part_of_it_is():
    weights = {"cell.bias": "rnn.bias_ih + rnn.bias_hh"}
    found = ways({"head": ["cell.bias"]}, {}, {"head": ["rnn.bias_hh"]}, weights)
    assert found.values == {"head": {"rnn.bias_ih + rnn.bias_hh"}}
    assert "rnn.bias_ih + rnn.bias_hh" in found.torch["head"]


def test_in_place_of_a_call_that_tf_does_not_have_is_what_that_was_given():
    torch = {"head": ["relu"], "relu": ["dropout", "relu"], "dropout": ["fc", "scale"]}
    assert ways({}, {}, torch).torch["head"] == {"fc", "scale"}
    assert ways({}, {}, torch, calls=("relu",)).torch["head"] == {"relu"}


def test_a_gradient_turns_where_one_side_has_it_in_place_of_the_other():
    def turned(tf, torch):
        return ways({}, {"head": tf}, {"head": torch}).turns("fc", "codes")

    assert turned(["codes"], ["fc"])
    assert turned(["fc"], ["codes"])
    assert not turned(["codes", "fc"], ["fc"])
    assert not turned([], ["fc", "codes"])
    assert not ways({}, {"head": ["codes"]}, {}).turns("fc", "codes")
