"""A gradient that is shown differently is not blamed where what the optimizers made of it agrees."""

import numpy as np
import pytest

from compare.judging.difference import difference
from compare.judging.harmless import mark_absorbed, say_harmless
from compare.judging.stages import StageRow, first_divergence

GRADIENT, WEIGHT = np.array([1.0, -2.0, 0.5]), np.array([3.0, 1.0, -4.0])
DECAYED = GRADIENT + 0.01 * WEIGHT


class Shown(dict):
    """A trace of step 0, by (stage, tensor)."""

    def get(self, key, default=None):
        return super().get(key[1:], default)


def judged(torch, tf):
    """The rows of two sides, marked, and the first divergence."""
    keys = [key for key in torch if key in tf]
    rows = [StageRow(0, *key, difference(torch[key], tf[key]), 1e-13) for key in keys]
    marked = mark_absorbed(rows, Shown(torch), Shown(tf), "float64")
    return {row.key[1:]: row for row in marked}, first_divergence(marked)


def side(gradient, update, **state):
    shown = {("weights", "w"): WEIGHT, ("gradient", "w"): gradient}
    return shown | {("state", f"w {name}"): value for name, value in state.items()} | {("update", "w"): update}


def test_the_update_is_named_where_the_state_that_was_made_of_the_gradients_agrees():
    rows, first = judged(side(GRADIENT, -DECAYED, m=DECAYED), side(DECAYED, -1.01 * DECAYED, m=DECAYED))
    assert not rows["gradient", "w"].reaches
    assert first.stage == "update"


def test_the_gradient_is_named_where_the_state_differs_too():
    rows, first = judged(side(GRADIENT, -GRADIENT, m=GRADIENT), side(DECAYED, -DECAYED, m=DECAYED))
    assert rows["gradient", "w"].reaches
    assert first.stage == "gradient"


def test_without_a_state_an_update_that_is_no_multiple_of_its_gradient_uses_more_than_is_shown():
    _, first = judged(side(GRADIENT, -0.05 * DECAYED), side(DECAYED, -0.0501 * DECAYED))
    assert first.stage == "update"


@pytest.mark.parametrize("rate", [0.05, 0.1])
def test_without_a_state_the_gradient_is_named_where_both_updates_are_multiples_of_theirs(rate):
    _, first = judged(side(GRADIENT, -0.05 * GRADIENT), side(DECAYED, -rate * DECAYED))
    assert first.stage == "gradient"


def test_a_count_of_steps_that_agrees_says_nothing_of_the_gradient():
    step = np.ones(())
    _, first = judged(side(GRADIENT, -np.sign(GRADIENT), step=step), side(DECAYED, -DECAYED, step=step))
    assert first.stage == "gradient"


def test_what_reaches_nothing_is_listed_apart_with_its_gap():
    rows, first = judged(side(GRADIENT, -DECAYED, m=DECAYED), side(DECAYED, -1.01 * DECAYED, m=DECAYED))
    [remark] = say_harmless(list(rows.values()), first)
    assert remark.startswith("differs too, and reaches nothing: the gradient of w (gap 2.0e-02)")


def test_nothing_is_listed_where_nothing_else_differs():
    rows, first = judged(side(GRADIENT, -GRADIENT), side(GRADIENT, -2 * GRADIENT))
    assert first.stage == "update"
    assert say_harmless(list(rows.values()), first) == []
    assert say_harmless(list(rows.values()), None) == []
