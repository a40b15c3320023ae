"""Where two curves part, the sentence names what may be the cause, and the advice what to record."""

from dataclasses import replace

import numpy as np
import pytest

from compare.logs.diagnose import diagnose
from tests.helpers.numpy_training import Training, log
from tests.logs.curves import FALLING, OPTIMIZERS, SEEDS, compare, diagnose_training, trained

every_seed = pytest.mark.parametrize("seed", SEEDS)
every_optimizer = pytest.mark.parametrize("training", OPTIMIZERS.values(), ids=OPTIMIZERS.keys())


@every_seed
@every_optimizer
@pytest.mark.parametrize("factor", [0.1, 0.5])
def test_a_schedule_is_found_at_the_step_after_it(training, factor, seed):
    for form in ("%.9g", "%.6f"):
        diagnosis = diagnose_training(replace(training, seed=seed), form, rate_from=(60, factor))
        assert (diagnosis.pattern, diagnosis.step) == ("apart from step 61", 61)
        assert "after the first update of epoch 4" in diagnosis.sentence
        assert "audits=range(59, 62)" in diagnosis.advice


def test_curves_of_the_same_batches_are_said_to_be():
    assert "the batches are the same" in diagnose_training(Training(rate=1e-3, adam=True), scale_input=1 / 0.9).sentence


def test_a_factor_at_the_first_step_alone_is_named_too():
    diagnosis = diagnose_training(OPTIMIZERS["sgd"], trained_factor=32.0, rate_from=(0, 1 / 8))
    assert diagnosis.pattern == "apart at step 0"
    assert "32 is the batch size" in diagnosis.sentence


def test_a_difference_that_hardly_changes_is_said_to_be_a_term():
    diagnosis = compare(FALLING, FALLING + 0.05 * (1 + np.arange(60) / 500))
    assert diagnosis.pattern == "apart at step 0"
    assert "the difference hardly changes (0.05 to 0.0559)" in diagnosis.sentence


def test_curves_that_begin_late_say_nothing_of_what_was_before():
    curves = [log(curve).at(slice(50, None)) for curve in (trained(Training()), trained(Training(rate=0.2)))]
    diagnosis = diagnose(*curves)
    assert diagnosis.pattern == "apart from step 50"
    assert "what happened before is not in them" in diagnosis.sentence


def test_a_log_that_counts_from_one_is_diagnosed_the_same():
    diagnosis = diagnose_training(OPTIMIZERS["sgd"], start=1, rate_from=(60, 0.1))
    assert (diagnosis.step, diagnosis.pattern) == (62, "apart from step 62")
    assert "audits=range(59, 62)" in diagnosis.advice  # the recorder counts from 0
    assert "after the first update of epoch 4" in diagnosis.sentence
    assert diagnose_training(OPTIMIZERS["sgd"], start=1, scale_input=1 / 0.9).pattern == "apart at step 0"
    assert diagnose_training(OPTIMIZERS["sgd"], start=1, rate_from=(0, 2.0)).pattern == "apart at step 1"


def test_a_log_of_every_tenth_step_says_between_which_steps_to_look():
    left, right = (trained(replace(OPTIMIZERS["sgd"], rate_from=(73, factor))) for factor in (1.0, 0.1))
    sparse = [log(curve).at(slice(None, None, 10)) for curve in (left, right)]
    diagnosis = diagnose(*sparse)
    assert (diagnosis.pattern, diagnosis.step) == ("apart from step 80", 80)
    assert "agreed within rounding until step 70" in diagnosis.sentence
    assert "audits=range(69, 81)" in diagnosis.advice
    assert "Log every step" in diagnose(*(log(curve).at(slice(None, None, 20)) for curve in (left, right))).advice
