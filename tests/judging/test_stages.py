"""The first divergence is the first difference that reaches the weights, the buffers or the loss."""

import numpy as np
import pytest

from compare.judging import tolerances
from compare.judging.difference import difference, difference_at
from compare.judging.stages import StageRow, before_gradients, by_value, first_divergence, last_agreement, stage_rows
from compare.traces.step import END
from compare.traces.trace import Trace, TraceWriter
from tests.helpers.synthetic import header


@pytest.fixture
def trace(tmp_path):
    """Makes a trace of a dict from (step, stage, tensor) to what was recorded there."""
    made = []

    def make(tensors, loss=1.0, **said) -> Trace:
        path = tmp_path / f"{len(made)}.npz"
        writer = TraceWriter(path)
        for key, value in tensors.items():
            writer.tensor(*key, np.asarray(value))
        writer.close({"loss": [loss]}, header(**said))
        made.append(Trace(path))
        return made[-1]

    yield make
    for one in made:
        one.close()


def row(step, stage, tensor="w", gap=0.0, allowed=0.125):
    """A row whose relative gap is `gap`, of values around 1."""
    return StageRow(step, stage, tensor, difference(np.array([1.0]), np.array([1.0 - gap])), allowed)


@pytest.mark.parametrize(("stage", "within"), [("rate", False), ("update", True), ("forward", True)])
def test_a_rate_is_judged_exactly_where_all_else_is_rounded_to_half_precision(trace, stage, within):
    torch, tf = (trace({(0, stage, "x"): np.float32(value)}) for value in (1.0, 1.01))
    [found] = stage_rows(torch, tf, [], "bfloat16")
    assert found.within is within


WITHIN, BEYOND = 0.125, 0.25


def test_a_gap_up_to_what_is_allowed_is_within():
    assert row(0, "loss", gap=WITHIN).verdict == "within"
    assert row(0, "loss", gap=BEYOND).verdict == "beyond"


def test_what_is_no_difference_of_values_is_never_within_and_says_so():
    nothing = np.zeros(2)
    for other, verdict in [
        (None, "missing in tf"), (np.zeros(3), "shape"), (np.zeros(2, np.float32), "dtype"),
        (np.full(2, np.nan), "not finite"),
    ]:  # fmt: skip
        found = StageRow(0, "weights", "w", difference(nothing, other), allowed=1e300)
        assert not found.within
        assert found.verdict == verdict


def test_another_dtype_can_be_judged_by_its_values():
    judged = [
        StageRow(0, "rate", "learning_rate", difference(np.array(0.1), np.array(0.1, np.float32)), 1e-7),
        StageRow(0, "rate", "learning_rate", difference(np.array(0.1), np.array(0.2, np.float32)), 1e-7),
        StageRow(0, "rate", "learning_rate", difference(np.zeros(1), np.zeros(2)), 1e-7),
    ]
    assert [one.verdict for one in by_value(judged)] == ["within", "beyond", "shape"]


def test_rows_come_in_the_order_of_causes_whatever_was_recorded_first(trace):
    second, first = (0, "forward", "second"), (0, "forward", "first")
    recorded = [(END, "weights", "w"), (1, "batch", "x"), (0, "update", "w"), second, first, (0, "batch", "x")]
    both = trace(dict.fromkeys(recorded, 1.0))
    ordered = [(0, "batch", "x"), second, first, (0, "update", "w"), (1, "batch", "x"), (END, "weights", "w")]
    assert [one.key for one in stage_rows(both, both, [], "float64")] == ordered


def test_what_only_one_side_recorded_has_a_row(trace):
    torch, tf = trace({(0, "weights", "a"): 1.0}), trace({(0, "weights", "b"): 1.0})
    rows = stage_rows(torch, tf, [], "float64")
    assert [(one.tensor, one.verdict) for one in rows] == [("a", "missing in tf"), ("b", "missing in torch")]


def test_what_a_nudge_opened_at_either_side_stays_allowed_for_that_tensor(trace):
    w, b = [(step, "weights", "w") for step in range(3)], (2, "weights", "b")
    plain = trace({w[0]: 4.0, w[1]: 4.0, w[2]: 4.0, b: 4.0})
    torch = trace({w[0]: 4.0, w[1]: 2.0, w[2]: 4.0, b: 4.0})
    tf = trace({w[0]: 3.0, w[1]: 4.0, w[2]: 4.0, b: 4.0})
    rows = stage_rows(plain, plain, [(plain, torch), (plain, tf)], "float64", allow=lambda gap, precision: gap)
    assert {one.key: one.allowed for one in rows} == {w[0]: 0.25, w[1]: 0.5, w[2]: 0.5, b: 0}


