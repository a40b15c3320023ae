"""Picking values out, and putting values in, by position or by mask. Notice which axis an index counts along, and which
labels are refused.
"""

import torch
import torch.nn.functional as F


def one_hot(labels):
    """PyTorch returns whole numbers, TensorFlow float32 unless told otherwise; a label that is out of range is an error
    in PyTorch and a row of zeros in TensorFlow.
    """
    return F.one_hot(labels, 5)


def gather_elements(x, index):
    """torch.gather picks element by element: TensorFlow's take_along_axis, or gather with batch_dims. tf.gather alone
    picks whole rows.
    """
    return x.gather(1, index)


def gather_steps(x, index):
    """Whole vectors at each sequence's own positions: torch.gather wants the index expanded over the features,
    batch_dims does not.
    """
    return x.gather(1, index[:, :, None].expand(-1, -1, x.shape[2]))


def index_select(x, index):
    """The same rows or columns for all: tf.gather along an axis. Negative positions are an error for both, though x[:,
    index] counts them from the end.
    """
    return x.index_select(1, index)


def pick_one_per_row(x, index):
    """The log probability of each row's label, say: two indices in PyTorch, batch_dims in TensorFlow."""
    return x[torch.arange(len(x)), index]


def last_valid_step(x, lengths):
    """The state at each sequence's own last step: PyTorch indexes with two tensors, TensorFlow gathers with a batch
    axis.
    """
    return x[torch.arange(len(x)), lengths - 1]


def masked_select(x, mask):
    """What a mask keeps comes out in reading order, as one axis, on both sides."""
    return x[mask]


def causal_mask(scores):
    """What is above the diagonal is in the future: tril and band_part keep the lower triangle with the diagonal."""
    return scores.masked_fill(~torch.ones_like(scores, dtype=torch.bool).tril(), -1e9)


def bucketize(x, bounds):
    """right=False, PyTorch's default, counts the bounds below a value; that is searchsorted's side="left".
    tf.raw_ops.Bucketize is the other one.
    """
    return torch.bucketize(x, bounds)


def scatter_add(x, index):
    """A sum by group: index_add onto zeros. What occurs twice is added on both sides; TensorFlow's scatter_nd and
    segment sums need no zeros to begin with.
    """
    return torch.zeros(5, x.shape[1]).index_add(0, index, x)


def scatter_into(x, rows, index):
    """Rows replaced by others. Where an index occurs twice neither framework says which one stays: let it not."""
    return x.index_copy(0, index, rows)


def segment_mean(x, index):
    """A mean by group (of the nodes of a graph): count what is summed; an empty group is 0 where the count is held at
    1.
    """
    counts = torch.bincount(index, minlength=5).clamp(min=1)
    return torch.zeros(5, x.shape[1]).index_add(0, index, x) / counts[:, None]


def segment_max(x, index):
    """Where a group is empty TensorFlow leaves the lowest number that there is, PyTorch what stood there before."""
    places = index[:, None].expand_as(x)
    return torch.zeros(5, x.shape[1]).scatter_reduce(0, places, x, "amax", include_self=False)
