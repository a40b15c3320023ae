"""Two free loops in float32: a first step that is beyond doubt decides, and else how the gap grows."""

from types import SimpleNamespace

import numpy as np
import pytest

from compare.judging.difference import Difference
from compare.judging.free_loops import certain_in_the_first_step
from compare.judging.stages import StageRow
from compare.traces.step import END
from compare.traces.trace import TracePair
from tests.helpers.synthetic import at, from_step
from tests.helpers.two_traces import STEPS, Traces, of_loss

ALLOWED = 1e-4


@pytest.fixture
def traces(tmp_path):
    return Traces(tmp_path)


def test_without_any_audit_final_weights_decide_nothing(traces):
    moved = at(lambda key: key[:2] == (END, "weights"), lambda value: value * 1.001)
    assert traces.judge(moved, audits=(), precision="float32").verdict == "equivalent"


def grows(step):
    return 1 + 1e-7 * 1.3**step  # 2e-3 at the last


def test_a_gap_that_grows_like_rounding_is_equivalent_with_the_way_to_be_sure(traces):
    result = traces.judge(of_loss(grows), precision="float32")
    assert result.verdict == "equivalent"
    assert "grows as rounding does" in result.findings[0]
    assert "COMPARE_NUDGE=1" in result.findings[0]
    assert "COMPARE_NUDGE=1" in result.findings[1]


@pytest.mark.parametrize("jump", [1.05, 1.002])
def test_a_jump_is_diverged(traces, jump):
    result = traces.judge(of_loss(lambda step: jump if step >= 23 else 1.0), precision="float32")
    assert result.verdict == "diverged"
    assert result.findings[0].startswith("the loss parts at step 23")


@pytest.mark.parametrize("at", [23, 5])
def test_a_rate_that_differs_at_one_step_decides_though_the_losses_do_not_show_it(traces, at):
    constant = np.full(STEPS, 0.1)
    halved = np.where(np.arange(STEPS) == at, 0.05, 0.1)
    traces.record("torch", precision="float32", curves={"learning_rate": constant})
    traces.record("tf", precision="float32", curves={"learning_rate": halved})
    result = traces.diff()
    assert result.verdict == "diverged"
    assert result.findings[0] == f"the learning rate differs from step {at} on (torch 0.1, tf 0.05)"


def test_last_weights_decide_where_most_part_in_most_values_and_no_loss_shows_why(traces):
    moved = at(lambda key: key[:2] == (END, "weights"), lambda value: value + 0.05)
    assert traces.judge(moved, precision="float32").verdict == "diverged"
    one = at(lambda key: key == (END, "weights", "enter.weight"), lambda value: value + 0.05)
    assert traces.judge(one, precision="float32").verdict == "equivalent"


def test_a_fault_before_any_gradient_is_diverged(traces):
    result = traces.judge(from_step(0, "forward", 1.001), precision="float32")
    assert result.judgement.first_divergence.key == (0, "forward", "enter")


GRADIENT = np.linspace(-1, 1, 101)


class Stages:
    """The trace of one side, whose gradients, and updates, in every step are these."""

    def __init__(self, gradient, update=None):
        self.shown = {"gradient": gradient, "update": update}

    def get(self, key):
        return self.shown.get(key[1])


def certain(gradient, *others, step=0):
    """What decides, where a gradient is this on one side, and these (stage, gap) are apart too in the same step."""
    places = [*others, ("gradient", float(np.abs(gradient - GRADIENT).max())), ("update", 1.0)]
    rows = [StageRow(step, stage, "w", Difference("value", "", max_rel=gap), ALLOWED) for stage, gap in places]
    first = StageRow(0, "loss", "loss", Difference("value", "", max_rel=0.0), ALLOWED)
    pair = TracePair(Stages(GRADIENT), Stages(gradient))
    return certain_in_the_first_step(SimpleNamespace(rows=[first, *rows], pair=pair))


def test_a_unit_that_flips_in_the_first_step_decides_nothing_nor_does_an_update():
    flipped = GRADIENT.copy()
    flipped[3] += 5e-3
    assert certain(flipped) is None
    assert certain(GRADIENT, ("state", 5e-3)) is None


def moved(updates, gradients=(GRADIENT, GRADIENT), step=0):
    """What decides where both sides have these updates and gradients of a weight."""
    rows = [StageRow(0, "loss", "loss", Difference("value", "", max_rel=0.0), ALLOWED)] if step == 0 else []
    rows += [
        StageRow(step, "gradient", "w", Difference("value", "", max_rel=0.0), ALLOWED),
        StageRow(step, "update", "w", Difference("value", "", max_rel=1.0), ALLOWED),
    ]
    pair = TracePair(*map(Stages, gradients, updates))
    return certain_in_the_first_step(SimpleNamespace(rows=rows, pair=pair))


def test_a_weight_that_moves_otherwise_by_the_same_gradient_decides():
    decayed = GRADIENT + 0.1
    assert moved((GRADIENT, decayed)).stage == "update"
    assert moved((np.zeros(101), decayed), (np.zeros(101), np.zeros(101))).stage == "update"
    assert moved((GRADIENT, decayed), step=1) is None
    assert moved((GRADIENT, GRADIENT * 1.001)) is None


def test_a_weight_whose_gradients_are_noise_may_move_anyhow():
    noise = np.zeros(101), np.eye(1, 101)[0] * 1e-12
    assert moved((np.zeros(101), np.eye(1, 101)[0]), noise) is None
    assert moved((np.sign(GRADIENT), np.sign(GRADIENT - 1e-9)), (GRADIENT, GRADIENT - 1e-9)) is None


def test_a_side_that_makes_no_update_decides_though_its_gradient_is_not_shown():
    assert moved((GRADIENT, np.zeros(101)), (GRADIENT, None)).stage == "update"
    assert moved((GRADIENT, GRADIENT / 2), (GRADIENT, None)) is None
    assert moved((np.eye(1, 101)[0], np.zeros(101)), (GRADIENT, None)) is None


@pytest.mark.parametrize("place", [slice(3, 4), slice(None)])
def test_a_gradient_that_is_largely_apart_or_in_most_of_its_values_decides(place):
    wrong = GRADIENT.copy()
    wrong[place] += 0.4 if place.stop else 5e-3
    assert certain(wrong).stage == "gradient"
    assert certain(wrong, ("forward", 1e-3)).stage == "forward"


def test_a_state_that_is_largely_apart_decides_where_a_gradient_is_not_shown():
    assert certain(GRADIENT, ("state", 0.4)).stage == "state"


def test_nothing_is_certain_in_a_later_step_nor_from_other_weights_or_batches():
    assert certain(GRADIENT + 0.4, step=1) is None
    assert certain(GRADIENT + 0.4, ("weights", 0.1)) is None
    assert certain(GRADIENT + 0.4, ("batch", 0.1)) is None


def test_a_gap_that_grows_says_what_was_not_judged(traces):
    findings = traces.judge(of_loss(grows), precision="float32").findings
    assert [finding for finding in findings if 'Recorder(..., follow="runs/torch")' in finding] == [findings[-1]]
