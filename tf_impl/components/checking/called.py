"""Layers and functions: the output, the gradients, the buffers.

Read it beside torch_impl/components/checking/called.py.
"""

from collections.abc import Callable
from inspect import signature

import keras
import numpy as np
import tensorflow as tf

from compare.components.arrays import ComponentArrays
from compare.components.spec import Input, Spec
from compare.traces.parameters import as_it_is
from tf_impl.weights import Parameter, named_buffers, named_parameters, to_numpy
from tf_impl.weights.layers import evaluating


def call(entry: Callable, spec: Spec, given: ComponentArrays) -> dict[str, np.ndarray]:
    """Call the layer that `entry` makes, or `entry` itself, on the inputs, and differentiate what comes out."""
    inputs = {name: native(array, spec.inputs[name]) for name, array in given.inputs.items()}
    function = entry if signature(entry).parameters else entry()
    parameters, buffers = filled(function, spec, given, inputs)
    watched = {f"input {name}": one for name, one in inputs.items() if _wants_gradient(one, spec.inputs[name])}
    watched |= {f"weight {index}": one for index, one in enumerate(parameters) if one.variable.trainable}
    outputs, gradients = _differentiate(function, inputs, watched, spec, given)
    found = {f"weights/{index}": one.value() for index, one in enumerate(parameters)}
    found |= {f"forward/output {index}": to_numpy(one) for index, one in enumerate(outputs)}
    found |= {f"forward/buffer {index}": one.value() for index, one in enumerate(buffers)}
    return found | {f"gradient/{name}": one for name, one in gradients.items()}


def tensors(output) -> list[tf.Tensor]:
    """Every tensor of an output, in order."""
    if isinstance(output, tf.Tensor):
        return [output]
    inner = output.values() if isinstance(output, dict) else output if isinstance(output, (list, tuple)) else ()
    return [tensor for part in inner for tensor in tensors(part)]


def native(array: np.ndarray, described: Input) -> Parameter:
    """An input as this framework has it, with the way back to the canonical layout."""
    if not described.is_image:
        return Parameter(tf.constant(array))
    return Parameter(tf.constant(np.ascontiguousarray(np.moveaxis(array, 1, -1))), _channels_first)


def filled(function: Callable, spec: Spec, given: ComponentArrays, inputs: dict[str, Parameter]) -> tuple[list, list]:
    """The weights and the buffers of a layer, filled with what both sides have; none of a plain function."""
    if not isinstance(function, keras.Layer):
        return [], []
    with evaluating(function):  # so that no running statistics are moved by it
        _called(function, inputs, spec)
    parameters, buffers = list(named_parameters(function).values()), list(named_buffers(function).values())
    for parameter, array in zip(parameters, given.weights([one.shape for one in parameters]), strict=True):
        parameter.assign(array)
    for buffer, array in zip(buffers, given.buffers([one.shape for one in buffers]), strict=True):
        if not spec.own_buffers:
            buffer.assign(array)
    return parameters, buffers


def _wants_gradient(one: Parameter, described: Input) -> bool:
    return described.differentiable and one.variable.dtype.is_floating


def _differentiate(
    function: Callable, inputs: dict[str, Parameter], watched: dict[str, Parameter], spec: Spec, given: ComponentArrays
) -> tuple[list[tf.Tensor], dict[str, np.ndarray]]:
    """The outputs, and the gradient of their sum, each times its cotangent; zeros where nothing depends on a tensor."""
    variables = [one.variable for one in watched.values()]
    with tf.GradientTape() as tape:
        tape.watch([one for one in variables if isinstance(one, tf.Tensor)])
        outputs = [_to_canonical(one, inputs, spec) for one in tensors(_called(function, inputs, spec))]
        summed = _against(outputs, given)
    if not watched or not isinstance(summed, tf.Tensor):
        return outputs, {name: np.zeros(one.shape, given.precision) for name, one in watched.items()}
    found = tape.gradient(summed, variables, unconnected_gradients=tf.UnconnectedGradients.ZERO)
    return outputs, {
        name: one.canonical(gradient) for (name, one), gradient in zip(watched.items(), found, strict=True)
    }


def _called(function: Callable, inputs: dict[str, Parameter], spec: Spec):
    flag = {} if spec.training is None or not isinstance(function, keras.Layer) else {"training": spec.training}
    return function(*(one.variable for one in inputs.values()), **flag)


def _against(outputs: list[tf.Tensor], given: ComponentArrays):
    cotangents = given.cotangent([tuple(one.shape) for one in outputs])
    pairs = [pair for pair in zip(outputs, cotangents, strict=True) if pair[0].dtype.is_floating]
    return sum(tf.reduce_sum(output * tf.constant(cotangent)) for output, cotangent in pairs)


def _channels_first(array: np.ndarray) -> np.ndarray:
    """(N, ..., C) to (N, C, ...)."""
    return np.moveaxis(array, -1, 1)


def _to_canonical(output: tf.Tensor, inputs: dict[str, Parameter], spec: Spec) -> tf.Tensor:
    """An output with its channels moved to where PyTorch has them, where it is an image."""
    images = {len(one.variable.shape) for one in inputs.values() if one.layout is not as_it_is}
    axes = len(output.shape)
    if spec.output == "as is" or (spec.output == "auto" and axes not in images):
        return output
    return tf.transpose(output, [0, axes - 1, *range(1, axes - 1)])
