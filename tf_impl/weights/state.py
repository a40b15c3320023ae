"""The state of an optimizer, by PyTorch's names and in its layout."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import keras
import numpy as np

from compare.inputs.side import every_optimizer
from compare.traces.parameters import as_it_is
from tf_impl import keras_internals, optimizers
from tf_impl.keras_versions import is_optimizer, is_schedule, of_keras
from tf_impl.weights.parameters import named_parameters
from tf_impl.weights.tensors import Parameter, to_numpy

# As keras_internals.SLOTS, for optimizers whose formulas and names are PyTorch's.
SLOTS = {
    optimizers.SGD: (("momentum_buffers", "momentum_buffer"),),
    optimizers.Adam: (
        ("steps", "step"),
        ("exp_avgs", "exp_avg"),
        ("exp_avg_sqs", "exp_avg_sq"),
        ("max_exp_avg_sqs", "max_exp_avg_sq"),
    ),
    optimizers.NAdam: (
        ("steps", "step"),
        ("mu_products", "mu_product"),
        ("exp_avgs", "exp_avg"),
        ("exp_avg_sqs", "exp_avg_sq"),
    ),
    optimizers.RAdam: (("steps", "step"), ("exp_avgs", "exp_avg"), ("exp_avg_sqs", "exp_avg_sq")),
    optimizers.SparseAdam: (("steps", "step"), ("exp_avgs", "exp_avg"), ("exp_avg_sqs", "exp_avg_sq")),
    optimizers.Adamax: (("steps", "step"), ("exp_avgs", "exp_avg"), ("exp_infs", "exp_inf")),
    optimizers.RMSprop: (
        ("steps", "step"),
        ("square_avgs", "square_avg"),
        ("momentum_buffers", "momentum_buffer"),
        ("grad_avgs", "grad_avg"),
    ),
    optimizers.Adagrad: (("steps", "step"), ("sums", "sum")),
    optimizers.Adadelta: (("steps", "step"), ("square_avgs", "square_avg"), ("acc_deltas", "acc_delta")),
    optimizers.Rprop: (("steps", "step"), ("prevs", "prev"), ("sizes", "step_size")),
    optimizers.ASGD: (("steps", "step"), ("etas", "eta"), ("mus", "mu"), ("axs", "ax")),
    optimizers.Adafactor: (("steps", "step"), ("variances", "variance")),
    optimizers.Lion: (("exp_avgs", "exp_avg"),),
    **keras_internals.SLOTS,
}


class Entry(NamedTuple):
    """One entry of the state of one weight: what holds it, and its factor that PyTorch's does not have."""

    weight: Parameter
    holder: Any
    optimizer: keras.optimizers.Optimizer
    name: str
    shared: bool  # whether the optimizer has one for all weights, as its count of steps


def optimizer_state(optimizer, model) -> dict[str, np.ndarray]:
    """The optimizer's state in canonical layout, by weight and PyTorch's name of the entry ("fc1.weight exp_avg")."""
    state = {}
    for label, entry in _entries(optimizer, model):
        if (array := entry.weight.entry(entry.holder)) is not None:
            state[label] = array / _rate_inside(entry.optimizer, entry.name)
    return state


def load_optimizer_state(optimizer, model, state: Mapping[str, np.ndarray]) -> None:
    """Set the entries that are given, as `optimizer_state` names them, and that this optimizer keeps of each weight."""
    for label, entry in _entries(optimizer, model):
        if label not in state or entry.shared:
            continue
        slot = Parameter(entry.holder, entry.weight.layout if len(entry.holder.shape) else as_it_is)
        if slot.shape == state[label].shape:
            slot.assign(state[label] * _rate_inside(entry.optimizer, entry.name))


def _entries(optimizer, model) -> Iterator[tuple[str, Entry]]:
    for part in parts(optimizer):
        slots, place_of = _slots(part), keras_internals.places_in_slots(part)
        for name, parameter in named_parameters(model).items():
            place = place_of(parameter.variable)
            for attribute, entry in slots if place is not None else ():
                value = getattr(part, attribute, [])
                shared = not isinstance(value, (list, tuple))
                if not shared:  # an entry that these settings do not need is an empty list
                    value = value[place] if value else None
                if value is not None:
                    yield f"{name} {entry}", Entry(parameter, value, part, entry, shared)


def _slots(optimizer) -> tuple[tuple[str, str], ...]:
    """The slots of the nearest class that is known; those of Keras 2 are named as Keras 3's."""
    own = (SLOTS[base] for base in type(optimizer).__mro__ if base in SLOTS)
    named = {base.__name__: slots for base, slots in keras_internals.SLOTS.items()}
    second = (named[base.__name__] for base in of_keras(optimizer) if base.__name__ in named)
    slots = [*own, *second, ()][0]
    # Keras 2 keeps momenta that a momentum of zero does not use.
    return tuple(slot for slot in slots if slot[1] != "momentum_buffer" or getattr(optimizer, "momentum", None) != 0)


def _rate_inside(optimizer, entry: str) -> float:
    """An entry's factor that PyTorch's does not have: the learning rate of the last update, or minus it; else 1.

    Keras' momentum sums steps, PyTorch's gradients.
    """
    signs = {"SGD": -1.0, "RMSprop": 1.0}
    sign = next((signs[base.__name__] for base in of_keras(optimizer) if base.__name__ in signs), None)
    if entry != "momentum_buffer" or sign is None:
        return 1.0
    schedule = keras_internals.rate_or_schedule(optimizer)
    rate = schedule(optimizer.iterations - 1) if is_schedule(schedule) else optimizer.learning_rate
    return sign * float(to_numpy(rate))


def learning_rate(optimizer) -> np.ndarray:
    """The learning rate of this step, float64; one per optimizer where they differ."""
    known = [each for each in every_optimizer(optimizer).values() if is_optimizer(each)]
    every = [part for each in known for part in parts(each)]
    rates = np.array([to_numpy(part.learning_rate) for part in every], dtype=np.float64)
    return rates[0] if len(set(rates)) == 1 else rates


def parts(optimizer) -> list:
    """The optimizers inside a wrapper (several in one, or one with loss scaling)."""
    if isinstance(optimizer, keras.optimizers.LossScaleOptimizer):
        return parts(optimizer.inner_optimizer)
    return keras_internals.optimizers_inside(optimizer) or [optimizer]
