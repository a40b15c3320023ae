"""Optimizers and schedules made anew from their configurations do what the first ones did, state included."""

import inspect
import json

import keras
import numpy as np
import pytest
import tensorflow as tf

from tests.side_by_side import optimizer_formulas as formulas
from tests.side_by_side.test_optimizers import CASES as OPTIMIZERS
from tests.side_by_side.test_optimizers import in_keras_words, train_tf
from tests.side_by_side.test_schedules import CASES, CYCLES, RATE
from tf_impl import optimizers, schedules

ALL_SCHEDULES = [
    *((name, RATE, settings) for name, settings, _ in CASES),
    *((name, 0.3, settings) for name, settings, _ in CYCLES),
]
SCHEDULES = {f"{schedule[0]} {number}": schedule for number, schedule in enumerate(ALL_SCHEDULES)}


def made(case):
    name, settings = OPTIMIZERS[case]
    return getattr(optimizers, name)(0.05, **in_keras_words(settings))


def through_json(optimizer):
    """As a file holds it: tuples are lists there."""
    return keras.optimizers.deserialize(json.loads(json.dumps(keras.optimizers.serialize(optimizer))))


@pytest.mark.parametrize("case", OPTIMIZERS)
def test_an_optimizer_made_anew_is_of_the_same_class_and_updates_alike(case):
    (name, settings), again = OPTIMIZERS[case], through_json(made(case))
    assert type(again) is type(made(case))
    assert set(again.get_config()) == set(inspect.signature(type(again)).parameters)
    np.testing.assert_allclose(train_tf(again), getattr(formulas, name.lower())(**settings), rtol=1e-12)


@pytest.mark.parametrize("case", ["momentum", "adamw", "centred rmsprop", "asgd", "adafactor", "rprop"])
def test_a_model_that_is_loaded_trains_on_where_the_saved_one_was(case, tmp_path):
    x, y = np.random.default_rng(3).normal(size=(2, 8, 3))
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(3)])
    model.compile(made(case), "mse")
    model.fit(x, y, epochs=3, verbose=0, shuffle=False)
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    for each in (model, loaded):
        each.fit(x, y, epochs=3, verbose=0, shuffle=False)
    for one, other in zip(model.get_weights(), loaded.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_schedule_that_an_optimizer_holds_is_made_anew_with_it():
    cycle = schedules.OneCycleLR(0.1, total_steps=50)
    first = optimizers.SGD(schedules.warmup_cosine(0.1, 5, 40), momentum=cycle.momentum, nesterov=True)
    np.testing.assert_array_equal(train_tf(through_json(first)), train_tf(first))


def test_a_rate_that_was_changed_is_the_one_that_is_kept():
    optimizer = optimizers.Adam(0.1)
    optimizer.learning_rate = 0.025
    assert through_json(optimizer).get_config()["learning_rate"] == 0.025


@pytest.mark.filterwarnings("ignore:The object being serialized includes a `lambda`")
@pytest.mark.parametrize("case", SCHEDULES)
def test_a_schedule_made_anew_has_the_same_rates(case):
    name, rate, settings = SCHEDULES[case]
    first = getattr(schedules, name)(*((0.02, rate) if name == "CyclicLR" else (rate,)), **settings)
    config = keras.optimizers.schedules.serialize(first)
    if not any(map(callable, settings.values())):
        config = json.loads(json.dumps(config))
    again = keras.saving.deserialize_keras_object(config, safe_mode=False)  # a lambda is written as code
    assert type(again) is type(first)
    for step in (0, 1, 6, 7, 30, 99):
        assert float(again(step)) == float(first(tf.constant(step)))


def test_every_schedule_that_is_a_function_of_the_step_is_tried():
    tried = {name for name, _, _ in SCHEDULES.values()} | {"LRScheduler", "ReduceLROnPlateau"}
    composed = {"ChainedScheduler", "SequentialLR", "warmup_cosine"}
    assert tried | composed == set(schedules.__all__)


@pytest.mark.parametrize("schedule", [schedules.ChainedScheduler, schedules.SequentialLR])
def test_schedules_of_schedules_are_made_anew(schedule):
    inner = [schedules.LinearLR(0.1, total_iters=5), schedules.ExponentialLR(0.1, gamma=0.9)]
    first = schedule(inner, **({"milestones": [6]} if schedule is schedules.SequentialLR else {}))
    again = keras.optimizers.schedules.deserialize(keras.optimizers.schedules.serialize(first))
    assert [float(again(step)) for step in range(12)] == [float(first(step)) for step in range(12)]
