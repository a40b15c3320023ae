"""Trainings whose difference is known, and their curves as logs, diagnosed."""

from dataclasses import replace
from functools import cache

import numpy as np
from hypothesis import settings

from compare.logs.diagnose import diagnose
from tests.helpers.numpy_training import STEPS_PER_EPOCH, Training, log, losses

PROPERTY = settings(max_examples=50, deadline=None)
SEEDS = range(5)
OPTIMIZERS = {"sgd": Training(rate=0.02), "adam": Training(rate=1e-3, adam=True)}
PRINTED = ["%.9g", "%.6f", "%.4f"]
FALLING = 2.3 * np.exp(-np.arange(60) / 20) + 0.3 * np.random.default_rng(0).random(60)

trained = cache(losses)


def diagnose_training(training: Training, form: str = "%.9g", start: int = 0, **changes):
    """The diagnosis of a training against its port with these changes."""
    left, right = trained(training), trained(replace(training, shuffled=True, **changes))
    logs = (log(left, form, "left.csv", start), log(right, form, "right.csv", start))
    return diagnose(*logs, batch_size=32, steps_per_epoch=STEPS_PER_EPOCH)


def compare(left, right, **options):
    """The diagnosis of two curves, printed with all their digits."""
    return diagnose(log(left, "%.17g"), log(right, "%.17g", "right.csv"), **options)