def test_a_nudge_that_makes_a_tensor_nan_or_loses_it_allows_nothing(trace):
    key = (0, "loss", "loss")
    plain, broken, empty = trace({key: 1.0}), trace({key: np.nan}), trace({})
    [only] = stage_rows(plain, plain, [(plain, broken), (plain, empty)], "float64")
    assert only.allowed == tolerances.allowed(0.0, "float64")


@pytest.mark.parametrize("precision", ["float32", "float64"])
def test_the_precision_of_the_run_decides_what_is_allowed_without_a_nudge(trace, precision):
    both = trace({(0, "loss", "loss"): 1.0})
    [only] = stage_rows(both, both, [], precision)
    assert only.allowed == tolerances.allowed(0.0, precision)


def test_where_nothing_is_beyond_nothing_diverged():
    assert first_divergence([]) is None
    assert first_divergence([row(0, "weights"), row(0, "loss", gap=WITHIN)]) is None


@pytest.mark.parametrize("stage", ["batch", "forward", "gradient", "rate", "state"])
def test_a_difference_without_consequence_is_no_divergence(stage):
    assert first_divergence([row(0, stage, gap=BEYOND), row(1, "weights")]) is None


@pytest.mark.parametrize("stage", ["weights", "loss", "update", "buffer"])
def test_a_difference_in_a_consequence_is_a_divergence(stage):
    alone = row(0, stage, gap=BEYOND)
    assert first_divergence([row(0, "batch"), alone]) is alone


def test_the_first_divergence_is_the_cause_and_not_the_consequence():
    cause = row(0, "forward", "conv1", gap=BEYOND)
    rows = [row(0, "batch"), cause, row(0, "forward", "conv2", gap=BEYOND), row(0, "loss", gap=BEYOND)]
    assert first_divergence(rows) is cause


def test_a_difference_in_an_earlier_step_without_consequence_is_not_blamed():
    cause = row(1, "loss", gap=BEYOND)
    assert first_divergence([row(0, "gradient", gap=BEYOND), row(0, "update"), cause]) is cause


def test_a_state_that_waited_for_its_consequence_is_found_where_it_began():
    began = row(0, "state", "momentum", gap=BEYOND)
    rows = [began, row(0, "update"), row(1, "state", "momentum", gap=BEYOND), row(1, "update", gap=BEYOND)]
    assert first_divergence(rows) is began


def test_another_state_that_differed_earlier_is_not_blamed():
    cause = row(1, "state", "velocity", gap=BEYOND)
    rows = [row(0, "state", "count", gap=BEYOND), row(0, "update"), cause, row(1, "update", gap=BEYOND)]
    assert first_divergence(rows) is cause


HIDDEN = [("not shown in tf", None), ("batch size", np.ones(4))]


@pytest.mark.parametrize(("verdict", "other"), HIDDEN)
def test_what_one_side_does_not_show_is_never_blamed(verdict, other):
    hidden = StageRow(0, "forward", "fc", difference_at("forward", np.ones(8), other, 0.0), allowed=1e300)
    assert (hidden.verdict, hidden.within, hidden.beyond) == (verdict, False, False)
    cause = row(0, "update", gap=BEYOND)
    assert first_divergence([hidden, row(0, "update")]) is None
    assert first_divergence([hidden, row(0, "loss"), cause]) is cause
    assert before_gradients([hidden, row(0, "loss")]) is None


def test_the_last_agreement_is_the_nearest_row_within_before_the_first_divergence():
    agreed, first = row(0, "forward"), row(0, "loss", gap=BEYOND)
    rows = [row(0, "batch"), agreed, row(0, "forward", "b", gap=BEYOND), first, row(0, "update")]
    assert last_agreement(rows, first) is agreed
    assert last_agreement(rows[2:], first) is None


def test_a_row_says_its_place_in_words():
    assert str(row(3, "update", "fc1.weight")) == "step 3, update, fc1.weight"
    assert str(row(END, "buffer", "mean")) == "the end, buffer, mean"
    assert str(row(0, "gradient", "fc1.weight (call 2)")) == "step 0, second gradient, fc1.weight"
    assert str(row(0, "state", "fc1.weight exp_avg (call 4)")) == "step 0, 4th state, fc1.weight exp_avg"
    assert str(row(0, "forward", "relu (call 2)")) == "step 0, forward, relu (call 2)"


