"""A layer with a margin that a later line takes off is not blamed where the next one, given the same, does the same."""

from dataclasses import make_dataclass, replace
from types import SimpleNamespace

import numpy as np
import pytest

from compare.judging.difference import SELECTED, difference
from compare.judging.judgement import Judgement
from compare.judging.margins import parting_behind_margins
from compare.judging.stages import StageRow

MARGIN = StageRow(0, "forward", "up", difference(np.ones((2, 8)), np.ones((2, 9))), 1e-13)
BEHIND = StageRow(0, "forward", "out", difference(np.ones(2), np.zeros(2)), 1e-13)
LOSS = StageRow(0, "loss", "loss", difference(np.ones(1), np.zeros(1)), 1e-13)
ASIDE = replace(MARGIN, difference=replace(MARGIN.difference, kind=SELECTED))


@pytest.fixture(autouse=True)
def sentence(monkeypatch):
    monkeypatch.setattr(
        "compare.judging.margins.parting_sentence", lambda comparison, first: f"parts at {first.tensor}"
    )


Rows = make_dataclass("Rows", ["rows"])


def judged(first):
    return Judgement("diverged", ("parts", "more"), {"float64": Rows([MARGIN, BEHIND, LOSS])}, first)


def test_the_sides_part_behind_what_the_isolated_step_set_aside():
    judgement = parting_behind_margins(judged(MARGIN), SimpleNamespace(rows=[ASIDE]))
    assert judgement.first_divergence is BEHIND
    assert judgement.findings == ("parts at out", "more")
    assert judgement.first_divergence in judgement.comparisons["float64"].rows


@pytest.mark.parametrize(("first", "isolated"), [(MARGIN, MARGIN), (BEHIND, ASIDE), (None, ASIDE)])
def test_all_else_parts_where_it_did(first, isolated):
    judgement = judged(first)
    assert parting_behind_margins(judgement, SimpleNamespace(rows=[isolated])) is judgement
