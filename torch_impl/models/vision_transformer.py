"""A vision transformer: patches as tokens, a class token before them, pre-norm blocks (Dosovitskiy et al., 2021).

Notice the order of the patches, and what has the same name and another default: epsilon, GELU, weight decay.
"""

import math
from functools import partial

import torch
import torch.nn.functional as F
from torch import nn

from compare.inputs.side import Side
from torch_impl.losses import label_smoothing_cross_entropy
from torch_impl.optimizers import AdamW


def gelu(x):
    """x times the normal distribution function at x, exactly."""
    return F.gelu(x, approximate="none")


class Attention(nn.Module):
    """Self-attention of all tokens over (N, tokens, width) (Vaswani et al., 2017)."""

    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.query = nn.Linear(width, width)
        # A bias of the keys has no gradient but rounding errors: the softmax takes it away again.
        self.key = nn.Linear(width, width, bias=False)
        self.value = nn.Linear(width, width)
        self.project = nn.Linear(width, width)

    def forward(self, x):
        _, tokens, width = x.shape
        # Query, key and value, each (N, heads, tokens, size).
        size = width // self.heads
        parts = (layer(x).reshape(-1, tokens, self.heads, size) for layer in (self.query, self.key, self.value))
        q, k, v = (part.permute(0, 2, 1, 3) for part in parts)
        # differs: PyTorch's own attention has this root in float64; Keras' rounds one over it to float32.
        shares = (q @ k.mT / math.sqrt(size)).softmax(-1)
        return self.project((shares @ v).permute(0, 2, 1, 3).reshape(-1, tokens, width))


class Block(nn.Module):
    """Attention and two dense layers, each after a norm and added to what came in (pre-norm)."""

    def __init__(self, width, heads, epsilon):
        super().__init__()
        self.norm1 = nn.LayerNorm(width, eps=epsilon)
        self.attention = Attention(width, heads)
        self.norm2 = nn.LayerNorm(width, eps=epsilon)
        self.up = nn.Linear(width, 2 * width)
        self.down = nn.Linear(2 * width, width)

    def forward(self, x):
        x = x + self.attention(self.norm1(x))
        return x + self.down(gelu(self.up(self.norm2(x))))


class VisionTransformer(nn.Module):
    """Scores of the classes (N, 10), from images that are cut into patches."""

    def __init__(self, settings):
        super().__init__()
        width, patch, epsilon = settings["width"], settings["patch"], settings["norm_epsilon"]
        self.class_token = nn.Parameter(torch.zeros(1, 1, width))
        self.positions = nn.Parameter(torch.zeros(1, settings["tokens"], width))
        self.patches = nn.Conv2d(3, width, patch, stride=patch)
        self.blocks = nn.ModuleList(Block(width, settings["heads"], epsilon) for _ in range(settings["blocks"]))
        self.norm = nn.LayerNorm(width, eps=epsilon)
        self.head = nn.Linear(width, 10)

    def forward(self, images):
        # differs: PyTorch's patches are (N, width, rows, columns) and must be transposed; Keras' have their width last.
        patches = self.patches(images).flatten(2).mT
        first = self.class_token.expand(len(patches), -1, -1)
        x = torch.cat((first, patches), dim=1) + self.positions
        for block in self.blocks:
            x = block(x)
        return self.head(self.norm(x)[:, 0])


def loss(model, batch, training, smoothing):
    """Cross-entropy to targets of 1 - smoothing on the label, and smoothing evenly on all classes."""
    model.train(training)
    logits, labels = model(batch["x"]), batch["y"]
    accuracy = (logits.argmax(1) == labels).to(logits.dtype).mean()
    return label_smoothing_cross_entropy(logits, labels, smoothing), {"accuracy": accuracy}


def side(settings):
    model = VisionTransformer(settings)
    # differs: PyTorch's default decay is 0.01, Keras' 0.004.
    # Both decay all that trains: norms, biases, class token and positions too.
    optimizer = AdamW(
        model.parameters(),
        lr=settings["learning_rate"],
        betas=(settings["beta_1"], settings["beta_2"]),
        eps=settings["epsilon"],
        weight_decay=settings["weight_decay"],
    )
    return Side(model, partial(loss, smoothing=settings["label_smoothing"]), optimizer)
