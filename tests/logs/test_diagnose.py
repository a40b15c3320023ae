"""Curves whose cause is known are read as what they are: no bug is called rounding, and no rounding a bug."""

import csv
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compare.judging import tolerances
from compare.judging.growth import growth_is_rounding, parting
from compare.logs.diagnose import read_curves
from compare.logs.loss_log import LogError
from tests.numpy_training import STEPS_PER_EPOCH, Training, log, losses

ROOT = Path(__file__).resolve().parents[2]
PROPERTY = settings(max_examples=50, deadline=None)
ULP = tolerances.ulp("float32")
FLOOR = tolerances.FLOOR_ULPS * ULP
NO_BUG = {"equal", "growing like rounding"}
SEEDS = range(5)
OPTIMIZERS = {"sgd": Training(rate=0.02), "adam": Training(rate=1e-3, adam=True)}
PRINTED = ["%.9g", "%.6f", "%.4f"]

trained = cache(losses)


def read(training: Training, form: str = "%.9g", start: int = 0, **changes):
    """The reading of a training against its port with these changes."""
    left, right = trained(training), trained(replace(training, shuffled=True, **changes))
    logs = (log(left, form, "left.csv", start), log(right, form, "right.csv", start))
    return read_curves(*logs, batch_size=32, steps_per_epoch=STEPS_PER_EPOCH)


def of(left, right, **options):
    return read_curves(log(left, "%.17g"), log(right, "%.17g", "right.csv"), **options)


every_seed = pytest.mark.parametrize("seed", SEEDS)
every_form = pytest.mark.parametrize("form", PRINTED)
every_optimizer = pytest.mark.parametrize("training", OPTIMIZERS.values(), ids=OPTIMIZERS.keys())


@every_seed
@every_form
@every_optimizer
def test_a_correct_port_of_a_tame_training_is_equal(training, form, seed):
    assert read(replace(training, seed=seed), form).shape == "equal"


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("form", ["%.9g", "%.6f"])
@pytest.mark.parametrize("rate", [0.05, 0.1])
def test_a_correct_port_of_a_chaotic_training_grows_like_rounding(rate, form, seed):
    reading = read(Training(seed=seed, rate=rate, steps=400), form)
    assert reading.shape == "growing like rounding", reading
    assert "float64" in reading.next


def test_a_violent_training_is_rarely_misread_even_in_few_digits():
    kinds = [Training(rate=0.15, steps=200), Training(rate=0.1, adam=True, steps=200)]
    shapes = [read(replace(kind, seed=seed), form).shape for kind in kinds for seed in SEEDS for form in PRINTED]
    assert sum(shape not in NO_BUG for shape in shapes) <= 3  # of 30


@every_form
def test_the_reference_ports_are_read_as_correct(form):
    curves = {}
    with (ROOT / "results" / "reference" / "curves.csv").open() as file:
        for row in csv.DictReader(file):
            if row["precision"] == "float32":
                curves.setdefault(row["case"], []).append((float(row["torch_loss"]), float(row["tf_loss"])))
    for case, pairs in curves.items():
        left, right = np.array(pairs).T
        assert read_curves(log(left, form), log(right, form)).shape in NO_BUG, case


BUGS = {
    "a rate 1 % off": ({"rate_from": (0, 1.01)}, "apart at step 1", 1),
    "a rate 10 % off": ({"rate_from": (0, 1.1)}, "apart at step 1", 1),
    "a double rate": ({"rate_from": (0, 2.0)}, "apart at step 1", 1),
    "a scaled input": ({"scale_input": 1 / 0.9}, "apart at step 0", 0),
    "dropout on one side": ({"noise_from": 0}, "apart at step 0", 0),
    "a late dropout": ({"noise_from": 60}, "apart from step 60", 60),
    "a last partial batch dropped": ({"drops_last": True}, "apart from step 19", 19),
    "no training": ({"frozen": True}, "one is flat", 1),
    "a sum for a mean": ({"loss_factor": 32.0}, "constant factor", 0),
    "a constant added": ({"offset": 0.05}, "constant offset", 0),
}


