"""A residual network: two blocks, one whose shortcut is the identity, one whose is a projection (He et al., 2016).

Notice the strided convolutions, and what a batch norm does besides normalising.
"""

import torch.nn.functional as F
from torch import nn

from compare.inputs.side import Side
from torch_impl.layers import BatchNorm2d, Conv2d
from torch_impl.losses import sparse_categorical_cross_entropy
from torch_impl.optimizers import SGD
from torch_impl.schedules import warmup_cosine


class Block(nn.Module):
    # differs: PyTorch's padding=1 pads every side; so does Keras' "same" at stride 1, at stride 2 only the far sides.
    # differs: PyTorch's momentum weighs the new batch (0.1), Keras' the old average (0.99); epsilon is 1e-5 and 1e-3.
    # differs: PyTorch's running variance divides each batch's sum of squares by N - 1, Keras' by N.
    def __init__(self, inputs, outputs, stride, norm):
        super().__init__()
        self.stride = stride
        self.conv1 = Conv2d(inputs, outputs, 3, stride=stride, padding=1, bias=False)
        self.bn1 = BatchNorm2d(outputs, **norm)
        self.conv2 = Conv2d(outputs, outputs, 3, padding=1, bias=False)
        self.bn2 = BatchNorm2d(outputs, **norm)
        if stride > 1:
            self.conv3 = Conv2d(inputs, outputs, 1, stride=stride, bias=False)
            self.bn3 = BatchNorm2d(outputs, **norm)

    def forward(self, x):
        y = F.relu(self.bn1(self.conv1(x)))
        y = self.bn2(self.conv2(y))
        shortcut = self.bn3(self.conv3(x)) if self.stride > 1 else x
        return F.relu(y + shortcut)


class ResNet(nn.Module):
    def __init__(self, norm):
        super().__init__()
        self.conv1 = Conv2d(3, 8, 3, padding=1, bias=False)
        self.bn1 = BatchNorm2d(8, **norm)
        self.identity = Block(8, 8, 1, norm)
        self.projection = Block(8, 16, 2, norm)
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(16, 10)

    def forward(self, x):
        x = F.relu(self.bn1(self.conv1(x)))
        x = self.identity(x)
        x = self.projection(x)
        return self.fc(self.pool(x).flatten(1))


def loss(model, batch, training):
    model.train(training)
    logits, labels = model(batch["x"]), batch["y"]
    accuracy = (logits.argmax(1) == labels).to(logits.dtype).mean()
    return sparse_categorical_cross_entropy(logits, labels), {"accuracy": accuracy}


def side(settings):
    model = ResNet({"momentum": settings["batch_norm_momentum"], "eps": settings["batch_norm_epsilon"]})
    # differs: PyTorch adds weight decay to the gradient, of biases and norms too; Keras shrinks the weight instead.
    # differs: PyTorch multiplies the momentum by the present rate, Keras each gradient by the rate of its own step.
    optimizer = SGD(
        model.parameters(),
        lr=settings["learning_rate"],
        momentum=settings["momentum"],
        weight_decay=settings["weight_decay"],
        nesterov=True,
    )
    # differs: PyTorch's scheduler takes the optimizer and its rate; in Keras the optimizer takes the schedule.
    steps = settings["warmup_steps"], settings["total_steps"]
    schedule = warmup_cosine(optimizer, *steps, start_factor=settings["start_factor"])
    return Side(model, loss, optimizer, schedule)
