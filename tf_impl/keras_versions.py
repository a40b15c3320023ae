"""Keras 3, and Keras 2 where a script uses it (tf_keras): their classes have the same names and mostly attributes."""

from functools import cache

ROOTS = ("keras", "tf_keras")


def like(instance, *names: str) -> bool:
    """Whether an object is of one of these classes, by name, of either Keras."""
    return not _names(type(instance)).isdisjoint(names)


def of_keras(instance) -> tuple[type, ...]:
    """The classes of either Keras that an object's class is or derives from, the nearest first."""
    return _bases(type(instance))


@cache  # asked of every layer and attribute, many times over
def _bases(kind: type) -> tuple[type, ...]:
    return tuple(base for base in kind.__mro__ if base.__module__.partition(".")[0] in ROOTS)


@cache
def _names(kind: type) -> frozenset[str]:
    return frozenset(base.__name__ for base in _bases(kind))


def is_layer(instance) -> bool:
    """Whether an object is a layer or a model of either Keras."""
    return like(instance, "Layer")


def is_optimizer(instance) -> bool:
    """Whether an object is an optimizer of either Keras whose variables are known: not one of tf_keras.legacy."""
    return like(instance, "Optimizer", "BaseOptimizer")


def is_schedule(instance) -> bool:
    """Whether a learning rate is a schedule of either Keras."""
    return like(instance, "LearningRateSchedule")


def is_of_version_2(instance) -> bool:
    """Whether an object is of Keras 2, or derives from one that is."""
    return any(base.__module__.partition(".")[0] == "tf_keras" for base in of_keras(instance))


def axis_of(layer) -> int | list[int]:
    """The axis of a normalisation; Keras 2 writes one as a list."""
    return layer.axis if isinstance(layer.axis, int) or len(layer.axis) > 1 else layer.axis[0]
