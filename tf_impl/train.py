"""The loop: GradientTape, gradient, apply_gradients. Read it beside torch_impl/train.py: the comments are the same.

Nothing of the harness stands inside the step; the recorder looks on from outside.
"""

from collections.abc import Iterable

import tensorflow as tf

from compare.inputs.side import Side
from tf_impl.weights.layers import evaluating


def train_step(side: Side, batch: dict):
    """One step of training on one batch; returns the loss before the update, and the metrics."""
    # Forget the gradients of the step before.
    # differs: PyTorch adds up gradients in `.grad` until they are cleared; a GradientTape starts empty.
    with tf.GradientTape() as tape:
        # Forward: the loss of this batch under the present weights.
        # differs: PyTorch always records for the backward pass; TensorFlow records inside the tape's block only.
        loss, metrics = side.loss(side.model, batch)
    # Backward: the gradient of the loss with respect to each trainable weight.
    # differs: PyTorch leaves it in `parameter.grad`; a tape returns it as a list, in the order of the variables.
    gradients = tape.gradient(loss, side.model.trainable_variables)
    # Update: move the weights, and the optimizer's state with them.
    # differs: PyTorch gave the optimizer its parameters when it was made; TensorFlow pairs them with gradients here.
    side.optimizer.apply_gradients(zip(gradients, side.model.trainable_variables, strict=True))
    # differs: PyTorch's scheduler is stepped behind the optimizer; a Keras optimizer reads its schedule at each step.
    # differs: a PyTorch loss keeps its graph alive until it is detached; TensorFlow's lives as long as the tape.
    return loss, metrics


def compile_step(side: Side, batches: Iterable[dict]):
    """The step as the loop calls it: `side.step`, or `train_step`.

    differs: PyTorch runs it as it is written; TensorFlow traces it into a graph once.
    """
    step = side.step or train_step
    # A dimension that varies among the batches (a last partial one) stays open, or the graph would be traced again.
    signature = {}
    for batch in batches:
        for name, tensor in batch.items():
            spec = tf.TensorSpec.from_tensor(tensor)
            signature[name] = signature[name].most_specific_common_supertype([spec]) if name in signature else spec
    try:
        graph = tf.function(lambda batch: step(side, batch), autograph=False).get_concrete_function(signature)
    except Exception:
        # Only Python's own `if` and `while` on tensors need AutoGraph, which takes as long again to convert the code.
        graph = tf.function(lambda batch: step(side, batch)).get_concrete_function(signature)
    # An audited step runs as it is written, for a graph holds no values to look at.
    return lambda side, batch: step(side, batch) if tf.config.functions_run_eagerly() else graph(batch)


def train(side: Side, step, batches: Iterable[dict], recorder, held_out: dict | None, steps_per_epoch: int) -> None:
    """Train `side` on every batch in turn, evaluate it after each epoch, and tell the recorder of both."""
    for number, batch in enumerate(batches, 1):
        loss, metrics = step(side, batch)
        recorder.step(loss, batch, metrics)
        if held_out is not None and number % steps_per_epoch == 0:
            recorder.evaluation(lambda: evaluate(side, held_out))


def evaluate(side: Side, batch: dict):
    """The loss of a batch in evaluation mode: running statistics, no dropout; nothing is trained."""
    # differs: PyTorch switches the model to evaluation; a Keras layer is told `training` at each call.
    with evaluating(side.model):
        loss, _ = side.loss(side.model, batch)
    return loss
