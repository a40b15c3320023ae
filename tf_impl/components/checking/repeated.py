"""What shows over many steps or samples: optimizers, schedules, initializers, steps of training.

Read it beside torch_impl/components/checking/repeated.py.
"""

from collections.abc import Callable

import keras
import numpy as np
import tensorflow as tf
from keras import layers

from compare.components.arrays import ComponentArrays
from compare.components.optimizer_problem import NAMES, RATE, STEPS, gradients, initial_weights
from compare.components.spec import Spec
from compare.inputs.side import Side
from tf_impl.components.checking.called import filled, native
from tf_impl.optimizers import SGD
from tf_impl.weights import to_numpy
from tf_impl.weights.layouts import convolution


def optimizer(entry: Callable, spec: Spec, given: ComponentArrays) -> dict[str, np.ndarray]:
    """The weights after each of 50 updates by the gradients of optimizer_problem.py."""
    weights = [array.astype(given.precision) for array in initial_weights()]
    variables = [keras.Variable(array, name=name) for name, array in zip(NAMES, weights, strict=True)]
    made = entry(variables)
    found = []
    for _ in range(STEPS):
        native_gradients = map(tf.constant, gradients([to_numpy(one) for one in variables]))
        made.apply_gradients(zip(native_gradients, variables, strict=True))
        found.append([to_numpy(variable) for variable in variables])
    return {f"forward/{name}": np.stack(steps) for name, steps in zip(NAMES, zip(*found, strict=True), strict=True)}


def schedule(entry: Callable, spec: Spec, given: ComponentArrays) -> dict[str, np.ndarray]:
    """The learning rate of each of 50 steps; a schedule that looks at the loss is given one after each."""
    variable = keras.Variable(0.0)
    stepped = keras.optimizers.SGD(RATE, momentum=0.9)
    scheduler = entry(stepped)
    rates = []
    for step in range(STEPS):
        rates.append(to_numpy(stepped.learning_rate))
        stepped.apply_gradients([(tf.zeros_like(variable), variable)])
        if hasattr(scheduler, "step"):
            scheduler.step(*(float(array[step]) for array in given.inputs.values()))
    return {"forward/rates": np.stack(rates)}


def initializer(entry: Callable, spec: Spec, given: ComponentArrays) -> dict[str, np.ndarray]:
    """Enough random samples to tell distributions apart, stacked; one where it is compared value by value."""
    transposed = spec.transposed and len(spec.shape) > 1
    own_shape = (*spec.shape[2:], spec.shape[1], spec.shape[0]) if transposed else spec.shape
    samples = [to_numpy(entry(own_shape))]
    samples += [to_numpy(entry(own_shape)) for _ in range(spec.further_samples(samples[0].size))]
    whole = transposed and samples[0].ndim == len(own_shape)  # and not a bias beside a weight of that shape
    return {"forward/values": np.stack([convolution(one) if whole else one for one in samples])}


def training_step(entry: Callable, spec: Spec, given: ComponentArrays) -> dict[str, np.ndarray]:
    """Loss, metrics and weights of 50 steps of a linear model."""
    inputs, outputs = given.inputs["x"].shape[-1], given.inputs["y"].shape[-1]
    model = keras.Sequential([layers.Input((inputs,)), layers.Dense(outputs)])
    example = native(given.inputs["x"][0], spec.inputs["x"])
    parameters, _ = filled(model, spec, given, {"x": example})
    side = Side(model, _mean_squared_error, SGD(RATE))
    found = []
    for step in range(STEPS):
        batch = {name: native(array[step], spec.inputs[name]).variable for name, array in given.inputs.items()}
        loss, metrics = entry(side, batch)
        seen = {"loss": to_numpy(loss)} | {f"metric {name}": to_numpy(value) for name, value in metrics.items()}
        found.append(seen | {f"weight {index}": one.value() for index, one in enumerate(parameters)})
    return {f"forward/{name}": np.stack([step[name] for step in found]) for name in found[0]}


def _mean_squared_error(model: keras.Model, batch: dict, training: bool = True) -> tuple:
    return tf.reduce_mean(tf.square(model(batch["x"]) - batch["y"])), {}
