"""What an optimizer remembers, by PyTorch's names and in its layout. Read it beside tf_impl/weights/state.py."""

import numpy as np

from compare.inputs.side import every_optimizer
from torch_impl.weights.outputs import to_numpy
from torch_impl.weights.parameters import Parameter, named_parameters


def optimizer_state(optimizer, model) -> dict[str, np.ndarray]:
    """The optimizer's state in canonical layout, by weight and PyTorch's name of the entry ("fc1.weight exp_avg")."""
    state = {}
    for name, parameter in named_parameters(model).items():
        # differs: PyTorch keeps all state by parameter; stock Keras counts steps once for all.
        # differs: PyTorch's momentum buffer sums gradients, Keras' sums steps: the learning rate is inside.
        for entry, value in optimizer.state.get(parameter.variable, {}).items():
            if (array := entry_to_canonical(parameter, value)) is not None:
                state[f"{name} {entry}"] = array
    return state


def entry_to_canonical(parameter: Parameter, value) -> np.ndarray | None:
    """One entry of the state: it lies as its weight does, or is a number (then float64); None where it is neither."""
    array = to_numpy(value)
    if array.shape == tuple(parameter.variable.shape):
        return parameter.canonical(array)
    return array.astype(np.float64) if array.ndim == 0 and array.dtype != object else None


def learning_rate(optimizer) -> np.ndarray:
    """The learning rate of the present step; one for each optimizer and parameter group, where they are not alike."""
    groups = [group for each in every_optimizer(optimizer).values() for group in each.param_groups]
    rates = np.array([to_numpy(group["lr"]) for group in groups], dtype=np.float64)
    return rates[0] if len(set(rates)) == 1 else rates
