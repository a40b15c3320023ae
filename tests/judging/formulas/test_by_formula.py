"""Of the rules for what parts, the first that knows it speaks."""

import numpy as np
import pytest

from compare.judging.formulas.by_formula import BY_FORMULA, RULES, say_formula
from compare.traces.step import END
from tests.helpers.evidence import evidence

ONES = {"w": np.arange(1.0, 5.0)}
EIGHT = {"w": 8 * np.arange(1.0, 5.0)}


@pytest.mark.parametrize("stage", ["gradient", "update"])
def test_what_parts_is_explained_in_one_sentence_with_the_names_of_the_sides(stage):
    given = evidence(stage, ONES, EIGHT)
    assert say_formula(given.pair, given.first, given.rows) == [f"{BY_FORMULA}tf's {stage}s are 8 times torch's"]
    assert "new's" in say_formula(given.pair, given.first, given.rows, ("old", "new"))[0]


def test_where_nothing_parts_or_at_the_end_or_at_another_stage_nothing_is_said():
    given = evidence("gradient", ONES, EIGHT)
    assert say_formula(given.pair, None, given.rows) == []
    for key in ((END, "gradient", "w"), (1, "forward", "w")):
        first = type(given.first)(*key, given.first.difference, given.first.allowed)
        assert say_formula(given.pair, first, given.rows) == []


def test_each_stage_with_rules_is_one_of_a_step():
    assert set(RULES) == {"loss", "gradient", "update", "buffer"}
