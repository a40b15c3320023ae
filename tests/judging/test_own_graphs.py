"""What a step's own graph froze shows where every step begins with torch's weights, and not where it runs eagerly."""

from types import SimpleNamespace

import numpy as np
import pytest

from compare.judging.comparison import DIVERGED, EQUIVALENT, Comparison
from compare.judging.judgement import Judgement
from compare.judging.own_graphs import FROZEN, with_own_graphs
from compare.running.request import RequestFailedError
from compare.traces.header import BY_ITSELF
from compare.traces.trace import TracePair

STEPS, FROZEN_AT, BY = 12, 7, 0.5
LOSSES = np.linspace(2.0, 1.0, STEPS)
ROUNDING = 1e-16


def trace(parts_at=STEPS, compiled=BY_ITSELF):
    """A run that follows; its updates are apart from that step on."""
    gap = np.where(np.arange(STEPS) < parts_at, 0.0, BY)
    apart = {("update", "fc.weight"): np.stack([gap, np.full(STEPS, ROUNDING)], 1)}
    header = SimpleNamespace(compiled=compiled, loss_is_number=False, ulps=1, followed=())
    return SimpleNamespace(steps=STEPS, curves={"loss": LOSSES}, apart=apart, header=header)


def judged(graphs, nudged=None, eager=None, compiled=BY_ITSELF, known=EQUIVALENT, fails=False):
    """What becomes of a judgement where the three runs that follow are these."""
    pair = TracePair(trace(), trace(compiled=compiled))
    comparison = Comparison("float64", pair, np.zeros(STEPS), np.zeros(STEPS), [])
    runs = iter([graphs, nudged or graphs, eager or trace()])

    def run(*wanted):
        assert all(training.follows == "float64" and training.audits == () for _, training in wanted)
        if fails:
            raise RequestFailedError("tf", "it may not run more often")
        return [next(runs) for _ in wanted]

    before = Judgement(known, ("parts somewhere",) if known == DIVERGED else (), {"float64": comparison}, None)
    return before, with_own_graphs(run, before)


def test_a_graph_that_froze_a_value_parts_at_the_step_where_that_is_wrong():
    _, found = judged(trace(FROZEN_AT))
    first = found.first_divergence
    assert (found.verdict, first.step, first.stage, first.tensor) == (DIVERGED, FROZEN_AT, "update", "fc.weight")
    assert first.difference.max_rel == BY
    assert FROZEN in found.findings
    assert "parts at step 7, update, fc.weight" in found.findings[0]


def test_the_sentence_of_a_later_parting_gives_way():
    _, found = judged(trace(FROZEN_AT), known=DIVERGED)
    assert "parts somewhere" not in found.findings


@pytest.mark.parametrize(
    "runs",
    [
        {"graphs": trace()},
        {"graphs": trace(FROZEN_AT), "nudged": trace()},
        {"graphs": trace(FROZEN_AT), "eager": trace(FROZEN_AT)},
        {"graphs": trace(FROZEN_AT), "compiled": True},
        {"graphs": trace(FROZEN_AT), "compiled": None},
        {"graphs": trace(FROZEN_AT), "fails": True},
    ],
    ids=["agrees", "chance", "eagerly too", "the harness' graph", "no graph", "cannot run"],
)
def test_nothing_is_said_of_a_graph_that(runs):
    before, found = judged(**runs)
    assert found is before
