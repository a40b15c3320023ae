"""A U-Net of two levels, trained by Dice and cross-entropy (Ronneberger et al., 2015; Milletari et al., 2016).

Notice the axis of the classes, in every concatenation, softmax and sum; and the two ways up.
"""

from functools import partial

import torch
import torch.nn.functional as F
from torch import nn

from compare.inputs.side import Side
from torch_impl.losses import dice, sparse_categorical_cross_entropy
from torch_impl.optimizers import Adam


class UNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.down1 = nn.Conv2d(1, 8, 3, padding=1)
        self.pool1 = nn.MaxPool2d(2)
        self.down2 = nn.Conv2d(8, 16, 3, padding=1)
        self.pool2 = nn.MaxPool2d(2)
        self.bottom = nn.Conv2d(16, 16, 3, padding=1)
        self.up2 = nn.ConvTranspose2d(16, 8, 2, stride=2)
        self.merge2 = nn.Conv2d(24, 8, 3, padding=1)
        self.up1 = nn.Upsample(scale_factor=2, mode="nearest")
        self.merge1 = nn.Conv2d(16, 8, 3, padding=1)
        self.head = nn.Conv2d(8, 3, 1)

    def forward(self, x):
        """Images (N, 1, 16, 16) to logits of three classes (N, 3, 16, 16); channels are last on the TF side."""
        fine = F.relu(self.down1(x))
        coarse = F.relu(self.down2(self.pool1(fine)))
        x = F.relu(self.bottom(self.pool2(coarse)))
        # differs: PyTorch's channels are axis 1, Keras' the last; the order of the parts must be that of the weights.
        x = F.relu(self.merge2(torch.cat((self.up2(x), coarse), 1)))
        x = F.relu(self.merge1(torch.cat((self.up1(x), fine), 1)))
        return self.head(x)


def loss(model, batch, training, smooth):
    """Cross-entropy over all pixels, plus Dice over each class of each image; metrics: both, and the accuracy."""
    model.train(training)
    logits, labels = model(batch["x"]), batch["y"]
    # differs: PyTorch's losses have the classes on axis 1, its one_hot puts them last; TensorFlow's are always last.
    entropy = sparse_categorical_cross_entropy(logits, labels)
    target = F.one_hot(labels, 3).movedim(-1, 1).to(logits.dtype)
    overlap = dice(torch.softmax(logits, 1), target, smooth)
    accuracy = (logits.argmax(1) == labels).to(logits.dtype).mean()
    return entropy + overlap, {"entropy": entropy.detach(), "dice": overlap.detach(), "accuracy": accuracy}


def side(settings):
    model = UNet()
    optimizer = Adam(model.parameters(), lr=settings["learning_rate"], eps=settings["epsilon"])
    return Side(model, partial(loss, smooth=settings["smooth"]), optimizer)
