"""The learning rates that a Keras optimizer used: found from outside of a compiled step, by its count of updates.

Notice that a schedule is a function of that count: it is evaluated once, at the end, for all steps together.
"""

from collections.abc import Callable, Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from compare.inputs.side import every_optimizer
from compare.traces import rates
from tf_impl.keras_internals import count_of_updates, rate_or_schedule
from tf_impl.keras_versions import is_schedule
from tf_impl.one_model import VARIABLES
from tf_impl.weights.layers import wrap
from tf_impl.weights.state import parts

Schedule = keras.optimizers.schedules.LearningRateSchedule


Used = tuple[Schedule, int] | float | None  # a schedule with its count, a constant rate, or no update


def further_rates(optimizer, schedule, count: int) -> dict[Any, np.ndarray]:
    """The rates (count, optimizers inside) of the next steps, by optimizer, if no step changes them."""
    # differs: PyTorch's schedule counts its own steps; a Keras schedule is a function of the optimizer's count.
    return {
        name: np.stack([_further(part, count) for part in parts(each)], axis=1)
        for name, each in every_optimizer(optimizer).items()
    }


def _further(optimizer: keras.optimizers.Optimizer, count: int) -> np.ndarray:
    source = rate_or_schedule(optimizer)
    if is_schedule(source):
        begun = int(_read(count_of_updates(optimizer)))
        return evaluated(source, list(range(begun, begun + count)))
    return np.full(count, float(_read(source)) if isinstance(source, VARIABLES) else np.nan)


class Rates(rates.Rates):
    """By reading two variables after each step; setting a rate in Python is noticed when it happens."""

    def __init__(self, optimizer: keras.optimizers.Optimizer):
        super().__init__()
        self._parts = [Rate(part) for part in parts(optimizer)]

    def _used(self) -> list[Used]:
        return [part.used() for part in self._parts]

    def values(self) -> np.ndarray:
        """The rates (steps, optimizers inside)."""
        by_part = zip(*self._steps, strict=True) if self._steps else [()] * len(self._parts)
        return np.stack([_values(steps) for steps in by_part], axis=1)

    def last(self) -> np.ndarray:
        """The rates of the last step, NaN where it had no update."""
        return np.array([_value(used) for used in self._steps[-1]])

    def detach(self) -> None:
        for part in self._parts:
            part.detach()


class Rate:
    """The learning rate of one optimizer, from step to step."""

    def __init__(self, optimizer: keras.optimizers.Optimizer):
        self._optimizer = optimizer
        self._source = rate_or_schedule(optimizer)
        self._count, self._rate = self._updates(), self._constant()  # as the step begins
        self._is_set = False  # whether Python has set the rate in this step
        self._replaced: float | None = None  # the rate of this step's update, where it was set anew after it
        self.detach = self._watch_setting()

    def used(self) -> Used:
        """What this step's first update used; NaN where the rate was set in a graph, before the update or after it."""
        begun, before, is_set, replaced = self._count, self._rate, self._is_set, self._replaced
        self._count, self._is_set, self._replaced = self._updates(), False, None
        if rate_or_schedule(self._optimizer) is not self._source:  # the optimizer was given another one
            self.detach()
            self._source = rate_or_schedule(self._optimizer)
            self.detach = self._watch_setting()
        self._rate = self._constant()
        if self._count == begun:
            return None
        if is_schedule(self._source):
            return self._source, begun
        if replaced is not None:
            return replaced
        return self._rate if is_set or self._rate == before else np.nan

    def _updates(self) -> int:
        return int(_read(count_of_updates(self._optimizer)))

    def _constant(self) -> float:
        """The constant rate; NaN for a schedule, and for a function, whose call might change something."""
        return float(_read(self._source)) if isinstance(self._source, VARIABLES) else np.nan

    def _watch_setting(self) -> Callable[[], None]:
        if not isinstance(self._source, VARIABLES):
            return lambda: None
        assign = self._source.assign

        def watch(value, *arguments, **options):
            if tf.executing_eagerly():
                self._is_set = True
                if self._replaced is None and self._updates() != self._count:
                    self._replaced = self._constant()
            return assign(value, *arguments, **options)

        return wrap(self._source, "assign", watch)


def _value(used: Used) -> float:
    if isinstance(used, tuple):
        schedule, count = used
        return float(schedule(tf.constant(count, tf.int64)))
    return np.nan if used is None else used


def _values(steps: Sequence[Used]) -> np.ndarray:
    """The rates of one optimizer, NaN where it had no update."""
    values = np.array([used if isinstance(used, float) else np.nan for used in steps])
    places: dict[int, list[int]] = {}
    for step, used in enumerate(steps):
        if isinstance(used, tuple):
            places.setdefault(id(used[0]), []).append(step)
    for of_one in places.values():
        given = [used for step in of_one if isinstance(used := steps[step], tuple)]
        values[of_one] = evaluated(given[0][0], [count for _, count in given])
    return values


def evaluated(schedule: Schedule, counts: list[int]) -> np.ndarray:
    """A schedule's rates after these numbers of updates: in one graph, as a compiled step would evaluate it."""

    def rate(count):
        return tf.cast(schedule(count), tf.float64)

    try:
        every = tf.function(lambda counts: tf.map_fn(rate, counts, fn_output_signature=tf.float64), autograph=False)
        return every(tf.constant(counts, tf.int64)).numpy()
    except Exception:  # the user's own, written for eager steps
        return np.array([float(schedule(tf.constant(count, tf.int64))) for count in counts])


def _read(variable: keras.Variable | tf.Variable) -> np.ndarray:
    """The value of a variable, by the bare operation: a quarter of the time that `numpy()` takes."""
    resource = variable.value if isinstance(variable, keras.Variable) else variable
    return tf.raw_ops.ReadVariableOp(resource=resource.handle, dtype=resource.dtype).numpy()
