"""A pretrained backbone and a new head, each with a learning rate of its own; the backbone is frozen, then thawed.

Notice that freezing is three things: no gradient, no update (decay neither), and running statistics that stand still.
"""

import torch.nn.functional as F
from torch import nn

from compare.inputs.side import Side
from torch_impl.layers import BatchNorm2d
from torch_impl.losses import sparse_categorical_cross_entropy
from torch_impl.optimizers import SGD


class Backbone(nn.Module):
    """Features (N, 128) of images."""

    def __init__(self, norm):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 8, 3, padding=1, bias=False)
        self.bn1 = BatchNorm2d(8, **norm)
        self.pool = nn.AvgPool2d(2)
        self.conv2 = nn.Conv2d(8, 8, 3, padding=1, bias=False)
        self.bn2 = BatchNorm2d(8, **norm)
        self.flatten = nn.Flatten()

    def forward(self, x):
        x = self.pool(F.relu(self.bn1(self.conv1(x))))
        x = F.relu(self.bn2(self.conv2(x)))
        return self.flatten(x)


class FineTuned(nn.Module):
    def __init__(self, norm):
        super().__init__()
        self.backbone = Backbone(norm)
        self.head = nn.Linear(128, 10)

    def forward(self, x, thawed=True):
        features = self.backbone(x)
        return self.head(features if thawed else features.detach())


def loss(model, batch, training, thawed=True):
    """Cross-entropy; a backbone that is not thawed gets no gradient, and stays in evaluation while the head trains."""
    model.train(training)
    # differs: PyTorch's requires_grad=False stops no running statistics, eval() does; Keras' trainable=False stops all.
    # differs: PyTorch may switch it at any step; a Keras layer's `trainable` is read once, when the step is traced.
    model.backbone.train(training and thawed)
    logits, labels = model(batch["x"], thawed=thawed), batch["y"]
    accuracy = (logits.argmax(1) == labels).to(logits.dtype).mean()
    return sparse_categorical_cross_entropy(logits, labels), {"accuracy": accuracy}


def step(side, batch):
    """One step of training on one batch: of the head alone, or of both where the batch says thawed."""
    # differs: PyTorch's `if` looks at each step's value; TensorFlow traces both branches once, and a tf.cond chooses.
    if batch["thawed"]:
        return step_of_parts(side, batch, thawed=True)
    return step_of_parts(side, batch, thawed=False)


def step_of_parts(side, batch, thawed):
    """The step itself; returns the loss before the update, and the metrics."""
    # Forget the gradients of the step before.
    side.optimizer.zero_grad()
    # Forward: the loss of this batch under the present weights.
    loss, metrics = side.loss(side.model, batch, training=True, thawed=thawed)
    # Backward: the gradient of the loss with respect to each weight that is not frozen.
    # differs: PyTorch leaves None in the `.grad` of frozen weights; a tape is not asked for theirs.
    loss.backward()
    # Update: each part at its own rate, a frozen one not at all: with a gradient of zero it would still decay.
    # differs: PyTorch's optimizer has a group for each part, and skips None; Keras needs an optimizer for each part.
    side.optimizer.step()
    return loss.detach(), metrics


def side(settings):
    model = FineTuned({"momentum": settings["batch_norm_momentum"], "eps": settings["batch_norm_epsilon"]})
    common = {"momentum": settings["momentum"], "weight_decay": settings["weight_decay"]}
    groups = [
        {"params": model.backbone.parameters(), "lr": settings["backbone_learning_rate"]},
        {"params": model.head.parameters(), "lr": settings["head_learning_rate"]},
    ]
    return Side(model, loss, SGD(groups, **common), step=step)
