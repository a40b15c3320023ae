"""What two curves have in common is found where it is there, and only where it is."""

import numpy as np
import pytest

from compare.judging import tolerances
from compare.logs.similarity import (
    closes,
    counted_factor,
    explain_factor,
    falls,
    many_times_apart,
    moves_as_a_term,
    only_first_falls,
    same_batches,
    same_level,
    stays_within,
    steadily_apart,
    trend_apart,
)

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
    few = slice(tolerances.LINES_WITH_NOISE - 1)
    assert not only_first_falls(falling(0)[few], level[few])
    assert only_first_falls(falling(0)[few], 2.5 + (level[few] - 2.5) / 1000)


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


def test_a_factor_is_no_known_number_where_few_digits_make_it_one_by_chance():
    assert explain_factor(0.684, 0.02, None) == ""
    assert explain_factor(np.log(2), 0.01, None) != ""
    assert explain_factor(32.1, 4e-3, None) == ""
    assert explain_factor(32.1, 4e-3, 32) != ""


def test_curves_close_where_they_end_nearer_than_they_were():
    assert closes(falling(0), falling(0) + np.exp(-STEPS / 10))
    assert not closes(falling(0), falling(0) + 0.3)
    assert not closes(falling(0)[:1], falling(1)[:1])


def test_the_trend_apart_is_that_of_quarters_relative_to_the_larger():
    left = np.ones(8)
    right = np.repeat([1.25, 0.5, 1, 2], 2)
    assert trend_apart(left, right) == pytest.approx([0.2, -0.5, 0, 0.5])
    assert trend_apart(left[:2], right[:2]) == pytest.approx([0.2, 0.2])


def test_a_term_has_one_sign_and_no_noise_of_batches():
    term = 0.1 + 0.05 * np.exp(-STEPS / 30)
    assert moves_as_a_term(falling(0), falling(0) + term, every_step=True)
    assert not moves_as_a_term(falling(0), falling(0) + term - 0.12, every_step=True)
    assert not moves_as_a_term(falling(0), falling(0) * 1.1, every_step=True)


def test_where_batches_are_not_seen_a_term_is_even():
    lines = falling(0)[::10]
    assert moves_as_a_term(lines, lines + np.linspace(0.01, 0.03, 12), every_step=False)
    assert not moves_as_a_term(lines, lines + np.linspace(0.001, 0.03, 12), every_step=False)
    assert not moves_as_a_term(lines[:2], lines[:2] + 0.01, every_step=False)


def test_a_counted_factor_is_large_and_even():
    assert counted_factor(falling(0), 20 * falling(0)) == pytest.approx(20)
    assert counted_factor(20 * falling(0), falling(0)) == pytest.approx(1 / 20)
    assert counted_factor(falling(0), 2 * falling(0)) is None
    assert counted_factor(falling(0), 20 * falling(0) * np.linspace(1, 2, 120)) is None
    assert counted_factor(-falling(0), 20 * falling(0)) is None


@pytest.mark.parametrize(
    ("curve", "answer"),
    [
        (falling(0), True),
        (2 - falling(0), False),
        (noise(1), False),
        (noise(1)[:20], None),
        (np.ones(4), False),
        (falling(0)[:3], None),
        (2 - STEPS * 1e-9, False),
    ],
)
def test_a_curve_falls_by_more_than_its_noise_or_it_is_not_known(curve, answer):
    assert falls(2 + curve, 1e-4) is answer


def test_a_curve_is_steadily_apart_where_it_stays_on_one_side_and_does_not_jump():
    left, sign = falling(0), (-1.0) ** STEPS
    assert steadily_apart(left, left * 1.1)
    assert steadily_apart(left, left * (1.1 + 0.01 * sign))
    assert not steadily_apart(left, left * (1.1 + 0.09 * sign))
    assert not steadily_apart(left, left * (1 + 0.1 * np.sin(STEPS / 20)))


def test_a_curve_is_many_times_another_where_each_quarter_is():
    level = np.ones(8)
    assert many_times_apart(level, level * np.arange(3, 11))
    assert many_times_apart(level * np.arange(3, 11), level)
    assert not many_times_apart(level, level * np.array([2, 2, 9, 9, 9, 9, 9, 9]))
    assert not many_times_apart(-level, -9 * level)
