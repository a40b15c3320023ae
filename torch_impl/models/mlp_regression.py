"""Two dense layers, mean squared error, Adam."""

import torch.nn.functional as F
from torch import nn

from compare.inputs.side import Side
from torch_impl.losses import mean_squared_error
from torch_impl.optimizers import Adam


class MlpRegression(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(2, 10)
        self.fc2 = nn.Linear(10, 1)

    def forward(self, x):
        return self.fc2(F.relu(self.fc1(x)))


def loss(model, batch, training):
    model.train(training)
    return mean_squared_error(model(batch["x"]), batch["y"]), {}


def side(settings):
    model = MlpRegression()
    optimizer = Adam(model.parameters(), lr=settings["learning_rate"], eps=settings["epsilon"])
    return Side(model, loss, optimizer)
