"""A decoder with its attention written out, and the step that adds up the gradients of micro-batches.

Notice the one table of tokens, at the entrance and at the exit, and what is left out of the weights' decay.
"""

import math
from functools import partial

import torch
import torch.nn.functional as F
from torch import nn

from compare.inputs.side import Side
from torch_impl.gradients import clip_by_global_norm
from torch_impl.losses import sparse_categorical_cross_entropy
from torch_impl.optimizers import AdamW
from torch_impl.schedules import warmup_cosine


class GivenDropout(nn.Module):
    """x times the mask of its site, which has 1 / (1 - p) for what is kept and 0 for the rest; in evaluation x itself.

    `masks` are those of all sites, (sites, examples, length, width).
    """

    # differs: PyTorch's nn.Dropout and Keras' Dropout never make the same random masks, under any seed: they are given.
    def __init__(self, site):
        super().__init__()
        self.site = site

    def forward(self, x, masks):
        # differs: PyTorch's layers hold the mode; Keras hands `training` from the model's call to all that take it.
        return x * masks[self.site] if self.training else x


def gelu(x):
    """x times the normal distribution function at x, exactly."""
    # differs: PyTorch's is exact in float64; tf.nn.gelu and Keras' round their 1/sqrt(2) to float32.
    # differs: PyTorch's default is the exact one, that of keras.ops.gelu the approximation by tanh.
    return F.gelu(x, approximate="none")


class Attention(nn.Module):
    """Causal self-attention over (examples, length, width) (Vaswani et al., 2017)."""

    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(width, 3 * width, bias=False)
        self.project = nn.Linear(width, width)

    def forward(self, x):
        _, length, width = x.shape
        size = width // self.heads
        # Query, key and value, each (examples, heads, length, size).
        heads = self.qkv(x).reshape(-1, length, 3, self.heads, size)
        q, k, v = heads.permute(2, 0, 3, 1, 4)
        scores = q @ k.mT / math.sqrt(size)
        # differs: PyTorch's nn.MultiheadAttention takes True for "not this", Keras' for "this", as here.
        causal = torch.ones((length, length), dtype=torch.bool).tril()
        shares = torch.where(causal, scores, -math.inf).softmax(-1)
        return self.project((shares @ v).permute(0, 2, 1, 3).reshape(-1, length, width))


class Block(nn.Module):
    """Attention and two dense layers, each after a norm and added to what came in (pre-norm)."""

    def __init__(self, settings, number):
        super().__init__()
        width = settings["width"]
        # differs: PyTorch's LayerNorm and GroupNorm have a default epsilon of 1e-5, Keras' of 1e-3.
        self.norm1 = nn.LayerNorm(width, eps=settings["norm_epsilon"])
        self.attention = Attention(width, settings["heads"])
        self.dropout1 = GivenDropout(2 * number + 1)
        self.norm2 = nn.LayerNorm(width, eps=settings["norm_epsilon"])
        self.up = nn.Linear(width, 4 * width)
        self.down = nn.Linear(4 * width, width)
        self.dropout2 = GivenDropout(2 * number + 2)

    def forward(self, x, masks):
        x = x + self.dropout1(self.attention(self.norm1(x)), masks)
        return x + self.dropout2(self.down(gelu(self.up(self.norm2(x)))), masks)


class TransformerLm(nn.Module):
    """Scores of the next character (examples, length, vocabulary), from tokens (examples, length)."""

    def __init__(self, settings):
        super().__init__()
        self.token = nn.Embedding(settings["vocabulary"], settings["width"])
        self.position = nn.Embedding(settings["length"], settings["width"])
        self.dropout = GivenDropout(0)
        self.blocks = nn.ModuleList(Block(settings, number) for number in range(settings["blocks"]))
        self.norm = nn.LayerNorm(settings["width"], eps=settings["norm_epsilon"])

    def forward(self, tokens, masks):
        x = self.dropout(self.token(tokens) + self.position(torch.arange(tokens.shape[1])), masks)
        for block in self.blocks:
            x = block(x, masks)
        # differs: PyTorch's output layer can share the Parameter itself; a Keras layer makes a kernel of its own.
        return F.linear(self.norm(x), self.token.weight)


def loss(model, batch, training):
    """Mean cross-entropy of the next characters; tokens (..., length + 1), of one micro-batch or of all.

    There are no masks in a batch that is only evaluated.
    """
    model.train(training)
    tokens = batch["tokens"].flatten(0, -2)
    logits = model(tokens[:, :-1], masks=batch.get("masks"))
    logits, labels = logits.flatten(0, 1), tokens[:, 1:].flatten()
    accuracy = (logits.argmax(1) == labels).to(logits.dtype).mean()
    return sparse_categorical_cross_entropy(logits, labels), {"accuracy": accuracy}


def step(side, batch, max_norm):
    """One update from the mean gradient of all micro-batches, the first axis of each array of the batch."""
    count = batch["tokens"].shape[0]
    # Forget the gradients of the step before.
    side.optimizer.zero_grad()
    losses, accuracies = [], []
    for number in range(count):
        micro_batch = {name: array[number] for name, array in batch.items()}
        # Forward: the loss of this micro-batch under the present weights, which stay as they are until the update.
        loss, metrics = side.loss(side.model, micro_batch, training=True)
        # Backward: its share of the gradient, added to those before.
        # differs: PyTorch's backward() adds to `.grad` by itself; what tapes return is added by hand, made dense first.
        (loss / count).backward()
        losses.append(loss.detach())
        accuracies.append(metrics["accuracy"])
    # Clip: the sum of all shares, not each share.
    _, norm = clip_by_global_norm(side.model.parameters(), max_norm)
    # Update: move the weights, and the optimizer's state with them.
    side.optimizer.step()
    side.schedule.step()
    return sum(losses) / count, {"accuracy": sum(accuracies) / count, "gradient_norm": norm}


def side(settings):
    model = TransformerLm(settings)
    # differs: PyTorch exempts weights from decay by a group of their own, Keras by names or parts of them.
    matrices = [parameter for parameter in model.parameters() if parameter.ndim == 2]
    vectors = [parameter for parameter in model.parameters() if parameter.ndim == 1]
    optimizer = AdamW(
        [{"params": matrices}, {"params": vectors, "weight_decay": 0.0}],
        lr=settings["learning_rate"],
        betas=(settings["beta_1"], settings["beta_2"]),
        eps=settings["epsilon"],
        weight_decay=settings["weight_decay"],
    )
    schedule = warmup_cosine(
        optimizer, settings["warmup_steps"], settings["total_steps"], settings["start_factor"], eta_min=0.0
    )
    return Side(model, loss, optimizer, schedule, partial(step, max_norm=settings["max_norm"]))
