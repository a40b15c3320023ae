"""The model, the data and the plain loop that every library's loop must agree with."""

import numpy as np
import torch
from torch import nn

STEPS, BATCH = 6, 4
RNG = np.random.default_rng(5)
X = torch.from_numpy(RNG.normal(size=(STEPS * BATCH, 3)).astype(np.float32))
Y = torch.from_numpy(RNG.normal(size=(STEPS * BATCH, 1)).astype(np.float32))


def network():
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 1))


def optimizer_of(model):
    return torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)


def plain(path):
    from torch_impl import Recorder

    model = network()
    optimizer = optimizer_of(model)
    recorder = Recorder(path, model, optimizer, audits=(0, 2))
    for x, y in zip(X.split(BATCH), Y.split(BATCH), strict=True):
        optimizer.zero_grad()
        loss = ((model(x) - y) ** 2).mean()
        loss.backward()
        optimizer.step()
        recorder.step(loss, (x, y))
    recorder.close()
