"""What an optimizer remembers, by PyTorch's names and in its layout. Read it beside torch_impl/weights/state.py."""

import keras
import numpy as np

from compare.inputs.side import every_optimizer
from tf_impl import optimizers
from tf_impl.weights.outputs import to_numpy
from tf_impl.weights.parameters import Parameter, named_parameters

# Kind of optimizer: its list of slots, or its one number, and PyTorch's name for the entry. Subclasses are of its kind.
# Adafactor's factors are left out: they are of the rows and columns of Keras' kernel, not of PyTorch's weight.
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
    keras.optimizers.SGD: (("momentums", "momentum_buffer"),),
    keras.optimizers.Adam: (
        ("iterations", "step"),
        ("_momentums", "exp_avg"),
        ("_velocities", "exp_avg_sq"),
        ("_velocity_hats", "max_exp_avg_sq"),
    ),
    keras.optimizers.Adamax: (("iterations", "step"), ("_m", "exp_avg"), ("_u", "exp_inf")),
    keras.optimizers.Nadam: (
        ("iterations", "step"),
        ("_u_product", "mu_product"),
        ("_momentums", "exp_avg"),
        ("_velocities", "exp_avg_sq"),
    ),
    keras.optimizers.Adagrad: (("iterations", "step"), ("_accumulators", "sum")),
    keras.optimizers.Adadelta: (
        ("iterations", "step"),
        ("_accumulated_grads", "square_avg"),
        ("_accumulated_delta_vars", "acc_delta"),
    ),
    keras.optimizers.RMSprop: (
        ("iterations", "step"),
        ("_velocities", "square_avg"),
        ("_momentums", "momentum_buffer"),
        ("_average_gradients", "grad_avg"),
    ),
    keras.optimizers.Adafactor: (("iterations", "step"),),
    keras.optimizers.Lion: (("_momentums", "exp_avg"),),
    keras.optimizers.Lamb: (("iterations", "step"), ("_momentums", "exp_avg"), ("_velocities", "exp_avg_sq")),
    keras.optimizers.Ftrl: (("_accumulators", "sum"), ("_linears", "linear")),
}
if hasattr(keras.optimizers, "Muon"):
    SLOTS[keras.optimizers.Muon] = (("momentums", "momentum_buffer"), ("adam_velocities", "exp_avg_sq"))
if hasattr(keras.optimizers, "ScheduleFreeAdamW"):
    SLOTS[keras.optimizers.ScheduleFreeAdamW] = (("_momentums", "z"), ("_velocities", "exp_avg_sq"))


def optimizer_state(optimizer, model) -> dict[str, np.ndarray]:
    """The optimizer's state in canonical layout, by weight and PyTorch's name of the entry ("fc1.weight exp_avg")."""
    state = {}
    for part in _parts(optimizer):
        slots = next((SLOTS[base] for base in type(part).__mro__ if base in SLOTS), ())
        index = {id(variable): position for position, variable in enumerate(part._trainable_variables)}
        for name, parameter in named_parameters(model).items():
            for attribute, entry in slots if id(parameter.variable) in index else ():
                # differs: PyTorch keeps all state by parameter; stock Keras counts steps once for all.
                value = getattr(part, attribute, [])
                if isinstance(value, (list, tuple)):  # an entry that these settings do without is an empty list
                    value = value[index[id(parameter.variable)]] if value else None
                if value is not None and (array := entry_to_canonical(parameter, value)) is not None:
                    state[f"{name} {entry}"] = array / _rate_inside(part, entry)
    return state


def _rate_inside(optimizer, entry: str) -> float:
    """What an entry has as a factor that PyTorch's has not: the learning rate of the update just made, or minus it.

    differs: PyTorch's momentum buffer sums gradients, Keras' sums steps: the learning rate is inside.
    """
    signs = {keras.optimizers.SGD: -1.0, keras.optimizers.RMSprop: 1.0}
    sign = next((signs[base] for base in type(optimizer).__mro__ if base in signs), None)
    if entry != "momentum_buffer" or sign is None:
        return 1.0
    schedule = optimizer._learning_rate
    is_schedule = isinstance(schedule, keras.optimizers.schedules.LearningRateSchedule)
    return sign * float(to_numpy(schedule(optimizer.iterations - 1) if is_schedule else optimizer.learning_rate))


def entry_to_canonical(parameter: Parameter, value) -> np.ndarray | None:
    """One entry of the state: it lies as its weight does, or is a number (then float64); None where it is neither."""
    array = to_numpy(value)
    if array.shape == tuple(parameter.variable.shape):
        return parameter.canonical(array)
    return array.astype(np.float64) if array.ndim == 0 and array.dtype != object else None


def learning_rate(optimizer) -> np.ndarray:
    """The learning rate of the present step; one for each optimizer and parameter group, where they are not alike."""
    parts = [part for each in every_optimizer(optimizer).values() for part in _parts(each)]
    rates = np.array([to_numpy(part.learning_rate) for part in parts], dtype=np.float64)
    return rates[0] if len(set(rates)) == 1 else rates


def _parts(optimizer) -> list:
    """The optimizers that do the work, where several or a scaled one are wrapped into one."""
    if isinstance(optimizer, keras.optimizers.LossScaleOptimizer):
        return _parts(optimizer.inner_optimizer)
    return list(getattr(optimizer, "_inner_optimizers", [])) or [optimizer]
