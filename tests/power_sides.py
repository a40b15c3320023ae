"""TF sides that are right up to a late step, and wrong from there on: "tests.power_sides:TRAINING.FAULT.STEP".

Notice how a fault comes into a compiled step: the side's own `batches` sets a variable before the batch of that step.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from importlib import import_module
from typing import Any

import numpy as np

from compare.inputs.side import Side, every_optimizer
from tests.power_trainings import TRAININGS, PowerTraining

Plant = Callable[[Side, int], Side]
Change = tuple[Any, str, Any]  # an object, its attribute, and the wrong value


@dataclass(frozen=True)
class Fault:
    """What is planted, and the stage where it must be found; None where a training has no such thing."""

    plant: Plant
    stage: Callable[[PowerTraining], str | None]


def rate_off(side: Side, at: int, by: float) -> Side:
    """The learning rate of every optimizer too low by this part."""
    optimizers = list(every_optimizer(side.optimizer).values())
    scheduled = [each for each in optimizers if _has_schedule(each)]
    for optimizer in scheduled:
        optimizer.learning_rate = _lower(optimizer, at, by)

    def batches(given: Iterable[dict]) -> Iterator[dict]:
        for number, batch in enumerate(given):
            for optimizer in optimizers if number == at else ():
                if optimizer not in scheduled:
                    optimizer.learning_rate.assign(float(optimizer.learning_rate.numpy()) * (1 - by))
            yield batch

    return replace(side, batches=batches)


def _has_schedule(optimizer) -> bool:
    return hasattr(optimizer._learning_rate, "rate")


def _lower(optimizer, at: int, by: float):
    """The schedule of an optimizer, lower from a step on."""
    import tensorflow as tf

    from tf_impl.schedules.base import LRScheduler

    schedule = optimizer._learning_rate

    class Lower(LRScheduler):
        def rate(self, step):
            return schedule.rate(step) * tf.where(step < at, tf.ones_like(step), 1 - by)

    return Lower(schedule.learning_rate)


def changed(side: Side, at: int, changes: Callable[[Side], list[Change]]) -> Side:
    """The step has two branches, traced with the right attributes and with the wrong ones; a variable chooses."""
    import tensorflow as tf

    from tf_impl.train import train_step

    wrong, right = tf.Variable(False), side.step or train_step

    def step(side: Side, batch: dict) -> tuple[Any, dict]:
        def planted() -> tuple[Any, dict]:
            with altered(changes(side)):
                return right(side, batch)

        return tf.cond(wrong, planted, lambda: right(side, batch))

    def batches(given: Iterable[dict]) -> Iterator[dict]:
        for number, batch in enumerate(given):
            wrong.assign(number >= at)
            yield batch

    return replace(side, step=step, batches=batches)


@contextmanager
def altered(changes: list[Change]) -> Iterator[None]:
    with ExitStack() as restored:
        for owner, attribute, value in changes:
            restored.callback(setattr, owner, attribute, getattr(owner, attribute))
            setattr(owner, attribute, value)
        yield


def momentum(side: Side) -> list[Change]:
    optimizers = every_optimizer(side.optimizer).values()
    names = [(each, "beta_1" if hasattr(each, "beta_1") else "momentum") for each in optimizers]
    return [(each, name, getattr(each, name) - 0.01) for each, name in names]


def weight_decay(side: Side) -> list[Change]:
    return [(each, "decay", each.decay + 1e-3) for each in every_optimizer(side.optimizer).values()]


def epsilon(side: Side) -> list[Change]:
    """PyTorch's default for Keras', or the other way round."""
    wrong = {1e-8: 1e-7, 1e-7: 1e-8}
    return [(each, "epsilon", wrong[each.epsilon]) for each in every_optimizer(side.optimizer).values()]


def batch_norm_momentum(side: Side) -> list[Change]:
    norms = [layer for layer in side.model._flatten_layers() if hasattr(layer, "weight_of_new")]
    return [(norm, "weight_of_new", norm.weight_of_new + 0.01) for norm in norms]


def clipped(side: Side) -> list[Change]:
    """Gradients of a common norm of at most nine tenths of what it is."""
    import tensorflow as tf

    def clip(optimizer, pairs) -> Any:
        gradients, variables = zip(*pairs, strict=True)
        norm = tf.linalg.global_norm([tf.convert_to_tensor(each) for each in gradients])
        shorter, _ = tf.clip_by_global_norm([tf.convert_to_tensor(each) for each in gradients], 0.9 * norm)
        return type(optimizer).apply_gradients(optimizer, zip(shorter, variables, strict=True))

    optimizers = every_optimizer(side.optimizer).values()
    return [(each, "apply_gradients", partial(clip, each)) for each in optimizers]


def wrong_sample(side: Side, at: int) -> Side:
    """One example of one batch is another of the same batch, its labels too."""

    def batches(given: Iterable[dict]) -> Iterator[dict]:
        for number, batch in enumerate(given):
            yield {name: _second_for_first(name, array) for name, array in batch.items()} if number == at else batch

    return replace(side, batches=batches)


def _second_for_first(name: str, array: np.ndarray) -> np.ndarray:
    array = array.copy()
    first, second = ((0, 0), (0, 1)) if name == "tokens" else (0, 1)  # tokens are (micro-batches, examples, length)
    array[first] = array[second] if name != "masks" else array[first]
    return array


def _always(stage: str) -> Callable[[PowerTraining], str | None]:
    return lambda training: stage


def _where_set(setting: str, stage: str) -> Callable[[PowerTraining], str | None]:
    return lambda training: stage if setting in training.case.settings else None


def _of_decay(training: PowerTraining) -> str:
    return "state" if training.decays_gradient else "update"


def _of_epsilon(training: PowerTraining) -> str | None:
    """PyTorch's RMSprop sums up in its momentum what was divided already."""
    if "epsilon" not in training.case.settings:
        return None
    return "state" if "momentum" in training.case.settings else "update"


FAULTS: Mapping[str, Fault] = {
    **{f"rate_{by:.0e}": Fault(partial(rate_off, by=by), _always("rate")) for by in (1e-2, 1e-3, 1e-5)},
    "momentum": Fault(partial(changed, changes=momentum), _always("state")),
    "weight_decay": Fault(partial(changed, changes=weight_decay), _of_decay),
    "epsilon": Fault(partial(changed, changes=epsilon), _of_epsilon),
    "batch_norm_momentum": Fault(
        partial(changed, changes=batch_norm_momentum), _where_set("batch_norm_momentum", "buffer")
    ),
    "clipped": Fault(partial(changed, changes=clipped), _always("gradient")),
    "wrong_sample": Fault(wrong_sample, _always("batch")),
}


def place_of(training: PowerTraining, fault: str) -> str:
    """How a worker finds the planted side."""
    return f"{__name__}:{training.name}.{fault}.{training.late}"


def planted(training: str, fault: str, at: int, settings: Mapping) -> Side:
    module, _, function = TRAININGS[training].tf_function.partition(":")
    return FAULTS[fault].plant(getattr(import_module(module), function)(settings), at)


def __getattr__(name: str) -> Callable[[Mapping], Side]:
    training, _, rest = name.partition(".")
    fault, _, at = rest.partition(".")
    if training not in TRAININGS or fault not in FAULTS:
        raise AttributeError(f"{name}: expected TRAINING.FAULT.STEP")
    return partial(planted, training, fault, int(at))
