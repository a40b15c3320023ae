"""A GRU encoder and a GRU decoder over padded sequences. Notice which state is handed over, and what the loss counts.

differs: PyTorch's reset gate acts after the product with the hidden state; so does Keras' while reset_after=True.
"""

from functools import partial

import torch.nn.functional as F
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence

from compare.inputs.side import Side
from torch_impl.layers import GRU
from torch_impl.losses import masked_mean
from torch_impl.optimizers import Adam


class PackedGRU(GRU):
    """A GRU over sequences of different lengths: its last state is that after each sequence's last real step."""

    def forward(self, x, lengths):
        """`x` (N, time, features), `lengths` (N,): the output, to be read in real steps only; the last state."""
        # differs: PyTorch packs sequences, and stops where they end; TensorFlow runs on into padding: pick the state.
        packed = pack_padded_sequence(x, lengths.cpu(), batch_first=True, enforce_sorted=False)
        return super().forward(packed)


class Reverser(nn.Module):
    def __init__(self, symbols, embedding, hidden):
        super().__init__()
        self.embedding = nn.Embedding(symbols, embedding)
        self.encoder = PackedGRU(embedding, hidden, batch_first=True)
        self.decoder = GRU(embedding, hidden, batch_first=True)
        self.head = nn.Linear(hidden, symbols)

    def forward(self, source, given, lengths):
        """Logits (N, time, symbols); at each step the decoder is given the right symbol before (teacher forcing)."""
        _, state = self.encoder(self.embedding(source), lengths)
        # The decoder runs on past a sequence's end: nothing depends on it there, and the loss leaves it out.
        output, _ = self.decoder(self.embedding(given), state)
        return self.head(output)


def loss(model, batch, training, padding):
    model.train(training)
    logits = model(batch["source"], batch["given"], batch["lengths"])
    target = batch["target"]
    real = (target != padding).to(logits.dtype)
    # differs: PyTorch's ignore_index leaves padding out of sum and count; reduce_mean(each * mask) still counts it.
    value = F.cross_entropy(logits.flatten(0, 1), target.flatten(), ignore_index=padding)
    right = (logits.argmax(-1) == target).to(logits.dtype)
    return value, {"accuracy": masked_mean(right, real)}


def side(settings):
    model = Reverser(settings["symbols"], settings["embedding"], settings["hidden"])
    optimizer = Adam(model.parameters(), lr=settings["learning_rate"], eps=settings["epsilon"])
    return Side(model, partial(loss, padding=settings["padding"]), optimizer)
