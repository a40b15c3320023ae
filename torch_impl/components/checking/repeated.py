"""What shows over many steps or samples: optimizers, schedules, initializers, steps of training.

Read it beside tf_impl/components/checking/repeated.py.
"""

from collections.abc import Callable

import numpy as np
import torch
from torch import nn

from compare.components.arrays import ComponentArrays
from compare.components.optimizer_problem import NAMES, RATE, STEPS, gradients, initial_weights
from compare.components.spec import Spec
from compare.inputs.side import Side
from torch_impl.components.checking.called import filled, native
from torch_impl.weights import to_numpy


def optimizer(entry: Callable, spec: Spec, given: ComponentArrays) -> dict[str, np.ndarray]:
    """The weights after each of 50 updates by the gradients of optimizer_problem.py."""
    weights = [array.astype(given.precision) for array in initial_weights()]
    variables = [nn.Parameter(torch.from_numpy(array)) for array in weights]
    made = entry(variables)
    found = []
    for _ in range(STEPS):
        for variable, gradient in zip(variables, gradients([to_numpy(one) for one in variables]), strict=True):
            variable.grad = torch.from_numpy(gradient)
        made.step()
        found.append([to_numpy(variable) for variable in variables])
    return {f"forward/{name}": np.stack(steps) for name, steps in zip(NAMES, zip(*found, strict=True), strict=True)}


def schedule(entry: Callable, spec: Spec, given: ComponentArrays) -> dict[str, np.ndarray]:
    """The learning rate of each of 50 steps; a schedule that looks at the loss is given one after each."""
    variable = nn.Parameter(torch.zeros(()))
    stepped = torch.optim.SGD([variable], lr=RATE, momentum=0.9)
    scheduler = entry(stepped)
    rates = []
    for step in range(STEPS):
        rates.append(to_numpy(stepped.param_groups[0]["lr"]))
        variable.grad = torch.zeros(())
        stepped.step()
        scheduler.step(*(float(array[step]) for array in given.inputs.values()))
    return {"forward/rates": np.stack(rates)}


def initializer(entry: Callable, spec: Spec, given: ComponentArrays) -> dict[str, np.ndarray]:
    """Enough random samples to tell distributions apart, stacked; one where it is compared value by value."""
    samples = [to_numpy(entry(spec.shape))]
    samples += [to_numpy(entry(spec.shape)) for _ in range(spec.further_samples(samples[0].size))]
    return {"forward/values": np.stack(samples)}


def training_step(entry: Callable, spec: Spec, given: ComponentArrays) -> dict[str, np.ndarray]:
    """Loss, metrics and weights of 50 steps of a linear model."""
    inputs, outputs = given.inputs["x"].shape[-1], given.inputs["y"].shape[-1]
    model = nn.Linear(inputs, outputs)
    example = native(given.inputs["x"][0], spec.inputs["x"])
    parameters, _ = filled(model, spec, given, {"x": example})
    side = Side(model, _mean_squared_error, torch.optim.SGD(model.parameters(), lr=RATE))
    found = []
    for step in range(STEPS):
        batch = {name: native(array[step], spec.inputs[name]).variable for name, array in given.inputs.items()}
        loss, metrics = entry(side, batch)
        seen = {"loss": to_numpy(loss)} | {f"metric {name}": to_numpy(value) for name, value in metrics.items()}
        found.append(seen | {f"weight {index}": one.value() for index, one in enumerate(parameters)})
    return {f"forward/{name}": np.stack([step[name] for step in found]) for name in found[0]}


def _mean_squared_error(model: nn.Module, batch: dict, training: bool = True) -> tuple:
    return (model(batch["x"]) - batch["y"]).square().mean(), {}
