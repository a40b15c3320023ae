"""What an optimizer does by itself, and what its rate drags along."""

from types import SimpleNamespace

import numpy as np

from compare.judging.difference import difference, difference_at
from compare.judging.isolated_updates import IsolatedUpdates
from compare.judging.stages import Harmless, StageRow
from tests.helpers.isolated_rows import found, row, setting


def test_an_optimizer_that_moves_a_weight_otherwise_given_the_same_gradient_differs_by_its_settings():
    settings = [setting("optimizer", "momentum", 0.9, 0.8), setting("optimizer", "lr", 0.1, 0.1, "equal")]
    assert found(row("update", "fc.weight"), settings=settings) == [("optimizer", ["fc.weight"], "momentum 0.9 / 0.8")]


def test_an_update_that_is_right_with_its_own_gradient_is_no_difference():
    own = [row("gradient", "fc.weight"), row("update", "fc.weight", gap=0)]
    assert found(*own, given=[row("update", "fc.weight")]) == []


def test_a_decay_inside_the_tape_explains_that_the_optimizer_has_none():
    why = Harmless(
        "torch's optimizer adds the weight decay of 0.01 that tf's gradient includes", False, ("weight_decay",)
    )
    settings = [setting("optimizer", "weight_decay", 0.01, 0.0), setting("optimizer", "eps", 1e-8, 1e-7)]
    rows = [row("gradient", "fc.weight", harmless=why), row("update", "fc.weight")]
    assert found(*rows, settings=settings) == [("optimizer", ["fc.weight"], "eps 1e-08 / 1e-07")]


def test_updates_that_are_as_far_apart_as_the_rates_are_dragged_along():
    rows = [row("rate", "learning_rate"), row("update", "fc.weight"), row("update", "fc.weight", step=1)]
    places = [place for place, *_ in found(*rows, settings=[setting("optimizer", "lr", 0.1, 0.2)])]
    assert places == ["learning rate", "optimizer"]
    assert [place for place, *_ in found(*rows[:2])] == ["learning rate"]


def test_an_optimizer_that_differs_beside_its_rate_moves_a_weight_by_more_than_that():
    settings = [setting("optimizer", "lr", 0.1, 0.2), setting("optimizer", "momentum", 0.9, 0.0)]
    rows = [row("rate", "learning_rate"), row("update", "fc.weight", gap=0.75)]
    assert found(*rows, settings=settings) == [
        ("learning rate", ["learning_rate"], "lr 0.1 / 0.2"),
        ("optimizer", ["fc.weight"], "momentum 0.9 / 0.0"),
    ]


def test_a_velocity_with_earlier_rates_inside_says_nothing_where_these_were_apart_otherwise():
    sense = [setting("optimizer", "momentum sense", "rate outside the buffer", "rate inside the velocity")]
    before, at = row("rate", "learning_rate", gap=0), row("rate", "learning_rate", step=1)
    moved = row("update", "fc.weight", step=1, gap=0.75)
    assert [place for place, *_ in found(before, at, moved)] == ["learning rate", "optimizer"]
    assert [place for place, *_ in found(before, at, moved, settings=sense)] == ["learning rate"]


def test_that_the_rate_is_inside_the_velocity_makes_a_rounded_constant_no_difference():
    sense = setting("optimizer", "momentum sense", "rate outside the buffer", "rate inside the velocity")
    assert found(row("update", "fc.weight", gap=3e-8), settings=[sense]) == []
    assert len(found(row("update", "fc.weight", gap=3e-8), settings=[sense, setting("optimizer", "eps", 0, 1)])) == 1


def test_a_velocity_that_has_the_rates_of_other_steps_inside_is_as_far_apart_at_a_step_with_the_same_rate():
    sense = [setting("optimizer", "momentum sense", "rate outside the buffer", "rate inside the velocity")]
    rates = row("rate", "learning_rate"), row("rate", "learning_rate", step=1, gap=0)
    assert [place for place, *_ in found(*rates, row("update", "fc.weight", step=1), settings=sense)] == [
        "learning rate"
    ]


def test_rates_of_another_number_of_groups_say_nothing_of_updates():
    unlike = difference(np.ones(1), np.ones(2))
    rows = [StageRow(0, "rate", "learning_rate", unlike, 1e-13), row("update", "fc.weight")]
    assert [place for place, *_ in found(*rows)] == ["learning rate"]


def test_a_rate_that_one_side_does_not_show_explains_no_update():
    hidden = StageRow(0, "rate", "learning_rate", difference_at("rate", np.ones(1), None, 1e-13), 1e-13)
    assert [place for place, *_ in found(hidden, row("update", "fc.weight"))] == ["optimizer"]


def test_an_update_that_one_side_does_not_show_follows_from_no_rate():
    updates = IsolatedUpdates(SimpleNamespace(shown=lambda row: (np.ones(1), None)), None, ())
    rates = {0: row("rate", "learning_rate")}
    assert not updates._follows_from(rates, row("update", "fc.weight"))
