"""Sorting, running sums, and reductions. Notice n - 1 or n, and the gradient at ties and at zero."""

import tensorflow as tf


def topk(x):
    """Values and positions, the largest first. At a tie TensorFlow takes the lower position first; PyTorch does not
    define it."""
    return tf.math.top_k(x, 3)


def sort_descending(x):
    """`descending=True` is `direction="DESCENDING"`; PyTorch returns the positions too."""
    return tf.sort(x, -1, direction="DESCENDING")


def argsort_with_ties(x):
    """Equal values keep their order only with stable=True, on both sides."""
    return tf.argsort(x, direction="DESCENDING", stable=True)


def argmax(x):
    """Without an axis TensorFlow takes axis 0, PyTorch the position in the flattened tensor; both give int64."""
    return tf.argmax(x, 1)


def median(x):
    """PyTorch's median of an even number of values is the lower of the middle two, numpy's is their mean; PyTorch's
    gradient goes to that one element."""
    return tf.sort(x, 1)[:, (x.shape[1] - 1) // 2]


def quantile_by_rows(x):
    """PyTorch interpolates linearly between two sorted values, at position q * (n - 1)."""
    ordered, position = tf.sort(x, 1), 0.3 * (x.shape[1] - 1)
    low = int(position)
    return ordered[:, low] + (position - low) * (ordered[:, low + 1] - ordered[:, low])


def max_over_axis_with_ties(x):
    """PyTorch's max(dim) gives the whole gradient to the element whose index it returns, tf.reduce_max shares it among
    equal values: gather at the argmax."""
    return tf.gather(x, tf.argmax(x, 1), batch_dims=1)


def amax_with_ties(x):
    """torch.amax, and torch.max without an axis, share the gradient among equal values, as tf.reduce_max does."""
    return tf.reduce_max(x, 1)


def mean_of_integers(x):
    """PyTorch refuses; TensorFlow silently truncates the mean to an integer: hits of 0 and 1 give an accuracy of 0.
    Cast first."""
    return tf.reduce_mean(tf.cast(x, tf.float64))


def cumsum(x):
    """The same sum. Only TensorFlow has `exclusive` and `reverse`; PyTorch flips, sums, and flips back."""
    return tf.cumsum(x, 1, reverse=True)


def cumprod(x):
    """The same product, and the same gradient as long as no value is zero. At a zero TensorFlow's gradient is wrong (it
    divides by the value, and returns 0 for it)."""
    return tf.math.cumprod(x, 1)


def cumprod_with_zeros(x):
    """The transmittance of a ray may contain zeros, where the gradient of tf.math.cumprod is wrong: use reduce_prod
    over a triangle, whose gradient is right."""
    before = tf.linalg.band_part(tf.ones((x.shape[1], x.shape[1]), tf.bool), -1, 0)
    return tf.reduce_prod(tf.where(before, x[:, None, :], 1.0), -1)


def cummax(x):
    """TensorFlow's scan runs along the first axis, one step after the other."""
    return tf.transpose(tf.scan(tf.maximum, tf.transpose(x)))


def logsumexp(x):
    """The same, and stable on both sides; a row of minus infinities has the gradient NaN on both."""
    return tf.reduce_logsumexp(x, 1)


def logcumsumexp(x):
    """It has another name: tf.math.cumulative_logsumexp."""
    return tf.math.cumulative_logsumexp(x, 1)


def variance(x):
    """PyTorch divides by n - 1, TensorFlow by n: multiply by n / (n - 1), or write correction=0 in PyTorch."""
    n = x.shape[1]
    return tf.math.reduce_variance(x, 1) * (n / (n - 1))


def standard_deviation(x):
    """PyTorch divides by n - 1, TensorFlow by n: multiply by the root of n / (n - 1)."""
    n = x.shape[1]
    return tf.math.reduce_std(x, 1) * (n / (n - 1)) ** 0.5


def standard_deviation_of_constants(x):
    """Where all values are equal PyTorch's gradient is 0, TensorFlow's NaN: take the root only where the variance is
    positive."""
    variance = tf.math.reduce_variance(x, 1) * (x.shape[1] / (x.shape[1] - 1))
    positive = variance > 0
    return tf.where(positive, tf.sqrt(tf.where(positive, variance, 1.0)), 0.0)


def norm_at_zero(x):
    """At a vector of zeros PyTorch's gradient is 0, that of tf.norm NaN, which spreads to every weight: take the root
    only where the sum is positive."""
    square = tf.reduce_sum(x * x, 1)
    return tf.where(square > 0, tf.sqrt(tf.where(square > 0, square, 1.0)), 0.0)


def pairwise_distances(x):
    """torch.cdist has the gradient 0 at distance 0, which every point has to itself; a root of squares in TensorFlow
    has NaN."""
    square = tf.reduce_sum((x[:, None] - x[None]) ** 2, -1)
    return tf.where(square > 0, tf.sqrt(tf.where(square > 0, square, 1.0)), 0.0)
