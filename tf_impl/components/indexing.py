"""Reading and writing values by position or by mask. Notice which axis an index counts along, and which labels fail."""

import tensorflow as tf


def one_hot(labels):
    """PyTorch returns integers, TensorFlow float32 by default. A label out of range is an error in PyTorch and a row of
    zeros in TensorFlow."""
    return tf.one_hot(labels, 5, dtype=tf.int64)


def gather_elements(x, index):
    """torch.gather picks element by element: that is take_along_axis, or tf.gather with batch_dims. tf.gather alone
    picks whole rows."""
    return tf.gather(x, index, batch_dims=1)


def gather_steps(x, index):
    """Whole vectors at each sequence's own positions: for torch.gather the index must be expanded over the features,
    with batch_dims it need not be."""
    return tf.gather(x, index, batch_dims=1)


def index_select(x, index):
    """The same rows or columns for all: tf.gather along an axis. Negative positions are an error on both sides,
    although x[:, index] counts them from the end."""
    return tf.gather(x, index, axis=1)


def pick_one_per_row(x, index):
    """The log probability of each row's label, for example: two indices in PyTorch, batch_dims in TensorFlow."""
    return tf.gather(x, index, batch_dims=1)


def last_valid_step(x, lengths):
    """The state at each sequence's own last step: PyTorch indexes with two tensors, TensorFlow gathers with
    batch_dims."""
    return tf.gather(x, lengths - 1, batch_dims=1)


def masked_select(x, mask):
    """The values that a mask keeps, in reading order and along one axis, on both sides."""
    return tf.boolean_mask(x, mask)


def causal_mask(scores):
    """What is above the diagonal is the future: tril and band_part keep the lower triangle with the diagonal."""
    return tf.where(tf.linalg.band_part(tf.ones_like(scores, tf.bool), -1, 0), scores, -1e9)


def bucketize(x, bounds):
    """PyTorch's default, right=False, counts the bounds below a value: searchsorted with side="left".
    tf.raw_ops.Bucketize is side="right"."""
    return tf.searchsorted(bounds, x, side="left", out_type=tf.int64)


def scatter_add(x, index):
    """A sum by group: index_add onto zeros. Repeated indices are added up on both sides; TensorFlow's scatter_nd and
    segment sums start from zeros by themselves."""
    return tf.math.unsorted_segment_sum(x, index, 5)


def scatter_into(x, rows, index):
    """Replaces rows by others. If an index occurs twice, neither framework says which row wins: avoid it."""
    return tf.tensor_scatter_nd_update(x, index[:, None], rows)


def segment_mean(x, index):
    """A mean by group (of the nodes of a graph): divide the sum by the count. An empty group gives 0 if the count is at
    least 1."""
    return tf.math.unsorted_segment_mean(x, index, 5)


def segment_max(x, index):
    """For an empty group TensorFlow gives the lowest number of the dtype, PyTorch what was there before."""
    occupied = tf.math.bincount(index, minlength=5) > 0
    return tf.where(occupied[:, None], tf.math.unsorted_segment_max(x, index, 5), 0.0)
