"""The loop: zero_grad, backward, step. Read it beside tf_impl/train.py: the comments are the same.

Nothing of the harness stands inside the step; the recorder looks on from outside.
"""

from collections.abc import Iterable

from compare.inputs.side import Side
from torch_impl.weights.layers import evaluating


def train_step(side: Side, batch: dict):
    """One step of training on one batch; returns the loss before the update, and the metrics."""
    # Forget the gradients of the step before.
    # differs: PyTorch adds up gradients in `.grad` until they are cleared; a GradientTape starts empty.
    side.optimizer.zero_grad()
    # Forward: the loss of this batch under the present weights.
    # differs: PyTorch always records for the backward pass; TensorFlow records inside the tape's block only.
    loss, metrics = side.loss(side.model, batch)
    # Backward: the gradient of the loss with respect to each trainable weight.
    # differs: PyTorch leaves it in `parameter.grad`; a tape returns it as a list, in the order of the variables.
    loss.backward()
    # Update: move the weights, and the optimizer's state with them.
    # differs: PyTorch gave the optimizer its parameters when it was made; TensorFlow pairs them with gradients here.
    side.optimizer.step()
    # differs: PyTorch's scheduler is stepped behind the optimizer; a Keras optimizer reads its schedule at each step.
    if side.schedule is not None:
        side.schedule.step()
    # differs: a PyTorch loss keeps its graph alive until it is detached; TensorFlow's lives as long as the tape.
    return loss.detach(), metrics


def compile_step(side: Side, batches: Iterable[dict]):
    """The step as the loop calls it: `side.step`, or `train_step`.

    differs: PyTorch runs it as it is written; TensorFlow traces it into a graph once.
    """
    return side.step or train_step


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
