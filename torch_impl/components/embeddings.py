"""Embeddings and positions. Notice which rows get a gradient, and that TensorFlow's gradient of a table is sparse."""

import torch
import torch.nn.functional as F
from torch import nn


def embedding():
    """The tables have the same layout, (tokens, features), but start differently: normal with deviation 1 in PyTorch,
    uniform within 0.05 in Keras."""
    return nn.Embedding(7, 4)


def embedding_padding_index():
    """PyTorch's padding_idx gives that row no gradient, and zeros at the start. Keras' mask_zero trains the row, and
    makes later layers and losses skip those positions."""
    return nn.Embedding(7, 4, padding_idx=0)


def embedding_repeated_token(table, tokens):
    """A token that occurs twice gets both gradients. TensorFlow's gradient is IndexedSlices with that row twice, and
    clipping and most Keras optimizers square the two apart: call tf.convert_to_tensor(gradient) first."""
    return F.embedding(tokens, table)


def embedding_max_norm():
    """PyTorch shortens the rows that are read, in the table itself, before it reads them, and without a gradient
    through that. Keras' MaxNorm constrains the whole table after the update, over columns unless axis=1."""
    return nn.Embedding(7, 4, max_norm=1.0)


def embedding_scaled(table, tokens):
    """Transformers multiply by the root of the width. A Python float stays exact; tf.cast(8**0.5, tf.float64) would
    round it to float32."""
    return F.embedding(tokens, table) * 8**0.5


def embedding_one_hot(table, tokens):
    """A product with one-hot rows: PyTorch's one_hot gives integers, which must be cast; TensorFlow's takes the dtype.
    The gradient is then dense."""
    return F.one_hot(tokens, 7).to(table.dtype) @ table


def embedding_bag_mean():
    """Keras has no EmbeddingBag: use an embedding and a mean over the tokens, without a mask."""
    return nn.EmbeddingBag(7, 4, mode="mean")


def embedding_bag_max():
    """The maximum of each feature over the tokens of a bag."""
    return nn.EmbeddingBag(7, 4, mode="max")


def embedding_bag_weighted_sum(table, tokens, weights):
    """PyTorch takes weights for the sum only, not for the mean."""
    return F.embedding_bag(tokens, table, mode="sum", per_sample_weights=weights)


def embedding_bag_offsets(table, tokens, offsets):
    """Bags of different lengths: PyTorch takes the position where each bag begins, TensorFlow's segment_mean the bag of
    each token. Both give zeros for an empty bag."""
    return F.embedding_bag(tokens, table, offsets, mode="mean")


def embedding_tied_output():
    """One matrix embeds the tokens and computes their scores at the end, so its gradient has two parts. On both sides
    the table is (tokens, features); the output layer uses its transpose."""
    return _Tied()


def positions_learned():
    """A second table, read at the positions 0, 1, 2, ... up to the length of this batch."""
    return _TokensAndPositions()


def positions_sinusoidal(x):
    """Sines and cosines alternate, feature by feature. Compute the angles in the precision of x: PyTorch's arange and
    TensorFlow's range give float32 or integers by default."""
    angles = _sines(*x.shape[1:], like=x)
    return x + torch.stack((angles.sin(), angles.cos()), -1).flatten(-2)


def positions_sinusoidal_halves(x):
    """Other code (tensor2tensor, diffusion models) has all sines first, then all cosines: a different encoding, which
    trains just as well but does not fit the same weights."""
    angles = _sines(*x.shape[1:], like=x)
    return x + torch.cat((angles.sin(), angles.cos()), -1)


def timestep_embedding(timesteps):
    """Diffusion models encode the number of the step. PyTorch code divides by half - 1 or by half, and puts sines or
    cosines first: check which."""
    rates = 10000.0 ** (-torch.arange(4, dtype=timesteps.dtype) / 4)
    angles = timesteps[:, None] * rates
    return torch.cat((angles.cos(), angles.sin()), -1)


def rotary_halves(x):
    """As in Llama and GPT-NeoX: feature i is rotated with feature i + half. Weights for the other order only fit after
    reordering the rows of query and key."""
    angles = _sines(*x.shape[1:], like=x)
    first, second = x.chunk(2, -1)
    return torch.cat((first * angles.cos() - second * angles.sin(), second * angles.cos() + first * angles.sin()), -1)


def rotary_pairs(x):
    """As in the paper and in GPT-J: each even feature is rotated with the odd one after it."""
    angles = _sines(*x.shape[1:], like=x)
    even, odd = x[..., ::2], x[..., 1::2]
    turned = even * angles.cos() - odd * angles.sin(), odd * angles.cos() + even * angles.sin()
    return torch.stack(turned, -1).flatten(-2)


def class_token(x, token):
    """One learned token at the start of every sequence: expand in PyTorch, broadcast_to in TensorFlow. Both sum its
    gradient over the batch."""
    return torch.cat((token.expand(len(x), 1, -1), x), 1)


def random_fourier_features(x, frequencies):
    """Fixed random frequencies: copy them over as data, because two frameworks cannot generate the same ones. Use 2 pi
    as a Python number: pi in float32 is off by 9e-8."""
    angles = 2 * torch.pi * x @ frequencies
    return torch.cat((angles.sin(), angles.cos()), -1)


def _sines(length: int, features: int, like):
    """The angles of "Attention is all you need": position / 10000^(2i / features), (length, features / 2)."""
    rates = 10000.0 ** (-torch.arange(0, features, 2, dtype=like.dtype) / features)
    return torch.arange(length, dtype=like.dtype)[:, None] * rates


class _TokensAndPositions(nn.Module):
    def __init__(self):
        super().__init__()
        self.tokens = nn.Embedding(7, 4)
        self.positions = nn.Embedding(6, 4)

    def forward(self, tokens):
        return self.tokens(tokens) + self.positions(torch.arange(tokens.shape[1]))


class _Tied(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(7, 4)
        self.hidden = nn.Linear(4, 4)

    def forward(self, tokens):
        return F.linear(self.hidden(self.embedding(tokens)), self.embedding.weight)
