"""Constants rounded to float32: every number of every optimizer of PyTorch's, and nothing else."""

from types import SimpleNamespace

import numpy as np
import pytest
from compare.running.rounded import round_constants

ROUNDED = float(np.float32(0.1))


def optimizer(**settings):
    return SimpleNamespace(param_groups=[{"params": [], **settings}])


def test_a_number_becomes_that_of_float32_and_stays_a_float_of_python():
    one = optimizer(lr=0.1, weight_decay=0.0, momentum=0.5)
    round_constants(one)
    assert one.param_groups[0] == {"params": [], "lr": ROUNDED, "weight_decay": 0.0, "momentum": 0.5}
    assert type(one.param_groups[0]["lr"]) is float
    assert ROUNDED != 0.1


def test_numbers_in_a_pair_are_rounded_too():
    one = optimizer(betas=(0.1, 0.5))
    round_constants(one)
    assert one.param_groups[0]["betas"] == (ROUNDED, 0.5)


def test_what_is_no_floating_number_stays_the_same_object():
    weights = [np.array([0.1])]
    kept = {"params": weights, "amsgrad": True, "foreach": None, "steps": 2**53 + 1, "kind": "decoupled"}
    one = SimpleNamespace(param_groups=[dict(kept)])
    round_constants(one)
    assert one.param_groups[0] == kept
    assert one.param_groups[0]["params"] is weights
    assert weights[0][0] == 0.1


@pytest.mark.parametrize("several", [lambda *of: list(of), lambda *of: dict(zip("ab", of, strict=True))])
def test_every_group_of_every_optimizer_is_rounded(several):
    one, two = optimizer(lr=0.1), optimizer(lr=0.1)
    two.param_groups.append({"params": [], "lr": 0.1})
    round_constants(several(one, two))
    assert [group["lr"] for each in (one, two) for group in each.param_groups] == [ROUNDED] * 3


def test_an_optimizer_without_groups_stays_as_it_is():
    other = SimpleNamespace(learning_rate=0.1)
    round_constants(other)
    assert other.learning_rate == 0.1
