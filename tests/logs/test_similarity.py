"""What two curves have in common is found where it is there, and only where it is."""

import numpy as np
import pytest

from compare.judging import tolerances
from compare.logs.similarity import explain_factor, only_first_falls, same_batches, same_level, stays_within

STEPS = np.arange(120)


def noise(seed):
    return np.random.default_rng(seed).normal(size=len(STEPS))


def falling(seed, amount=0.05):
    return 2 * np.exp(-STEPS / 40) + 0.5 + amount * noise(seed)


def test_curves_that_go_up_and_down_together_have_the_same_batches():
    assert same_batches(falling(0), 3 * falling(0) + 0.01 * noise(1)) is True
    assert same_batches(falling(0), falling(1)) is False


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (falling(0)[: tolerances.STEPS_NEEDED - 1], falling(0)[: tolerances.STEPS_NEEDED - 1]),
        (falling(0), np.full(len(STEPS), 2.0)),
        (falling(0), falling(0) + 0.07 * noise(1)),
    ],
    ids=["few steps", "a constant", "half of the noise in common"],
)
def test_where_it_is_unclear_nothing_is_said_of_the_batches(left, right):
    assert same_batches(left, right) is None


def test_a_level_is_the_same_where_noise_is_all_that_differs():
    assert same_level(falling(0), falling(1))
    assert not same_level(falling(0), falling(1) + 0.2)


def test_a_curve_stays_within_a_tolerance_of_its_first_value_at_each_step():
    curve = np.array([1.0, 1.1, 0.9])
    assert stays_within(curve, np.array([0, 0.11, 0.11]))
    assert not stays_within(curve, np.array([0.11, 0.11, 0.09]))


def test_of_a_falling_and_a_level_curve_only_the_first_falls():
    level = 2.5 + 0.05 * noise(1)
    assert only_first_falls(falling(0), level)
    assert not only_first_falls(level, falling(0))
    assert not only_first_falls(falling(0), falling(1))
    assert not only_first_falls(falling(0)[: tolerances.STEPS_NEEDED - 1], level[: tolerances.STEPS_NEEDED - 1])


@pytest.mark.parametrize(
    ("factor", "batch_size", "words"),
    [
        (16, 16, "16 is the batch size"),
        (-1 / 16, 16, ""),
        (1 / np.log(10), None, "logarithms to base 10 and to base e"),
        (0.5, None, "one formula has a factor of 1/2"),
        (1 / 10, None, "10 is a count"),
        (1.5, None, ""),
        (2 + 1e-3, None, ""),
    ],
)
def test_a_factor_is_explained_where_it_is_a_known_number(factor, batch_size, words):
    explanation = explain_factor(factor, 1e-6, batch_size)
    assert explanation.startswith(words)
    assert bool(explanation) == bool(words)
