"""Rows come in the order of causes, and allow what nudges open."""

import numpy as np
import pytest

from compare.judging import tolerances
from compare.judging.first_divergence import first_divergence
from compare.judging.stage_rows import stage_rows
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


@pytest.mark.parametrize(("stage", "within"), [("rate", False), ("update", True), ("forward", True)])
def test_a_rate_is_judged_exactly_where_all_else_is_rounded_to_half_precision(trace, stage, within):
    torch, tf = (trace({(0, stage, "x"): np.float32(value)}) for value in (1.0, 1.01))
    [found] = stage_rows(torch, tf, [], "bfloat16")
    assert found.within is within


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


@pytest.mark.parametrize("stage", ["gradient", "update"])
def test_what_is_zero_but_for_rounding_allows_nothing_that_is_more(trace, stage):
    key = (0, stage, "w")
    plain, moved = trace({key: [0.0, 0.0]}), trace({key: [0.0, 3e-17]})
    alike, more = trace({key: [-2e-17, 0.0]}), trace({key: [0.01, 0.0]})
    [same] = stage_rows(plain, alike, [(plain, moved)], "float64")
    [other] = stage_rows(plain, more, [(plain, moved)], "float64")
    assert same.within
    assert other.beyond
    assert other.allowed < 1e-12


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