@every_seed
@every_form
@every_optimizer
@pytest.mark.parametrize(("changes", "shape", "step"), BUGS.values(), ids=BUGS.keys())
def test_a_bug_is_read_as_what_it_is(training, form, seed, changes, shape, step):
    reading = read(replace(training, seed=seed), form, **changes)
    assert (reading.shape, reading.step) == (shape, step), reading


@every_seed
@every_optimizer
@pytest.mark.parametrize("factor", [0.1, 0.5])
def test_a_schedule_is_found_at_the_step_after_it(training, factor, seed):
    for form in ("%.9g", "%.6f"):
        reading = read(replace(training, seed=seed), form, rate_from=(60, factor))
        assert (reading.shape, reading.step) == ("apart from step 61", 61)
        assert "after the first update of epoch 4" in reading.sentence
        assert "audits=range(59, 62)" in reading.next


@every_seed
def test_a_wrong_momentum_shows_at_the_second_update(seed):
    for momentum in (0.0, 0.95):
        assert read(Training(seed=seed, rate=0.02), momentum=momentum).shape == "apart from step 2"


@every_seed
@every_form
def test_a_drift_is_no_rounding_even_in_few_digits(form, seed):
    reading = read(Training(seed=seed, rate=0.1), form, weight_decay=1e-2)
    assert reading.shape == "apart at step 1", reading


@every_seed
def test_a_wrong_epsilon_shows_at_the_first_update(seed):
    assert read(Training(seed=seed, rate=1e-3, adam=True), epsilon=1e-3).shape == "apart at step 1"


def test_other_batches_are_noise_apart_and_other_weights_are_not():
    batches, weights = [], []
    for training in OPTIMIZERS.values():
        for seed in SEEDS:
            for form in PRINTED:
                batches.append(read(replace(training, seed=seed), form, other_batches=1).shape)
                weights.append(read(replace(training, seed=seed), form, other_weights=1).shape)
    assert set(batches + weights) <= {"noise apart", "apart at step 0"}
    assert batches.count("noise apart") >= 0.8 * len(batches)
    assert weights.count("apart at step 0") >= 0.8 * len(weights)


def test_curves_of_the_same_batches_are_said_to_be():
    assert "the batches are the same" in read(Training(rate=1e-3, adam=True), scale_input=1 / 0.9).sentence


def test_a_log_that_counts_from_one_is_read_alike():
    reading = read(OPTIMIZERS["sgd"], start=1, rate_from=(60, 0.1))
    assert (reading.step, reading.shape) == (62, "apart from step 62")
    assert "audits=range(59, 62)" in reading.next  # the recorder counts from 0
    assert "after the first update of epoch 4" in reading.sentence
    assert read(OPTIMIZERS["sgd"], start=1, scale_input=1 / 0.9).shape == "apart at step 0"
    assert read(OPTIMIZERS["sgd"], start=1, rate_from=(0, 2.0)).shape == "apart at step 1"


def test_a_log_of_every_tenth_step_says_between_which_steps_to_look():
    left, right = (trained(replace(OPTIMIZERS["sgd"], rate_from=(73, factor))) for factor in (1.0, 0.1))
    sparse = [log(curve).at(slice(None, None, 10)) for curve in (left, right)]
    reading = read_curves(*sparse)
    assert (reading.shape, reading.step) == ("apart from step 80", 80)
    assert "agreed within rounding until step 70" in reading.sentence
    assert "audits=range(69, 81)" in reading.next
    assert "Log every step" in read_curves(*(log(curve).at(slice(None, None, 20)) for curve in (left, right))).next


def test_curves_that_begin_late_say_nothing_of_what_was_before():
    curves = [log(curve).at(slice(50, None)) for curve in (trained(Training()), trained(Training(rate=0.2)))]
    reading = read_curves(*curves)
    assert reading.shape == "apart from step 50"
    assert "what happened before is not in them" in reading.sentence


@pytest.mark.parametrize(
    ("left", "right", "step", "words"),
    [
        ([2.0, 1.5, 1.0], [2.0, np.nan, np.nan], 1, "right.csv is not finite from step 1 (1.5 against nan)"),
        ([2.0, np.inf, 1.0], [2.0, 1.5, 1.0], 1, "left.csv is not finite from step 1"),
        ([2.0, np.nan], [2.0, np.nan], 1, "both sides are not finite from step 1"),
        ([np.nan, 1.0], [2.0, 1.0], 0, "left.csv is not finite from step 0"),
    ],
)
def test_a_loss_that_is_not_finite_goes_before_all_else(left, right, step, words):
    reading = of(left, right)
    assert (reading.shape, reading.step) == ("not finite", step)
    assert words in reading.sentence
    assert ("before that the two are: equal" in reading.sentence) == (step > 0)


