"""Two bidirectional LSTM layers, many to one, gradients clipped. Notice what is read, and where the clipping stands.

differs: PyTorch trains two biases per layer and direction, Keras' LSTM one: tf_impl/layers/recurrent.py has both.
"""

from functools import partial

import torch
from torch import nn

from compare.inputs.side import Side
from torch_impl.gradients import clip_by_global_norm
from torch_impl.layers import LSTM
from torch_impl.losses import sparse_categorical_cross_entropy
from torch_impl.optimizers import Adam


class SequenceClassifier(nn.Module):
    def __init__(self, symbols, hidden, layers, classes=2):
        super().__init__()
        self.lstm = LSTM(symbols, hidden, layers, batch_first=True, bidirectional=True)
        self.head = nn.Linear(2 * hidden, classes)

    def forward(self, x):
        _, (hidden, _) = self.lstm(x)  # (layers * 2, N, hidden)
        # The last layer's two directions, each after its last step: `output[:, -1]` has the state of the backward one
        # after its first step.
        # differs: PyTorch returns the last state of every layer; a Keras layer its own, if return_state.
        return self.head(torch.cat((hidden[-2], hidden[-1]), -1))


def loss(model, batch, training):
    model.train(training)
    logits, labels = model(batch["x"]), batch["y"]
    accuracy = (logits.argmax(1) == labels).to(logits.dtype).mean()
    return sparse_categorical_cross_entropy(logits, labels), {"accuracy": accuracy}


def clipped_step(side, batch, max_norm):
    """One step of training whose gradients have a common norm of at most `max_norm`."""
    # Forget the gradients of the step before.
    side.optimizer.zero_grad()
    # Forward: the loss of this batch under the present weights.
    value, metrics = side.loss(side.model, batch, training=True)
    # Backward: the gradient of the loss with respect to each trainable weight.
    value.backward()
    # Clip: all gradients by one factor, between the backward pass and the update.
    # differs: PyTorch's clip_grad_norm_ takes the norm of all; a Keras optimizer's `clipnorm` that of each gradient.
    _, norm = clip_by_global_norm(side.model.parameters(), max_norm)
    # Update: move the weights, and the optimizer's state with them.
    side.optimizer.step()
    return value.detach(), {**metrics, "gradient_norm": norm}


def side(settings):
    model = SequenceClassifier(settings["symbols"], settings["hidden"], settings["layers"])
    optimizer = Adam(model.parameters(), lr=settings["learning_rate"], eps=settings["epsilon"])
    return Side(model, loss, optimizer, step=partial(clipped_step, max_norm=settings["max_norm"]))
