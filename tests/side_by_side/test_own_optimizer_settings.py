"""Our optimizers and schedules describe themselves as PyTorch's: equal where they are, and different in what is off."""

import functools

import keras
import pytest
import tensorflow as tf
import torch
from torch import nn

from compare.judging.settings import compare_settings, differences
from tests.side_by_side.test_optimizers import CASES, in_keras_words
from tests.side_by_side.test_schedules import CASES as SCHEDULES
from tf_impl import optimizers as our_optimizers
from tf_impl import schedules
from tf_impl.settings import describe as describe_tf
from torch_impl import optimizers as torch_optimizers
from torch_impl import schedules as torch_schedules
from torch_impl.settings import describe as describe_torch

WEIGHTS = [nn.Parameter(torch.zeros(2))]
with_ = functools.partial


def unlike_optimizers(make_torch, tf_optimizer):
    return {row.setting for row in differences(judged(make_torch(WEIGHTS), tf_optimizer))}


def judged(torch_optimizer, tf_optimizer):
    rows = compare_settings(describe_torch(None, torch_optimizer), describe_tf(None, tf_optimizer), {})
    assert rows
    return rows


@pytest.mark.parametrize("case", CASES)
def test_an_optimizer_of_ours_is_set_as_pytorchs(case):
    name, settings = CASES[case]
    ours = getattr(our_optimizers, name)(0.05, **in_keras_words(settings))
    rows = judged(getattr(torch_optimizers, name)(WEIGHTS, lr=0.05, **settings), ours)
    assert differences(rows) == []
    assert {"lr", "weight_decay"} <= {row.setting for row in rows}
    assert set(settings) - {"decoupled_weight_decay"} <= {row.setting for row in rows}


OURS_AND_WHAT_DIFFERS = [
    (with_(torch.optim.SGD, momentum=0.9), lambda: our_optimizers.SGD(0.001, momentum=0.8), {"momentum"}),
    (with_(torch.optim.SGD, momentum=0.9), lambda: our_optimizers.SGD(0.001, 0.9, nesterov=True), {"nesterov"}),
    (with_(torch.optim.SGD, momentum=0.9), lambda: our_optimizers.SGD(0.001, 0.9, dampening=0.5), {"dampening"}),
    (with_(torch.optim.AdamW, weight_decay=0.1), lambda: our_optimizers.AdamW(0.001), {"weight_decay"}),
    (
        with_(torch.optim.Adam, weight_decay=0.01),
        lambda: our_optimizers.AdamW(0.001),
        {"weight_decay kind"},
    ),
    (torch.optim.RMSprop, lambda: our_optimizers.RMSprop(0.01, alpha=0.9), {"alpha"}),
    (
        torch.optim.Adagrad,
        lambda: our_optimizers.Adagrad(0.01, initial_accumulator_value=0.1),
        {"initial_accumulator_value"},
    ),
    (torch.optim.NAdam, lambda: our_optimizers.NAdam(0.002, momentum_decay=1), {"momentum_decay"}),
]


@pytest.mark.parametrize(("make_torch", "make_tf", "expected"), OURS_AND_WHAT_DIFFERS)
def test_an_optimizer_of_ours_differs_in_what_is_off(make_torch, make_tf, expected):
    assert unlike_optimizers(make_torch, make_tf()) == expected


def test_weights_that_do_not_decay_are_a_group_of_their_own_on_both_sides():
    ours = our_optimizers.AdamW(1e-3, weight_decay=0.1)
    ours.exclude_from_weight_decay(var_names=["bias"])
    groups = [{"params": WEIGHTS}, {"params": [nn.Parameter(torch.zeros(1))], "weight_decay": 0.0}]
    rows = judged(torch.optim.AdamW(groups, weight_decay=0.1), ours)
    assert differences(rows) == []
    assert [row.tf for row in rows if row.setting == "weight_decay"] == [0.1, 0.0]


def schedule_rows(make_torch, schedule):
    optimizer = torch.optim.SGD(WEIGHTS, lr=0.1, momentum=0.9)
    scheduler = make_torch(optimizer)
    assert scheduler.optimizer is optimizer
    ours = our_optimizers.SGD(schedule, momentum=getattr(schedule, "momentum", 0.9))
    rows = judged(optimizer, ours)
    assert sum("(" in str(row.torch) for row in rows if row.setting == "schedule") == 1
    return {row.setting for row in differences(rows)}


@pytest.mark.parametrize(("name", "settings"), [(name, settings) for name, settings, _ in SCHEDULES])
def test_a_schedule_of_ours_is_set_as_pytorchs(name, settings):
    schedule = getattr(schedules, name)(0.1, **settings)
    assert schedule_rows(lambda optimizer: getattr(torch_schedules, name)(optimizer, **settings), schedule) == set()


def test_cycles_and_schedules_of_schedules_are_set_as_pytorchs():
    for make_torch, schedule in (
        (lambda o: torch_schedules.OneCycleLR(o, 0.4, total_steps=50), schedules.OneCycleLR(0.4, 50)),
        (lambda o: torch_schedules.warmup_cosine(o, 5, 20), schedules.warmup_cosine(0.1, 5, 20)),
        (
            lambda o: torch_schedules.CyclicLR(o, 0.1, 0.4, step_size_up=7, cycle_momentum=False),
            schedules.CyclicLR(0.1, 0.4, step_size_up=7),
        ),
    ):
        assert schedule_rows(make_torch, schedule) == set()


def test_a_schedule_with_another_number_in_it_differs():
    unlike = schedule_rows(lambda o: torch_schedules.warmup_cosine(o, 5, 20), schedules.warmup_cosine(0.1, 5, 21))
    assert unlike == {"schedule"}


class Halved(keras.optimizers.schedules.LearningRateSchedule):
    """A schedule of a user's own, without `get_config`, which Keras asks for only to save."""

    def __init__(self, first):
        self.first = first

    def __call__(self, step):
        return self.first * 0.5 ** tf.cast(step, tf.float64)


class Broken(Halved):
    def __call__(self, step):
        raise RuntimeError("before the first step")


def test_a_schedule_of_a_users_own_is_said_by_its_name_and_what_it_holds():
    rows = judged(torch.optim.SGD(WEIGHTS, lr=0.5, momentum=0.9), our_optimizers.SGD(Halved(0.5), momentum=0.8))
    assert {row.setting: row.tf for row in differences(rows)} == {"momentum": 0.8, "schedule": "Halved(first=0.5)"}


def test_a_setting_that_cannot_be_read_has_no_row_and_takes_no_other_along():
    rows = judged(torch.optim.SGD(WEIGHTS, lr=0.5, momentum=0.9), our_optimizers.SGD(Broken(0.5), momentum=0.8))
    assert {row.setting for row in differences(rows)} == {"momentum", "schedule"}
    assert "lr" not in {row.setting for row in rows}


def test_an_optimizer_that_cannot_be_read_leaves_the_others_theirs():
    both = [torch.optim.SGD(WEIGHTS, lr=0.5), object(), torch.optim.SGD(WEIGHTS, lr=0.25)]
    assert [row.value for row in describe_torch(None, both) if row.setting == "lr"] == [0.5, 0.25]
