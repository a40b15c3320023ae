"""What the table of logs of known cause calls named, false and hidden, and that its trainings and formats are right."""

import math
from dataclasses import replace

import numpy as np
import pytest

from compare.logs.loss_log import read_log
from tests import log_causes
from tests.log_formats import EPOCHS, FORMATS, epochs_of, means_of, running_means
from tests.log_statements import CLAIMS, LOGGED, NAMES, causes_named, false_claims, is_named_early
from tests.log_trainings import CAUSES, HELD_OUT, LOSSES, TUNED, Training, data, initial_weights, losses, pair

SMALL = Training("small", (4, 3, 2), "cross_entropy", "momentum", rate=0.1, examples=20, batch=6, epochs=4)


def test_causes_are_named_in_the_order_of_a_text():
    named = causes_named("a schedule, the learning rate, or a schedule with momentum")
    assert named == ["schedule", "rate", "momentum"]
    assert is_named_early("rate", named)
    assert not is_named_early("momentum", named)
    assert is_named_early("four digits", ["equal"])


def test_a_claim_is_false_of_every_cause_but_those_that_make_it_true():
    text = "the two agree within rounding at all 3 steps"
    assert false_claims("equal", text) == []
    assert false_claims("rate", text) == ["the two agree within"]
    assert false_claims("rate", "the batches are the same") == []
    assert false_claims("batches", "the batches are the same") == ["batches are the same"]


def test_every_cause_that_is_planted_can_be_named_and_claimed():
    assert {*CAUSES, *log_causes.OTHERWISE} - {"four digits"} <= {*NAMES}
    assert {*log_causes.OTHERWISE} == LOGGED
    assert set().union(*CLAIMS.values()) <= {*CAUSES, *LOGGED}


def test_what_the_digits_hide_is_to_be_called_equal():
    said = ("equal", "the two agree within what the logs print")
    hidden, shown = (log_causes.row(SMALL, "rate", "wandb", *said, hidden) for hidden in (True, False))
    assert (hidden["hidden_by_digits"], hidden["among_first_two"], hidden["false_claims"]) == ("yes", "yes", "")
    assert (shown["hidden_by_digits"], shown["among_first_two"]) == ("no", "no")
    assert shown["false_claims"] == "the two agree within"
    assert tuple(shown) == log_causes.COLUMNS


def test_there_are_sixty_pairs_and_none_of_those_kept_for_the_table_was_tuned_on():
    planted = [(each.name, cause) for each in HELD_OUT for cause in CAUSES if CAUSES[cause](each)]
    assert len(planted) >= 60
    assert not {each.seed for each in HELD_OUT} & {each.seed for each in TUNED}
    assert not {each.sizes for each in HELD_OUT} & {each.sizes for each in TUNED}
    assert {each.optimizer for each in HELD_OUT} == {"sgd", "momentum", "adam"}
    for each in (*HELD_OUT, *TUNED):
        assert 60 <= each.epochs * each.steps_per_epoch <= 600


def loss_of(training, weights):
    """The loss of the whole data set, in float64."""
    x, y = (values.astype(np.float64) for values in data(training))
    for w in weights[:-1]:
        x = np.maximum(x @ w, 0)
    return LOSSES[training.loss](x @ weights[-1], y)[0]


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("sizes", [(4, 2), (4, 3, 2), (4, 5, 3, 2)])
def test_the_first_update_is_down_the_slope_of_the_loss(loss, sizes):
    """The loss of the whole data set falls by the rate times the squared gradient, seen by its differences."""
    rate = 1e-4
    whole = replace(SMALL, sizes=sizes, loss=loss, optimizer="sgd", rate=rate, batch=20, epochs=2)
    before, after = losses(whole)
    weights = [w.astype(np.float64) for w in initial_weights(whole)]
    slopes = []
    for w in weights:
        for index in np.ndindex(w.shape):
            w[index] += 1e-2
            above = loss_of(whole, weights)
            w[index] -= 2e-2
            slopes.append((above - loss_of(whole, weights)) / 2e-2)
            w[index] += 1e-2
    assert (before - after) / rate == pytest.approx(sum(np.square(slopes)), rel=0.1)


def test_adam_moves_each_weight_by_the_rate_at_first_and_momentum_changes_the_second_update_only():
    still = replace(SMALL, sizes=(3, 2), optimizer="adam", rate=1e-3, batch=20, epochs=2)
    one, two = losses(still), losses(replace(still, rate=2e-3))
    assert (two[0] - two[1]) / (one[0] - one[1]) == pytest.approx(2, rel=0.05)
    left, right = pair(SMALL, "momentum")
    assert left[:2] == pytest.approx(right[:2], rel=1e-6)
    assert abs(left[2] - right[2]) > 1e-6


def test_each_cause_does_to_the_curves_what_its_name_says():
    left, right = pair(SMALL, "equal")
    assert left == pytest.approx(right, rel=1e-5)
    left, right = pair(SMALL, "factor")
    assert right == pytest.approx(left / 6, rel=1e-5)
    left, right = pair(replace(SMALL, rate=0.0), "sum")
    assert right / left == pytest.approx(np.tile([6, 6, 6, 2], 4), rel=1e-5)  # 20 examples: 6, 6, 6 and 2
    left, right = pair(SMALL, "schedule")
    assert (np.abs(left / right - 1) > 1e-5).argmax() == 4 * 2 + 1  # after the first update of the third epoch
    left, right = pair(SMALL, "not finite")
    assert np.isfinite(left).all()
    assert (~np.isfinite(right)).argmax() == 4 * 2 + 1
    assert CAUSES["epsilon"](SMALL) is None
    smoothed = losses(replace(SMALL, rate=0.0, smoothing=0.5))
    other_label = losses(replace(SMALL, rate=0.0, smoothing=2.0))  # of two, 1 - smoothing / 2 is of the right one
    assert smoothed == pytest.approx(0.75 * losses(replace(SMALL, rate=0.0)) + 0.25 * other_label, rel=1e-5)


def test_dropout_makes_a_loss_of_squares_larger_and_it_stays_a_number():
    kept = losses(replace(SMALL, rate=0.0, epochs=200, loss="squares", sizes=(4, 2)))
    dropped = losses(replace(SMALL, rate=0.0, epochs=200, loss="squares", sizes=(4, 2), dropout=0.3))
    assert dropped.mean() > kept.mean()
    assert math.isfinite(dropped.mean())


@pytest.mark.parametrize("name", FORMATS)
def test_a_format_is_read_as_what_was_written(tmp_path, name):
    suffix, write = FORMATS[name]
    curve = np.round(np.linspace(2, 1, 36), 3)
    (tmp_path / f"log.{suffix}").write_text(write(curve, 12))
    log = read_log(tmp_path / f"log.{suffix}")
    means = epochs_of(curve, 12) if name in EPOCHS else means_of(curve, 10) if name == "transformers" else curve
    assert log.losses == pytest.approx(means, abs=1.001 * log.units.max())
    assert log.counter == ("epoch" if name in EPOCHS else "step")
    assert len(log.steps) == len(means)


def test_running_means_begin_anew_in_each_epoch():
    assert running_means(np.array([1.0, 3, 5, 7, 1]), 2) == pytest.approx([1, 2, 5, 6, 1])
