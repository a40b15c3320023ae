"""Three convolutions and two dense layers. Notice the order of the axes, and what it means for Flatten."""

import torch.nn.functional as F
from torch import nn

from compare.inputs.side import Side
from torch_impl.losses import sparse_categorical_cross_entropy
from torch_impl.optimizers import Adam


class Cifar10Cnn(nn.Module):
    # differs: PyTorch's images and activations are (N, C, H, W), Keras' (N, H, W, C).
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 32, 3)
        self.pool1 = nn.MaxPool2d(2)
        self.conv2 = nn.Conv2d(32, 64, 3)
        self.pool2 = nn.MaxPool2d(2)
        self.conv3 = nn.Conv2d(64, 64, 3)
        self.flatten = nn.Flatten()
        self.fc1 = nn.Linear(1024, 64)
        self.fc2 = nn.Linear(64, 10)

    def forward(self, x):
        x = self.pool1(F.relu(self.conv1(x)))
        x = self.pool2(F.relu(self.conv2(x)))
        x = F.relu(self.conv3(x))
        # differs: PyTorch flattens C, H, W as they lie; Keras first brings C to the front, for fc1's weights to fit.
        x = self.flatten(x)
        return self.fc2(F.relu(self.fc1(x)))


def loss(model, batch, training):
    model.train(training)
    logits, labels = model(batch["x"]), batch["y"]
    accuracy = (logits.argmax(1) == labels).to(logits.dtype).mean()
    return sparse_categorical_cross_entropy(logits, labels), {"accuracy": accuracy}


def side(settings):
    model = Cifar10Cnn()
    optimizer = Adam(model.parameters(), lr=settings["learning_rate"], eps=settings["epsilon"])
    return Side(model, loss, optimizer)
