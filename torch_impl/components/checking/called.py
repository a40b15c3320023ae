"""Layers and functions: the output, the gradients, the buffers.

Read it beside tf_impl/components/checking/called.py.
"""

from collections.abc import Callable
from inspect import signature

import numpy as np
import torch
from torch import nn

from compare.components.arrays import ComponentArrays
from compare.components.spec import Input, Spec
from torch_impl.weights import Parameter, named_buffers, named_parameters, to_numpy


def call(entry: Callable, spec: Spec, given: ComponentArrays) -> dict[str, np.ndarray]:
    """Call the layer that `entry` makes, or `entry` itself, on the inputs, and differentiate what comes out."""
    inputs = {name: native(array, spec.inputs[name]) for name, array in given.inputs.items()}
    function = entry if signature(entry).parameters else entry()
    parameters, buffers = filled(function, spec, given, inputs)
    watched = {f"input {name}": one for name, one in inputs.items() if _wants_gradient(one, spec.inputs[name])}
    watched |= {f"weight {index}": one for index, one in enumerate(parameters) if one.variable.requires_grad}
    outputs, gradients = _differentiate(function, inputs, watched, spec, given)
    found = {f"weights/{index}": one.value() for index, one in enumerate(parameters)}
    found |= {f"forward/output {index}": to_numpy(one) for index, one in enumerate(outputs)}
    found |= {f"forward/buffer {index}": one.value() for index, one in enumerate(buffers)}
    return found | {f"gradient/{name}": one for name, one in gradients.items()}


def tensors(output) -> list[torch.Tensor]:
    """Every tensor of an output, in order."""
    if isinstance(output, torch.Tensor):
        return [output]
    inner = output.values() if isinstance(output, dict) else output if isinstance(output, (list, tuple)) else ()
    return [tensor for part in inner for tensor in tensors(part)]


def native(array: np.ndarray, described: Input) -> Parameter:
    """An input as this framework has it, with the way back to the canonical layout."""
    return Parameter(torch.from_numpy(array))


def filled(function: Callable, spec: Spec, given: ComponentArrays, inputs: dict[str, Parameter]) -> tuple[list, list]:
    """The weights and the buffers of a layer, filled with what both sides have; none of a plain function."""
    if not isinstance(function, nn.Module):
        return [], []
    parameters, buffers = list(named_parameters(function).values()), list(named_buffers(function).values())
    for parameter, array in zip(parameters, given.weights([one.shape for one in parameters]), strict=True):
        parameter.assign(array)
    for buffer, array in zip(buffers, given.buffers([one.shape for one in buffers]), strict=True):
        if not spec.own_buffers:
            buffer.assign(array)
    return parameters, buffers


def _wants_gradient(one: Parameter, described: Input) -> bool:
    return described.differentiable and one.variable.is_floating_point()


def _differentiate(
    function: Callable, inputs: dict[str, Parameter], watched: dict[str, Parameter], spec: Spec, given: ComponentArrays
) -> tuple[list[torch.Tensor], dict[str, np.ndarray]]:
    """The outputs, and the gradient of their sum, each times its cotangent; zeros where nothing depends on a tensor."""
    for one in watched.values():
        one.variable.requires_grad_()
    outputs = tensors(_called(function, inputs, spec))
    summed = _against(outputs, given)
    if not watched or not isinstance(summed, torch.Tensor) or not summed.requires_grad:
        return outputs, {name: np.zeros(one.shape, given.precision) for name, one in watched.items()}
    variables = [one.variable for one in watched.values()]
    found = torch.autograd.grad(summed, variables, allow_unused=True, materialize_grads=True)
    return outputs, {
        name: one.canonical(gradient) for (name, one), gradient in zip(watched.items(), found, strict=True)
    }


def _called(function: Callable, inputs: dict[str, Parameter], spec: Spec):
    if isinstance(function, nn.Module) and spec.training is not None:
        function.train(spec.training)
    return function(*(one.variable for one in inputs.values()))


def _against(outputs: list[torch.Tensor], given: ComponentArrays):
    cotangents = given.cotangent([tuple(one.shape) for one in outputs])
    pairs = [pair for pair in zip(outputs, cotangents, strict=True) if pair[0].is_floating_point()]
    return sum((output * torch.from_numpy(cotangent)).sum() for output, cotangent in pairs)
