"""Two bidirectional LSTM layers, many to one, gradients clipped. Notice what is read, and where the clipping stands.

differs: PyTorch trains two biases a layer and direction, Keras' LSTM one: tf_impl/layers/recurrent.py has both.
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
        # The last layer's two directions, each behind its whole way: `output[:, -1]` would have, of the direction that
        # runs backwards, the state behind its first step.
        # differs: PyTorch returns every layer's last state; keras.layers.Bidirectional the last layer's, side by side.
        return self.head(torch.cat((hidden[-2], hidden[-1]), -1))


def loss(model, batch):
    logits, labels = model(batch["x"]), batch["y"]
    accuracy = (logits.argmax(1) == labels).to(logits.dtype).mean()
    return sparse_categorical_cross_entropy(logits, labels), {"accuracy": accuracy}


def clipped_step(side, batch, max_norm):
    """One step of training whose gradients have a common norm of at most `max_norm`."""
    # Forget the gradients of the step before.
    side.optimizer.zero_grad()
    # Forward: the loss of this batch under the present weights.
    value, metrics = side.loss(side.model, batch)
    # Backward: the gradient of the loss with respect to each trainable weight.
    value.backward()
    # Clip: all gradients by one factor, between the backward pass and the update.
    # differs: PyTorch has clip_grad_norm_ for it; `clipnorm` of a Keras optimizer clips each gradient by its own norm.
    _, norm = clip_by_global_norm(side.model.parameters(), max_norm)
    # Update: move the weights, and the optimizer's state with them.
    side.optimizer.step()
    return value.detach(), {**metrics, "gradient_norm": norm}


def side(settings):
    model = SequenceClassifier(settings["symbols"], settings["hidden"], settings["layers"])
    optimizer = Adam(model.parameters(), lr=settings["learning_rate"], eps=settings["epsilon"])
    return Side(model, loss, optimizer, step=partial(clipped_step, max_norm=settings["max_norm"]))
