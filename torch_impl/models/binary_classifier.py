"""A sigmoid classifier: cross-entropy on probabilities, with an L2 penalty over every variable, biases too."""

from functools import partial

import torch
import torch.nn.functional as F
from torch import nn

from compare.inputs.side import Side
from torch_impl.losses import binary_cross_entropy, l2_penalty
from torch_impl.optimizers import Adam


class BinaryClassifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(10, 32)
        self.fc2 = nn.Linear(32, 1)

    def forward(self, x):
        return torch.sigmoid(self.fc2(F.relu(self.fc1(x))))


def loss(model, batch, training, l2):
    model.train(training)
    probability, target = model(batch["x"]), batch["y"]
    value = binary_cross_entropy(probability, target) + l2 * l2_penalty(model.parameters())
    accuracy = ((probability > 0.5).to(target.dtype) == target).to(target.dtype).mean()
    return value, {"accuracy": accuracy}


def side(settings):
    model = BinaryClassifier()
    optimizer = Adam(model.parameters(), lr=settings["learning_rate"], eps=settings["epsilon"])
    return Side(model, partial(loss, l2=settings["l2"]), optimizer)
