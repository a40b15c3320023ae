"""Which steps of two recorded loops are judged by themselves, and what is allowed there; verdicts: test_recorded.py."""

import numpy as np
import pytest

from compare.judging.followed_steps import compare_followed, followed_steps, is_dense
from compare.judging.free_curves import compare_free
from compare.traces.trace import Trace, TracePair
from tests.helpers.fake_port_worker import Network, batches, record
from tests.helpers.synthetic import from_step, honest

STEPS, FOLLOWED = 12, (0, 1, 2)


@pytest.fixture
def recorded(tmp_path):
    """Two loops in one set of names, of which the second followed; and its nudged twin, if there is to be one."""

    def make(fault=honest, audits=(0, 1, 2, 3), nudged=None, precision="float32"):
        def trace(name, fault=honest, **said):
            said = {"precision": precision, "audits": audits, "said": said, "nudged": said.pop("nudged", None)}
            return Trace(record(tmp_path / f"{name}.npz", Network("torch", fault=fault), batches(STEPS), **said))

        pair = TracePair(trace("torch"), trace("tf", fault, followed=FOLLOWED))
        twin = nudged and trace("nudged", nudged, nudged=precision, followed=FOLLOWED)
        return pair, TracePair(None, twin)

    return make


def compared(pair, nudged, precision="float32"):
    return compare_followed(compare_free(precision, pair, nudged), nudged, followed_steps(pair))


def test_a_step_is_judged_where_it_followed_and_both_sides_audited_it(recorded):
    assert followed_steps(recorded()[0]) == FOLLOWED
    assert followed_steps(recorded(audits=(1, 3))[0]) == (1,)


def test_loss_updates_and_buffers_are_series_over_the_steps_that_followed(recorded):
    comparison = compared(*recorded()).comparison
    assert comparison.series[0].stage == "loss"
    assert {series.stage for series in comparison.series} == {"loss", "update", "buffer"}
    assert {tuple(series.steps.tolist()) for series in comparison.series} == {FOLLOWED}
    assert (comparison.steps_judged, comparison.parts_at) == (3, None)


def test_what_a_nudged_follower_opens_in_a_step_is_allowed_eightfold_there(recorded):
    followed = compared(*recorded(nudged=from_step(2, "loss", 1.01)))
    assert followed.is_measured
    allowed = {row.step: row.allowed for row in followed.comparison.rows if row.stage == "loss"}
    assert allowed[2] == pytest.approx(8 * 0.01 / 1.01, rel=1e-3)
    assert allowed[1] < 1e-3


def test_a_loss_near_zero_is_as_exact_as_the_others(recorded):
    comparison = compared(*recorded(from_step(0, "loss", 1e-6))).comparison
    row = next(row for row in comparison.rows if row.stage == "loss")
    usual = float(np.median(comparison.pair.torch.curves["loss"]))
    largest = float(comparison.pair.torch.curves["loss"][0])
    assert row.allowed == pytest.approx(512 * float(np.finfo(np.float32).eps) * max(1, usual / largest), rel=1e-6)


@pytest.mark.parametrize(("first", "factor", "dense"), [(1, 1.01, True), (2, 1.01, False), (0, 1.0005, False)])
def test_updates_are_dense_where_most_values_of_most_weights_part_at_two_steps(recorded, first, factor, dense):
    assert is_dense(compared(*recorded(from_step(first, "update", factor)))) == dense
