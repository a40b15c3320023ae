"""A convolution that halves the time, a GRU, CTC over its outputs. Notice the padding, the axes, and the lengths."""

import torch.nn.functional as F
from torch import nn

from compare.inputs.side import Side
from torch_impl.layers import GRU, Conv1d
from torch_impl.losses import ctc
from torch_impl.optimizers import Adam


class AcousticModel(nn.Module):
    # differs: PyTorch's convolution takes (N, features, time), its GRU (N, time, features); Keras' take the latter.
    def __init__(self, features, channels, hidden, classes):
        super().__init__()
        self.conv = Conv1d(features, channels, 3, stride=2, padding=1)
        self.gru = GRU(channels, hidden, batch_first=True)
        self.head = nn.Linear(hidden, classes)

    def forward(self, x):
        """Logits (N, half the time, classes). Zeros after a sequence are to it what the convolution itself pads."""
        x = F.relu(self.conv(x))
        output, _ = self.gru(x.transpose(1, 2))
        return self.head(output)


def strided(lengths):
    """How many outputs the convolution has for `lengths` inputs: (n + 2 * padding - kernel) // stride + 1."""
    return (lengths + 2 * 1 - 3) // 2 + 1


def loss(model, batch, training):
    model.train(training)
    # differs: PyTorch's ctc_loss takes log-probabilities, (time, N, classes); tf.nn.ctc_loss takes logits.
    log_probabilities = F.log_softmax(model(batch["x"]), dim=-1).transpose(0, 1)
    return ctc(log_probabilities, batch["targets"], strided(batch["lengths"]), batch["target_lengths"]), {}


def side(settings):
    model = AcousticModel(*(settings[name] for name in ("features", "channels", "hidden", "classes")))
    optimizer = Adam(model.parameters(), lr=settings["learning_rate"], eps=settings["epsilon"])
    return Side(model, loss, optimizer)
