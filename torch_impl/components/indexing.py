"""Reading and writing values by position or by mask. Notice which axis an index counts along, and which labels fail."""

import torch
import torch.nn.functional as F


def one_hot(labels):
    """PyTorch returns integers, TensorFlow float32 by default. A label out of range is an error in PyTorch and a row of
    zeros in TensorFlow."""
    return F.one_hot(labels, 5)


def gather_elements(x, index):
    """torch.gather picks element by element: that is take_along_axis, or tf.gather with batch_dims. tf.gather alone
    picks whole rows."""
    return x.gather(1, index)


def gather_steps(x, index):
    """Whole vectors at each sequence's own positions: for torch.gather the index must be expanded over the features,
    with batch_dims it need not be."""
    return x.gather(1, index[:, :, None].expand(-1, -1, x.shape[2]))


def index_select(x, index):
    """The same rows or columns for all: tf.gather along an axis. Negative positions are an error on both sides,
    although x[:, index] counts them from the end."""
    return x.index_select(1, index)


def pick_one_per_row(x, index):
    """The log probability of each row's label, for example: two indices in PyTorch, batch_dims in TensorFlow."""
    return x[torch.arange(len(x)), index]


def last_valid_step(x, lengths):
    """The state at each sequence's own last step: PyTorch indexes with two tensors, TensorFlow gathers with
    batch_dims."""
    return x[torch.arange(len(x)), lengths - 1]


def masked_select(x, mask):
    """The values that a mask keeps, in reading order and along one axis, on both sides."""
    return x[mask]


def causal_mask(scores):
    """What is above the diagonal is the future: tril and band_part keep the lower triangle with the diagonal."""
    return scores.masked_fill(~torch.ones_like(scores, dtype=torch.bool).tril(), -1e9)


def bucketize(x, bounds):
    """PyTorch's default, right=False, counts the bounds below a value: searchsorted with side="left".
    tf.raw_ops.Bucketize is side="right"."""
    return torch.bucketize(x, bounds)


def scatter_add(x, index):
    """A sum by group: index_add onto zeros. Repeated indices are added up on both sides; TensorFlow's scatter_nd and
    segment sums start from zeros by themselves."""
    return torch.zeros(5, x.shape[1]).index_add(0, index, x)


def scatter_into(x, rows, index):
    """Replaces rows by others. If an index occurs twice, neither framework says which row wins: avoid it."""
    return x.index_copy(0, index, rows)


def segment_mean(x, index):
    """A mean by group (of the nodes of a graph): divide the sum by the count. An empty group gives 0 if the count is at
    least 1."""
    counts = torch.bincount(index, minlength=5).clamp(min=1)
    return torch.zeros(5, x.shape[1]).index_add(0, index, x) / counts[:, None]


def segment_max(x, index):
    """For an empty group TensorFlow gives the lowest number of the dtype, PyTorch what was there before."""
    places = index[:, None].expand_as(x)
    return torch.zeros(5, x.shape[1]).scatter_reduce(0, places, x, "amax", include_self=False)