@pytest.mark.parametrize(("ulps", "verdict"), [(1, "within"), (1000, "beyond")])
def test_an_update_is_allowed_the_rounding_of_the_weights_it_is_the_difference_of(trace, ulps, verdict):
    off = ulps * np.spacing(1.0)
    torch, tf = (trace({(0, "weights", "w"): [1.0], (0, "update", "w"): [value]}) for value in (1e-9, 1e-9 + off))
    [_, update] = stage_rows(torch, tf, [], "float64")
    assert off / 1e-9 > tolerances.allowed(0, "float64")
    assert update.verdict == verdict


def two_turns(change=None):
    """What a step of two optimizers leaves, in the order in which it is recorded; 2.0 from `change` on."""
    keys = [
        (0, "weights", "w"),
        (0, "forward", "critic"),
        (0, "gradient", "critic"),
        (0, "rate", "learning_rate"),
        (0, "state", "critic"),
        (0, "forward", "critic (call 2)"),
        (0, "gradient", "maker"),
        (0, "state", "maker"),
        (0, "batch", "x"),
        (0, "loss", "loss"),
        (0, "update", "critic"),
        (0, "update", "maker"),
    ]
    reached = [keys.index(change), *range(keys.index(change) + 1, len(keys))] if change else []
    shared = {(0, "batch", "x"), (0, "loss", "loss")}  # of the first turn, though recorded last
    return {key: 2.0 if at in reached and key not in shared else 1.0 for at, key in enumerate(keys)}


@pytest.mark.parametrize("place", [(0, "state", "critic"), (0, "forward", "critic (call 2)"), (0, "state", "maker")])
def test_in_a_step_of_two_updates_the_first_turn_stands_before_the_second(trace, place):
    rows = stage_rows(trace(two_turns()), trace(two_turns(place)), [], "float64")
    assert first_divergence(rows).key == place
    stages = [row.stage for row in rows]
    assert stages[:3] == ["batch", "weights", "forward"]
    assert stages[-2:] == ["update", "update"]


def test_the_second_gradient_of_a_weight_stands_behind_its_first_update_also_without_a_recorded_forward_pass(trace):
    keys = [
        (0, "gradient", "w"),
        (0, "state", "w step"),
        (0, "gradient", "w (call 2)"),
        (0, "state", "w step (call 2)"),
    ]
    both = trace(dict.fromkeys(keys, 1.0))
    assert [row.key for row in stage_rows(both, both, [], "float64")] == keys


@pytest.fixture
def of_losses(trace):
    """The verdict on the loss of two sides, from [value, dtype, whether it was given as a plain number] of each."""

    def judged(torch, tf):
        sides = []
        for value, dtype, number in (torch, tf):
            loss = np.asarray(value, dtype)
            sides.append(trace({(0, "loss", "loss"): loss}, loss=float(loss), loss_is_number=number))
        [only] = stage_rows(*sides, [], "float64")
        return only.verdict

    return judged


THIRD = 1 / 3
IN_FLOAT32 = float(np.float32(THIRD))  # 1e-8 off


@pytest.mark.parametrize(
    ("torch", "tf", "verdict"),
    [
        ((THIRD, "float64", False), (THIRD, "float32", False), "dtype"),
        ((THIRD, "float64", False), (IN_FLOAT32, "float64", True), "within"),
        ((THIRD, "float64", False), (IN_FLOAT32, "float32", True), "within"),
        ((THIRD, "float32", False), (IN_FLOAT32, "float64", True), "within"),
        ((THIRD, "float64", True), (THIRD, "float32", False), "within"),
        ((THIRD, "float64", False), (IN_FLOAT32, "float64", False), "beyond"),
        ((THIRD, "float64", False), (IN_FLOAT32 * (1 + 2e-6), "float32", True), "beyond"),
        ((THIRD, "float64", True), (THIRD * (1 + 1e-10), "float64", True), "beyond"),
        ((THIRD, "float64", True), (None, "float64", True), "not finite"),
    ],
)
def test_a_loss_that_is_a_plain_number_has_no_dtype_and_may_have_gone_through_float32(of_losses, torch, tf, verdict):
    assert of_losses(torch, tf) == verdict
