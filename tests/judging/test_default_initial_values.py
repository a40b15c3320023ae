"""What each framework gives of itself is known by its distribution; what a user wrote is none of it."""

import numpy as np
import pytest

from compare.judging.default_initial_values import by_default

RNG = np.random.default_rng(0)


def uniform(limit, *shape):
    return RNG.uniform(-limit, limit, shape)


def glorot(*shape):
    """Glorot's limit, sqrt(6 / (fan_in + fan_out))."""
    return uniform(np.sqrt(6 / ((shape[0] + shape[1]) * np.prod(shape[2:]))), *shape)


UNITS, FEATURES = 20, 30
FORGETS = np.repeat([0.0, 1, 0, 0], UNITS)
TORCH = {
    "fc.weight": uniform(1 / np.sqrt(FEATURES), 40, FEATURES),
    "fc.bias": uniform(1 / np.sqrt(FEATURES), 40),
    "conv.weight": uniform(1 / np.sqrt(8 * 9), 16, 8, 3, 3),
    "conv.bias": uniform(1 / np.sqrt(8 * 9), 16),
    "table.weight": RNG.normal(size=(50, 8)),
    "rnn.weight_ih_l0": uniform(1 / np.sqrt(UNITS), 4 * UNITS, FEATURES),
    "rnn.weight_hh_l0": uniform(1 / np.sqrt(UNITS), 4 * UNITS, UNITS),
    "rnn.bias_ih_l0": uniform(1 / np.sqrt(UNITS), 4 * UNITS),
    "rnn.bias_ih_l0 + rnn.bias_hh_l0": uniform(1 / np.sqrt(UNITS), 4 * UNITS) + uniform(1 / np.sqrt(UNITS), 4 * UNITS),
    "attention.in_proj_weight[0:24]": uniform(np.sqrt(6 / (24 + 3 * 24)), 24, 24),
}
TF = {
    "fc.weight": glorot(40, FEATURES),
    "fc.bias": np.zeros(40),
    "conv.weight": glorot(16, 8, 3, 3),
    "conv.bias": np.zeros(16),
    "table.weight": uniform(0.05, 50, 8),
    "rnn.weight_ih_l0": glorot(4 * UNITS, FEATURES),
    "rnn.weight_hh_l0": np.linalg.qr(RNG.normal(size=(4 * UNITS, UNITS)))[0],
    "rnn.bias_ih_l0": np.zeros(4 * UNITS),
    "rnn.bias_ih_l0 + rnn.bias_hh_l0": FORGETS,
    "attention.in_proj_weight[0:24]": glorot(24, 24),
}


def default(name, torch=TORCH, tf=TF):
    return by_default(name, torch, tf, orthogonal="_hh_l0" in name and "+" not in name)


@pytest.mark.parametrize("name", TORCH)
def test_the_defaults_of_both_frameworks_are_known(name):
    assert default(name)


@pytest.mark.parametrize("name", TORCH)
def test_what_a_user_wrote_on_either_side_is_no_default(name):
    assert not default(name, torch=TORCH | {name: 3 * TORCH[name]})
    assert not default(name, torch=TORCH | {name: np.zeros_like(TORCH[name])})
    if "_hh_l0" not in name or "+" in name:
        assert not default(name, tf=TF | {name: 3 * TF[name] + 0.1})


def test_a_normal_distribution_of_the_same_spread_is_no_default():
    normal = RNG.normal(size=(200, 100))
    spread = {"fc.weight": normal / np.sqrt(3 * 100)}
    assert not by_default("fc.weight", spread, {"fc.weight": glorot(200, 100)}, False)
    assert by_default("fc.weight", {"fc.weight": uniform(0.1, 200, 100)}, {"fc.weight": glorot(200, 100)}, False)


def test_an_orthogonal_matrix_outside_a_recurrence_is_no_default():
    assert not by_default("fc.weight", TORCH, TF, True)


def test_values_that_are_not_finite_or_missing_are_no_default():
    broken = TORCH["fc.weight"].copy()
    broken[0, 0] = np.nan
    assert not default("fc.weight", torch=TORCH | {"fc.weight": broken})
    assert not by_default("w", {"w": np.zeros((0, 2))}, {"w": np.zeros((0, 2))}, False)
