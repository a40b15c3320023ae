"""A loop that moves no weight of its recorder's is told so, and one that moves any is not."""

from types import SimpleNamespace

import numpy as np
import pytest

from compare.judging.unmoved import say_unmoved


class Recorded(dict):
    keys = property(list)
    header = SimpleNamespace(side="torch")


STILL = {(step, "update", name): np.zeros(2) for step in range(2) for name in ("w", "b")}


def test_a_loop_that_moves_no_weight_in_any_step_is_told_what_to_do():
    [said] = say_unmoved([Recorded(STILL)])
    assert said.startswith("no weight of torch moved in any recorded step")
    assert "in place" in said


@pytest.mark.parametrize(
    "trace",
    [
        STILL | {(1, "update", "b"): np.array([0, 1e-300])},
        STILL | {(1, "update", "b"): np.array([0, np.nan])},
        {(0, "weights", "w"): np.zeros(2)},
    ],
)
def test_a_loop_that_moves_any_or_whose_updates_were_not_recorded_is_not(trace):
    assert say_unmoved([Recorded(trace)]) == []