def test_a_curve_that_does_not_move_is_flat_on_either_side():
    falling, still = np.linspace(2, 1, 10), np.full(10, 2.0) + ULP * np.arange(10) / 4
    for left, right, name in ((falling, still, "right.csv"), (still, falling, "left.csv")):
        reading = of(left, right)
        assert (reading.shape, reading.step) == ("one is flat", 1)
        assert reading.sentence.startswith(f"{name} does not move")


def test_a_curve_that_falls_by_rounding_only_makes_no_flat_one_of_the_other():
    falling = 2.0 - ULP * 200 * np.linspace(0, 1, 10)
    assert of(falling, np.full(10, 2.0)).shape == "equal"


@pytest.mark.filterwarnings("error")
def test_few_digits_hide_more_where_a_loss_is_small():
    rising = np.linspace(0.01, 2, 50)
    assert read_curves(log(rising, "%.2f"), log(rising - 0.004, "%.2f")).shape == "equal"


def test_a_flat_curve_beside_a_rising_one_is_not_the_one_that_fails():
    assert of(np.linspace(2, 3, 10), np.full(10, 2.0)).shape == "apart at step 1"


def test_two_flat_curves_agree_and_it_says_nothing():
    assert "says nothing of training" in of([2.0, 2.0, 2.0], [2.0, 2.0, 2.0]).sentence
    assert of([2.0, 2.0, 2.0], [3.0, 3.0, 3.0]).shape == "apart at step 0"


FALLING = 2.3 * np.exp(-np.arange(60) / 20) + 0.3 * np.random.default_rng(0).random(60)


@PROPERTY
@given(st.floats(1e-3, 1e3).filter(lambda factor: abs(factor - 1) > 1e-2), st.integers(3, 60))
def test_any_factor_is_found(factor, steps):
    reading = of(FALLING[:steps], FALLING[:steps] * factor)
    assert reading.shape == "constant factor"
    assert reading.factor == pytest.approx(factor, rel=1e-9)


@PROPERTY
@given(st.floats(1e-2, 10), st.sampled_from([1, -1]), st.integers(3, 60))
def test_any_offset_is_found(offset, sign, steps):
    assert of(FALLING[:steps], FALLING[:steps] + sign * offset).shape == "constant offset"


@pytest.mark.parametrize(
    ("factor", "batch_size", "words"),
    [
        (32, 32, "32 is the batch size"),
        (1 / 32, 32, "32 is the batch size"),
        (32, None, "32 is a count"),
        (10, 32, "10 is a count"),
        (2, None, "a half that one formula has"),
        (0.5, None, "a half that one formula has"),
        (np.log(2), None, "base 2"),
        (1 / np.log(2), None, "base 2"),
        (1.7321, None, "another number of things"),
    ],
)
def test_a_factor_is_named(factor, batch_size, words):
    reading = of(FALLING, FALLING * factor, batch_size=batch_size)
    assert reading.shape == "constant factor"
    assert words in reading.sentence


def test_a_factor_at_the_first_step_alone_is_named_too():
    reading = read(OPTIMIZERS["sgd"], trained_factor=32.0, rate_from=(0, 1 / 8))
    assert reading.shape == "apart at step 0"
    assert "32 is the batch size" in reading.sentence


def test_a_difference_that_hardly_changes_is_said_to_be_a_term():
    reading = of(FALLING, FALLING + 0.05 * (1 + np.arange(60) / 500))
    assert reading.shape == "apart at step 0"
    assert "the difference hardly changes (0.05 to 0.0559)" in reading.sentence


def test_two_values_make_no_factor():
    assert of([2.0, 1.0], [4.0, 2.0]).shape == "apart at step 0"


