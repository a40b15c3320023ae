"""One tower, called on each of a triplet; a triplet margin and a cosine loss (Schroff et al., 2015).

Notice that the three calls share their weights, whose gradients add up, and what the losses do where a length is zero.
"""

from functools import partial

import torch
import torch.nn.functional as F
from torch import nn

from compare.inputs.side import Side
from torch_impl.losses import cosine_embedding, triplet_margin
from torch_impl.optimizers import Adam


class Tower(nn.Module):
    """From features (N, 10) to an embedding (N, 8)."""

    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(10, 32)
        self.fc2 = nn.Linear(32, 8)

    def forward(self, x):
        return self.fc2(F.relu(self.fc1(x)))


class Siamese(nn.Module):
    """One tower for all three: called three times, its gradient is the sum of what the calls give."""

    def __init__(self):
        super().__init__()
        self.tower = Tower()

    def forward(self, anchor, positive, negative):
        return self.tower(anchor), self.tower(positive), self.tower(negative)


def loss(model, batch, training, margin, cosine_margin):
    """Both losses, added; each is a metric too."""
    model.train(training)
    anchor, positive, negative = model(batch["anchor"], batch["positive"], batch["negative"])
    # differs: PyTorch's norm has a gradient of 0 at length 0, TensorFlow's one of NaN: the 1e-6 in the loss avoids it.
    triplet = triplet_margin(anchor, positive, negative, margin)
    # differs: PyTorch's cosine loss is one minus the cosine; Keras' CosineSimilarity is minus the cosine.
    alike = torch.ones_like(anchor[:, 0])
    cosine = cosine_embedding(anchor, positive, alike) + cosine_embedding(anchor, negative, -alike, cosine_margin)
    return triplet + cosine, {"triplet": triplet.detach(), "cosine": cosine.detach()}


def side(settings):
    model = Siamese()
    optimizer = Adam(model.parameters(), lr=settings["learning_rate"], eps=settings["epsilon"])
    margins = {"margin": settings["triplet_margin"], "cosine_margin": settings["cosine_margin"]}
    return Side(model, partial(loss, **margins), optimizer)
