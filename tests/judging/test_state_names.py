"""What an optimizer keeps is paired by what it holds where each side has a name of its own for it."""

import numpy as np
import pytest

from compare.judging.difference import difference_at
from compare.judging.stages import StageRow
from compare.judging.state_names import with_entries_by_value

FIRST, SECOND = np.array([1.0, -2.0]), np.array([1.0, 4.0])
ALLOWED = 1e-13


def rows_of(torch, tf):
    """What the judge makes of two sides' states by label: "w m", of the first step unless another is said."""
    torch, tf = ({key if isinstance(key, tuple) else (0, "state", key): value for key, value in side.items()}
                 for side in (torch, tf))  # fmt: skip
    rows = [
        StageRow(key[0], key[1], key[2], difference_at(key[1], torch.get(key), tf.get(key), ALLOWED), ALLOWED)
        for key in dict.fromkeys([*torch, *tf])
    ]
    return with_entries_by_value(rows, torch, tf)


def verdicts(torch, tf):
    return {row.tensor: row.verdict for row in rows_of(torch, tf)}


@pytest.mark.parametrize("names", [("m", "v"), ("mu", "nu"), ("momentum_buffer", "square")])
def test_entries_that_hold_the_same_are_one_whatever_they_are_called(names):
    own = {f"w {names[0]}": FIRST, f"w {names[1]}": SECOND, "w t": np.float64(1)}
    tf = {"w step": np.float64(1), "w exp_avg": FIRST, "w exp_avg_sq": SECOND}
    assert verdicts(own, tf) == dict.fromkeys(own, "within")


def test_entries_that_differ_are_not_paired():
    assert verdicts({"w m": FIRST}, {"w exp_avg": 2 * FIRST}) == {
        "w m": "not shown in tf",
        "w exp_avg": "not shown in torch",
    }


def test_an_entry_that_agrees_with_two_is_paired_with_neither():
    """In the first step the largest second moment is the second moment."""
    found = verdicts({"w v": SECOND}, {"w exp_avg_sq": SECOND, "w max_exp_avg_sq": SECOND})
    assert set(found.values()) == {"not shown in tf", "not shown in torch"}
    found = verdicts({"w v": SECOND, "w largest": SECOND}, {"w exp_avg_sq": SECOND})
    assert set(found.values()) == {"not shown in tf", "not shown in torch"}


def test_zeros_tell_nothing():
    assert set(verdicts({"w m": 0 * FIRST}, {"w z": 0 * FIRST}).values()) == {"not shown in tf", "not shown in torch"}


def test_an_entry_must_agree_in_every_weight():
    torch, tf = {"a m": FIRST, "b m": FIRST}, {"a exp_avg": FIRST, "b exp_avg": SECOND}
    assert len(rows_of(torch, tf)) == 4


def test_what_agrees_at_first_is_compared_later_too():
    later, other = (1, "state", "w m"), (1, "state", "w exp_avg")
    found = rows_of({"w m": FIRST, later: FIRST}, {"w exp_avg": FIRST, other: SECOND})
    assert [(row.key, row.verdict) for row in found] == [((0, "state", "w m"), "within"), (later, "beyond")]


def test_the_second_update_of_a_step_is_one_of_its_own():
    found = verdicts({"w m": FIRST, "w m (call 2)": SECOND}, {"w z": FIRST, "w z (call 2)": SECOND})
    assert found == {"w m": "within", "w m (call 2)": "within"}


def test_what_both_sides_call_alike_is_left_as_it_is():
    assert verdicts({"w m": FIRST, "w n": SECOND}, {"w m": SECOND}) == {"w m": "beyond", "w n": "not shown in tf"}
