"""The loop: GradientTape, gradient, apply_gradients. Read it beside torch_impl/train.py: the comments are the same.

The step contains nothing of the harness: the recorder watches from outside.
"""

from collections.abc import Iterable

import tensorflow as tf

from compare.inputs.side import Side


def train_step(side: Side, batch: dict):
    """One step of training on one batch; returns the loss before the update, and the metrics."""
    # Forget the gradients of the last step.
    # differs: PyTorch adds up gradients in `.grad` until they are cleared; a GradientTape starts empty.
    with tf.GradientTape() as tape:
        # Forward: the loss of this batch with the current weights.
        # differs: PyTorch always records for the backward pass; TensorFlow records inside the tape's block only.
        loss, metrics = side.loss(side.model, batch, training=True)
    # Backward: the gradient of the loss with respect to each trainable weight.
    # differs: PyTorch leaves it in `parameter.grad`; a tape returns it as a list, in the order of the variables.
    gradients = tape.gradient(loss, side.model.trainable_variables)
    # Update: move the weights, and the optimizer's state with them.
    # differs: PyTorch's optimizer was given its parameters when it was made; Keras' is given pairs with gradients here.
    side.optimizer.apply_gradients(zip(gradients, side.model.trainable_variables, strict=True))
    # differs: PyTorch's scheduler is stepped after the optimizer; a Keras optimizer reads its schedule at each step.
    return loss, metrics


def train(side: Side, step, batches: Iterable[dict], recorder, held_out: dict | None, steps_per_epoch: int) -> None:
    """Train `side` on every batch in turn, evaluate it after each epoch, and pass both losses to the recorder."""
    for number, batch in enumerate(batches, 1):
        loss, metrics = step(side, batch)
        recorder.step(loss, batch, metrics)
        if held_out is not None and number % steps_per_epoch == 0:
            recorder.evaluation(lambda: evaluate(side, held_out))


def evaluate(side: Side, batch: dict):
    """The loss of a batch in evaluation mode: running statistics, no dropout, no training."""
    # differs: PyTorch records here too, unless under no_grad(), where a gradient penalty fails; no tape is open here.
    loss, _ = side.loss(side.model, batch, training=False)
    return loss