def test_the_smallest_log_is_one_step():
    assert of([2.0], [2.0]).shape == "equal"
    assert of([2.0], [2.5]).shape == "apart at step 0"
    assert of([0.0], [0.0]).shape == "equal"


def test_in_float64_less_is_rounding():
    left = trained(OPTIMIZERS["sgd"])
    right = left * (1 + np.where(np.arange(len(left)) < 30, 0, 1e-9))
    assert of(left, right).shape == "equal"
    assert of(left, right, precision_ulp=tolerances.ulp("float64")).shape == "apart from step 30"


def test_what_the_digits_hide_is_not_said():
    left = trained(OPTIMIZERS["sgd"])
    right = left + np.where(np.arange(len(left)) < 30, 0, 2e-3)
    assert read_curves(log(left, "%.6f"), log(right, "%.6f")).shape == "apart from step 30"
    assert read_curves(log(left, "%.2f"), log(right, "%.2f")).shape == "equal"


def test_logs_are_compared_at_common_steps_and_the_note_says_so():
    reading = read_curves(log(FALLING), log(FALLING).at(slice(10, 40)))
    assert (reading.shape, reading.note) == ("equal", "compared at the 30 steps that both have, of 60 and 30")
    with pytest.raises(LogError, match="no step is in both"):
        read_curves(log(FALLING), log(FALLING, start=500))


@PROPERTY
@given(st.lists(st.tuples(st.floats(width=32), st.floats(width=32)), min_size=1, max_size=60))
@pytest.mark.filterwarnings("error")
def test_any_two_curves_are_read(pairs):
    reading = of(*zip(*pairs, strict=True))
    assert reading.sentence
    assert reading.next
    assert (reading.shape == "not finite") == (not np.isfinite(pairs).all())


@PROPERTY
@given(st.lists(st.floats(-1e6, 1e6, width=32), min_size=1, max_size=60))
def test_a_curve_is_equal_to_itself(curve):
    assert of(curve, curve).shape == "equal"


@PROPERTY
@given(st.integers(0, 10**6), st.floats(1.05, 1.6), st.integers(20, 300))
def test_amplified_rounding_is_rounding_at_any_rate(seed, rate, steps):
    noise = np.abs(np.random.default_rng(seed).normal(size=steps)) + 0.3
    assert growth_is_rounding(np.minimum(ULP * noise * rate ** np.arange(steps), 0.05 * noise), FLOOR)


@PROPERTY
@given(st.integers(0, 10**6), st.floats(1e-3, 1), st.integers(0, 99))
def test_a_jump_out_of_rounding_is_none_at_any_step(seed, height, step):
    gap = ULP * np.abs(np.random.default_rng(seed).normal(size=100))
    gap[step:] += height
    assert not growth_is_rounding(gap, FLOOR)


@PROPERTY
@given(st.floats(1e-6, 1e-4))
def test_a_gap_that_grows_with_the_steps_is_no_rounding(slope):
    assert not growth_is_rounding(slope * np.arange(200), FLOOR)


@PROPERTY
@given(st.floats(1e-5, 1e-3))
def test_a_gap_that_grows_with_the_steps_is_a_drift_behind_few_digits_too(slope):
    gap = slope * np.arange(2000)
    step, how = parting(gap, 1e-3, 0.5, 1.05e-3)
    assert how == "drift"
    assert gap[step - 1] <= 1e-3 < gap[step]


@PROPERTY
@given(st.floats(1.05, 1.6))
def test_amplified_rounding_is_no_drift_behind_few_digits(rate):
    assert parting(np.minimum(ULP * rate ** np.arange(400), 0.05), 1e-3, 0.5, 1.05e-3) is None


def test_a_gap_is_rounding_in_its_own_precision():
    gap = 1e-12 * 1.2 ** np.arange(60)
    assert growth_is_rounding(gap, FLOOR)
    assert not growth_is_rounding(gap, tolerances.FLOOR_ULPS * tolerances.ulp("float64"))
    assert growth_is_rounding(gap / 2**13, tolerances.FLOOR_ULPS * tolerances.ulp("float64"))


def test_a_gap_that_is_not_finite_is_no_rounding():
    assert not growth_is_rounding(np.array([0, np.inf]), FLOOR)
    assert not growth_is_rounding(np.array([0, np.nan]), FLOOR)
