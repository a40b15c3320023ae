"""The state of an optimizer: PyTorch keeps it by parameter, and its names are the canonical ones."""

import numpy as np
import torch

from compare.inputs.side import every_optimizer
from torch_impl.weights.parameters import named_parameters
from torch_impl.weights.tensors import to_numpy


def optimizer_state(optimizer, model) -> dict[str, np.ndarray]:
    """The optimizer's state in canonical layout, by weight and PyTorch's name of the entry ("fc1.weight exp_avg")."""
    state = {}
    for name, parameter in named_parameters(model).items():
        for entry, value in optimizer.state.get(parameter.variable, {}).items():
            if (array := parameter.entry(value)) is not None:
                state[f"{name} {entry}"] = array
    return state


def learning_rate(optimizer) -> np.ndarray:
    """The learning rate of this step, float64; one per optimizer and parameter group where they differ."""
    known = [each for each in every_optimizer(optimizer).values() if isinstance(each, torch.optim.Optimizer)]
    groups = [group for each in known for group in each.param_groups]
    rates = np.array([to_numpy(group["lr"]) for group in groups], dtype=np.float64)
    return rates[0] if len(set(rates)) == 1 else rates
