"""Curves whose cause is known are diagnosed correctly: no bug is called rounding, and no rounding a bug."""

import csv
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from compare.judging import tolerances
from compare.logs.curve_pair import RECORDER
from compare.logs.diagnose import diagnose
from compare.logs.loss_log import LogError
from tests.helpers.numpy_training import Training, log
from tests.logs.curves import FALLING, OPTIMIZERS, PRINTED, PROPERTY, SEEDS, compare, diagnose_training, trained

ROOT = Path(__file__).resolve().parents[2]
NO_BUG = {"equal", "growing like rounding"}

every_seed = pytest.mark.parametrize("seed", SEEDS)
every_form = pytest.mark.parametrize("form", PRINTED)
every_form_and_some_seeds = pytest.mark.parametrize(("form", "seed"), [*zip(PRINTED, SEEDS, strict=False)])
every_optimizer = pytest.mark.parametrize("training", OPTIMIZERS.values(), ids=OPTIMIZERS.keys())


@every_seed
@every_form
@every_optimizer
def test_a_correct_port_of_a_tame_training_is_equal(training, form, seed):
    assert diagnose_training(replace(training, seed=seed), form).pattern == "equal"


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("form", ["%.9g", "%.6f"])
@pytest.mark.parametrize("rate", [0.05, 0.1])
def test_a_correct_port_of_a_chaotic_training_grows_like_rounding(rate, form, seed):
    diagnosis = diagnose_training(Training(seed=seed, rate=rate, steps=400), form)
    assert diagnosis.pattern == "growing like rounding", diagnosis
    assert "float64" in diagnosis.advice


def test_a_violent_training_is_rarely_misread_even_in_few_digits():
    kinds = [Training(rate=0.15, steps=200), Training(rate=0.1, adam=True, steps=200)]
    patterns = [
        (form, diagnose_training(replace(kind, seed=seed), form).pattern)
        for kind in kinds
        for seed in SEEDS
        for form in PRINTED
    ]
    unclear = ("%.4f", "unclear")  # with more digits it is clear
    assert sum(pattern not in NO_BUG and (form, pattern) != unclear for form, pattern in patterns) <= 3  # of 30


@every_form
def test_the_reference_ports_are_read_as_correct(form):
    curves = {}
    with (ROOT / "results" / "reference" / "curves.csv").open() as file:
        for row in csv.DictReader(file):
            if row["precision"] == "float32":
                curves.setdefault(row["case"], []).append((float(row["torch_loss"]), float(row["tf_loss"])))
    for case, pairs in curves.items():
        left, right = np.array(pairs).T
        chaotic = (case, form) == ("cifar10_cnn", "%.4f")  # its rounding shows, and four digits hide how it began
        allowed = {*NO_BUG, "unclear"} if chaotic else NO_BUG
        assert diagnose(log(left, form), log(right, form)).pattern in allowed, case


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


@every_form_and_some_seeds
@every_optimizer
@pytest.mark.parametrize(("changes", "pattern", "step"), BUGS.values(), ids=BUGS.keys())
def test_a_bug_is_read_as_what_it_is(training, form, seed, changes, pattern, step):
    diagnosis = diagnose_training(replace(training, seed=seed), form, **changes)
    assert (diagnosis.pattern, diagnosis.step) == (pattern, step), diagnosis


@every_seed
def test_a_wrong_momentum_shows_at_the_second_update(seed):
    for momentum in (0.0, 0.95):
        assert diagnose_training(Training(seed=seed, rate=0.02), momentum=momentum).pattern == "apart from step 2"


@every_seed
@every_form
def test_a_drift_is_no_rounding_even_in_few_digits(form, seed):
    diagnosis = diagnose_training(Training(seed=seed, rate=0.1), form, weight_decay=1e-2)
    assert diagnosis.pattern == "apart at step 1", diagnosis


@every_seed
def test_a_wrong_epsilon_shows_at_the_first_update(seed):
    assert diagnose_training(Training(seed=seed, rate=1e-3, adam=True), epsilon=1e-3).pattern == "apart at step 1"


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
    diagnosis = compare(left, right)
    assert (diagnosis.pattern, diagnosis.step) == ("not finite", step)
    assert words in diagnosis.sentence
    assert ("before that the two are: equal" in diagnosis.sentence) == (step > 0)


@pytest.mark.filterwarnings("error")
def test_few_digits_hide_more_where_a_loss_is_small():
    rising = np.linspace(0.01, 2, 50)
    assert diagnose(log(rising, "%.2f"), log(rising - 0.004, "%.2f")).pattern == "equal"


def test_the_smallest_log_is_one_step():
    assert compare([2.0], [2.0]).pattern == "equal"
    assert compare([2.0], [2.5]).pattern == "apart at step 0"
    assert compare([0.0], [0.0]).pattern == "equal"


def test_in_float64_less_is_rounding():
    left = trained(OPTIMIZERS["sgd"])
    right = left * (1 + np.where(np.arange(len(left)) < 30, 0, 1e-9))
    assert compare(left, right).pattern == "equal"
    assert compare(left, right, precision_ulp=tolerances.ulp("float64")).pattern == "apart from step 30"


def test_what_the_digits_hide_is_not_said():
    left = trained(OPTIMIZERS["sgd"])
    right = left + np.where(np.arange(len(left)) < 30, 0, 2e-3)
    assert diagnose(log(left, "%.6f"), log(right, "%.6f")).pattern == "apart from step 30"
    assert diagnose(log(left, "%.2f"), log(right, "%.2f")).pattern == "equal"


def test_logs_are_compared_at_common_steps_and_the_note_says_so():
    diagnosis = diagnose(log(FALLING), log(FALLING).at(slice(10, 40)))
    assert (diagnosis.pattern, diagnosis.note) == ("equal", "compared at the 30 steps that both have, of 60 and 30")
    with pytest.raises(LogError, match="no step is in both"):
        diagnose(log(FALLING), log(FALLING + 1, start=500))


@PROPERTY
@given(st.lists(st.tuples(st.floats(width=32), st.floats(width=32)), min_size=1, max_size=60))
@example([(0.0, 0.0)] * 12)
@example([(-1.0, 0.0), (1.0, 0.0)] * 6)
@example([(1.0, 0.0), (0.0, 0.0), (0.0, 0.0), (0.0, math.inf)])
@example([(0.0, 0.0)] * 7 + [(0.0, 1.0), (0.0, math.inf), (0.0, -math.inf)])
@pytest.mark.filterwarnings("error")
def test_any_two_curves_are_read(pairs):
    diagnosis = compare(*zip(*pairs, strict=True))
    assert diagnosis.sentence
    assert diagnosis.advice
    assert (diagnosis.pattern == "not finite") == (not np.isfinite(pairs).all())


@PROPERTY
@given(st.lists(st.floats(-1e6, 1e6, width=32), min_size=1, max_size=60))
def test_a_curve_is_equal_to_itself(curve):
    assert compare(curve, curve).pattern == "equal"


@pytest.mark.parametrize("counter", ["step", "epoch", "line"])
def test_advice_after_a_colon_goes_on_in_the_same_sentence(counter):
    late = [replace(log(curve, start=9), counter=counter) for curve in (FALLING, FALLING, 2 * FALLING, 0 * FALLING)]
    for right in late[1:]:
        advice = diagnose(late[0], right).advice
        assert " recorder = torch_impl.Recorder(" in advice
        assert "does not show at which step" not in advice
    assert diagnose(*late[:2]).advice.endswith("to compare these, " + RECORDER.format(audits=""))
