"""Each schedule, on both sides, over 100 steps: against its closed form in NumPy, and in a graph."""

import math

import keras
import numpy as np
import pytest
import tensorflow as tf
import torch

from tf_impl import optimizers
from tf_impl import schedules as tf_schedules
from torch_impl import schedules as torch_schedules

STEPS, RATE = 100, 0.1
T = np.arange(STEPS)


def cosine(t, end, low=0.0):
    return low + (RATE - low) * (1 + np.cos(np.pi * t / end)) / 2


def restarts(first, times, low):
    rates, done, length = [], 0, first
    for _ in T:
        rates.append(cosine(done, length, low))
        done += 1
        if done == length:
            done, length = 0, length * times
    return np.array(rates)


def triangle(up, down):
    into = T % (up + down)
    return np.where(into <= up, into / up, (up + down - into) / down)


def between(start, end, begins, ends):
    return end + (start - end) / 2 * (1 + np.cos(np.pi * (T - begins) / (ends - begins)))


CASES = [
    ("StepLR", {"step_size": 7, "gamma": 0.3}, RATE * 0.3 ** (T // 7)),
    ("StepLR", {"step_size": 49, "gamma": 0.5}, RATE * 0.5 ** (T // 49)),
    ("MultiStepLR", {"milestones": [50, 20, 20], "gamma": 0.3}, RATE * 0.3 ** (2.0 * (T >= 20) + (T >= 50))),
    ("ConstantLR", {"factor": 0.3, "total_iters": 9}, RATE * np.where(T < 9, 0.3, 1)),
    ("LinearLR", {"start_factor": 0.2, "end_factor": 0.7, "total_iters": 33}, RATE * np.interp(T, [0, 33], [0.2, 0.7])),
    ("LinearLR", {}, RATE * np.interp(T, [0, 5], [1 / 3, 1])),
    ("ExponentialLR", {"gamma": 0.93}, RATE * 0.93**T),
    ("PolynomialLR", {"total_iters": 49, "power": 0.5}, RATE * ((49 - np.minimum(T, 49)) / 49) ** 0.5),
    ("LambdaLR", {"lr_lambda": lambda step: 0.95**step}, RATE * 0.95**T),
    ("MultiplicativeLR", {"lr_lambda": lambda step: step / (step + 1)}, RATE / (T + 1)),
    ("MultiplicativeLR", {"lr_lambda": lambda step: 0.95}, RATE * 0.95**T),
    ("CosineAnnealingLR", {"T_max": 23, "eta_min": 0.01}, cosine(T, 23, 0.01)),
    ("CosineAnnealingWarmRestarts", {"T_0": 7, "eta_min": 0.01}, restarts(7, 1, 0.01)),
    ("CosineAnnealingWarmRestarts", {"T_0": 1, "T_mult": 3, "eta_min": 0.01}, restarts(1, 3, 0.01)),
]
CYCLES = [
    ("CyclicLR", {"step_size_up": 7, "step_size_down": 5}, 0.02 + 0.28 * triangle(7, 5)),
    ("CyclicLR", {"step_size_up": 6, "mode": "triangular2"}, 0.02 + 0.28 * triangle(6, 6) / 2.0 ** (T // 12)),
    (
        "CyclicLR",
        {"step_size_up": 6, "mode": "exp_range", "gamma": 0.97},
        0.02 + 0.28 * triangle(6, 6) * 0.97**T,
    ),
    (
        "OneCycleLR",
        {"total_steps": STEPS},
        np.where(T <= 29, between(0.3 / 25, 0.3, 0, 29), between(0.3, 0.3 / 25e4, 29, 99)),
    ),
    (
        "OneCycleLR",
        {"total_steps": 100, "three_phase": True, "pct_start": 0.25, "anneal_strategy": "linear", "div_factor": 10.0},
        np.interp(T, [0, 24, 48, 99], [0.03, 0.3, 0.03, 0.03e-4]),
    ),
]


def torch_run(make):
    """Rate and momentum of each step."""
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=RATE, momentum=0.5)
    scheduler, rates, momenta = make(optimizer), [], []
    for _ in T:
        rates.append(optimizer.param_groups[0]["lr"])
        momenta.append(optimizer.param_groups[0]["momentum"])
        optimizer.step()
        scheduler.step()
    return np.array(rates), np.array(momenta)


def tf_run(schedule):
    """The rate of each step, as a graph computes it from the optimizer's counter; float64 whatever floatx is."""
    graph = tf.function(lambda step: schedule(step), autograph=False)
    rates = [graph(tf.constant(step, tf.int64)) for step in range(STEPS)]
    assert {rate.dtype for rate in rates} == {tf.float64}
    return np.array([float(rate) for rate in rates])


def assert_equal_rates(found, expected):
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-14 * np.abs(expected).max())


@pytest.mark.parametrize("floatx", ["float64", "float32"])
@pytest.mark.parametrize(("name", "settings", "expected"), CASES)
def test_a_schedule_is_its_closed_form_on_both_sides(name, settings, expected, floatx):
    keras.config.set_floatx(floatx)
    assert_equal_rates(torch_run(lambda optimizer: getattr(torch_schedules, name)(optimizer, **settings))[0], expected)
    assert_equal_rates(tf_run(getattr(tf_schedules, name)(RATE, **settings)), expected)


@pytest.mark.parametrize(("name", "settings", "expected"), CYCLES)
def test_a_cycle_is_its_closed_form_on_both_sides_and_turns_the_momentum_against_it(name, settings, expected):
    bounds = {"base_lr": 0.02, "max_lr": 0.3} if name == "CyclicLR" else {"max_lr": 0.3}
    rates, momenta = torch_run(lambda optimizer: getattr(torch_schedules, name)(optimizer, **bounds, **settings))
    assert_equal_rates(rates, expected)
    schedule = getattr(tf_schedules, name)(**bounds, **settings)
    assert_equal_rates(tf_run(schedule), expected)
    momentum = tf_schedules.CyclicLR(0.9, 0.8, **settings) if name == "CyclicLR" else schedule.momentum
    assert_equal_rates(tf_run(momentum), momenta)


def test_every_schedule_is_tried():
    apart = {"LRScheduler", "ChainedScheduler", "SequentialLR", "ReduceLROnPlateau", "warmup_cosine"}
    assert {name for name, _, _ in CASES + CYCLES} | apart == set(tf_schedules.__all__)


def test_warmup_cosine_goes_up_straight_and_down_along_a_cosine_and_up_again_after_its_end():
    expected = np.where(T < 10, RATE * np.interp(T, [0, 10], [0.1, 1]), cosine(T - 10, 60, 0.01))
    make = {"warmup_steps": 10, "total_steps": 70, "start_factor": 0.1, "eta_min": 0.01}
    assert expected[70] == 0.01 < expected[99]
    assert_equal_rates(torch_run(lambda optimizer: torch_schedules.warmup_cosine(optimizer, **make))[0], expected)
    assert_equal_rates(tf_run(tf_schedules.warmup_cosine(RATE, **make)), expected)


def several(schedules, start):
    return [
        schedules.ExponentialLR(start, gamma=0.9),
        schedules.StepLR(start, step_size=4, gamma=0.5),
        schedules.CosineAnnealingWarmRestarts(start, T_0=7),
    ]


def test_schedules_one_after_the_other_each_begin_at_their_own_step_0():
    expected = np.select([T < 10, T < 33], [RATE * 0.9**T, RATE * 0.5 ** ((T - 10) // 4)], cosine((T - 33) % 7, 7))

    def make(optimizer):
        return torch_schedules.SequentialLR(optimizer, several(torch_schedules, optimizer), [10, 33])

    assert_equal_rates(torch_run(make)[0], expected)
    assert_equal_rates(tf_run(tf_schedules.SequentialLR(several(tf_schedules, RATE), [10, 33])), expected)


def test_chained_schedules_multiply_their_factors():
    expected = RATE * 0.9**T * 0.5 ** (T // 4)
    chained = torch_run(lambda optimizer: torch_schedules.ChainedScheduler(several(torch_schedules, optimizer)[:2]))[0]
    assert_equal_rates(chained, expected)
    assert_equal_rates(tf_run(tf_schedules.ChainedScheduler(several(tf_schedules, RATE)[:2])), expected)


LOSSES = np.exp(-T / 20) + 0.1 * np.cos(3 * T)


@pytest.mark.parametrize(
    "settings",
    [
        {"factor": 0.5, "patience": 2},
        {"mode": "max", "patience": 1, "threshold": 0.1, "threshold_mode": "abs", "cooldown": 3, "min_lr": 1e-3},
        {"mode": "max", "patience": 3, "threshold": 0.1},
        {"patience": 0, "threshold": 0.2, "threshold_mode": "abs", "factor": 0.5, "eps": 1e-3},
    ],
)
def test_a_plateau_reduces_the_rate_at_the_same_steps_on_both_sides(settings):
    torch_optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=RATE)
    tf_optimizer, rates = optimizers.SGD(RATE), []
    torch_scheduler = torch_schedules.ReduceLROnPlateau(torch_optimizer, **settings)
    tf_scheduler = tf_schedules.ReduceLROnPlateau(tf_optimizer, **settings)
    for loss in LOSSES:
        torch_scheduler.step(loss)
        tf_scheduler.step(loss)
        rates.append((torch_optimizer.param_groups[0]["lr"], float(tf_optimizer.learning_rate)))
    assert all(one == other for one, other in rates)
    assert len(set(rates)) > 2


def test_patience_is_how_many_losses_may_be_no_better():
    optimizer, rates = optimizers.SGD(RATE), []
    scheduler = tf_schedules.ReduceLROnPlateau(optimizer, factor=0.5, patience=2)
    for _ in range(5):
        scheduler.step(1.0)
        rates.append(float(optimizer.learning_rate))
    assert rates == [RATE, RATE, RATE, RATE / 2, RATE / 2]


def test_kerass_own_staircase_is_a_step_late_in_a_graph():
    """Why StepLR divides with floordiv: a graph multiplies by 1 / 49, and 49 * (1 / 49) is below 1."""
    stock = keras.optimizers.schedules.ExponentialDecay(np.float64(RATE), 49, 0.5, staircase=True)
    assert math.floor(49 * (1 / 49)) == 0
    assert float(stock(tf.constant(49, tf.int64))) == RATE / 2
    assert tf_run(stock)[49] == RATE


def test_the_optimizer_takes_the_rate_of_its_own_step():
    optimizer, weight = optimizers.SGD(tf_schedules.StepLR(1.0, step_size=1, gamma=0.5)), keras.Variable(np.zeros(1))
    for _ in range(3):
        optimizer.apply_gradients([(tf.ones(1, tf.float64), weight)])
    assert float(weight[0]) == -(1 + 0.5 + 0.25)
