"""What parts of a step is read as a whole, or not at all."""

import numpy as np

from compare.judging.formulas.evidence import explains, times
from tests.helpers.evidence import evidence

ONES, TWOS = np.ones(4), np.full(4, 2.0)


def test_all_that_parts_of_a_stage_is_its_evidence():
    found = evidence("gradient", {"a": ONES, "b": ONES}, {"a": TWOS, "b": TWOS})
    assert [each.name for each in found.apart] == ["a", "b"]
    assert found.which == ""


def test_where_some_agree_the_others_are_named():
    assert evidence("gradient", {"a": ONES, "b": ONES}, {"a": TWOS, "b": ONES}).which == " of a alone"
    assert evidence("gradient", {"a": ONES, "b": 0 * ONES}, {"a": TWOS, "b": 0 * ONES}).which == ""


def test_a_gap_of_few_numbers_or_near_rounding_or_of_shapes_is_none_for_a_formula():
    assert evidence("gradient", {"a": ONES[:2]}, {"a": TWOS[:2]}).apart == []
    assert evidence("gradient", {"a": ONES}, {"a": ONES * (1 + 5e-12)}).apart == []
    assert evidence("gradient", {"a": ONES}, {"a": TWOS[:3]}).apart == []
    assert len(evidence("gradient", {"a": ONES}, {"a": ONES * (1 + 2e-11)}).apart) == 1


def test_what_a_stage_had_before_is_known_only_where_it_was_recorded_for_each():
    given = evidence("gradient", {"a": ONES}, {"a": TWOS}, earlier={"a": TWOS}, weights={"a": ONES})
    assert given.before("weights")[0].tolist() == [1] * 4
    assert given.before("gradient", back=1)[0].tolist() == [2] * 4
    assert given.before("state") is None


def test_the_nearest_multiple_is_of_all_together():
    assert times([ONES, TWOS], [3 * ONES, 3 * TWOS]) == 3
    assert times([0 * ONES], [ONES]) is None


def test_what_explains_one_tensor_and_not_another_explains_nothing():
    apart = evidence("gradient", {"a": ONES, "b": ONES}, {"a": TWOS, "b": TWOS}).apart
    assert explains(apart, [TWOS, TWOS])
    assert not explains(apart, [TWOS, ONES])
