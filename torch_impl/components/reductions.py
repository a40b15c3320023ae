"""Sorting, running sums, and what makes one number of many. Notice n - 1 or n, and the gradient at ties and at zero."""

import torch


def topk(x):
    """Values and positions, the largest first. Where values are equal TensorFlow takes the lower position first;
    PyTorch does not say.
    """
    return x.topk(3)


def sort_descending(x):
    """`descending=True` is `direction="DESCENDING"`; PyTorch returns the positions too."""
    return x.sort(-1, descending=True).values


def argsort_with_ties(x):
    """Equal values keep their order only if both are told: stable=True."""
    return x.argsort(descending=True, stable=True)


def argmax(x):
    """TensorFlow takes axis 0 where none is given, PyTorch the position in the flattened tensor; both give int64."""
    return x.argmax(1)


def median(x):
    """PyTorch's median of an even number is the lower of the middle two, numpy's their mean; its gradient goes to that
    one element.
    """
    return x.median(1).values


def quantile_by_rows(x):
    """PyTorch interpolates linearly between two sorted values, at position q * (n - 1)."""
    return x.quantile(0.3, 1)


def max_over_axis_with_ties(x):
    """PyTorch's max(dim) gives all of the gradient to the element whose index it returns, tf.reduce_max shares it among
    equals: gather at the argmax.
    """
    return x.max(1).values


def amax_with_ties(x):
    """torch.amax, and torch.max without an axis, share the gradient among equals, as tf.reduce_max does."""
    return x.amax(1)


def mean_of_integers(x):
    """PyTorch refuses; TensorFlow cuts the mean to a whole number without a word: hits of 0 and 1 give an accuracy of
    0. Cast first.
    """
    return x.double().mean()


def cumsum(x):
    """The same sum. Only TensorFlow has `exclusive` and `reverse`; PyTorch flips, sums, and flips back."""
    return x.flip(1).cumsum(1).flip(1)


def cumprod(x):
    """The same product, and the same gradient as long as nothing is zero. At a zero TensorFlow's gradient is wrong (it
    divides by it, and makes 0 of the result).
    """
    return x.cumprod(1)


def cumprod_with_zeros(x):
    """The transmittance of a ray may hold zeros, where the gradient of tf.math.cumprod is wrong: multiply what stands
    in a triangle. reduce_prod has the right one.
    """
    return x.cumprod(1)


def cummax(x):
    """TensorFlow's scan runs along the first axis, one step after the other."""
    return x.cummax(1).values


def logsumexp(x):
    """The same, and safe on both sides; a row of minus infinities alone has NaN for its gradient on both."""
    return x.logsumexp(1)


def logcumsumexp(x):
    """Under another name: tf.math.cumulative_logsumexp."""
    return x.logcumsumexp(1)


def variance(x):
    """PyTorch divides by n - 1, TensorFlow by n: multiply by n / (n - 1), or write correction=0 in PyTorch."""
    return x.var(1)


def standard_deviation(x):
    """PyTorch divides by n - 1, TensorFlow by n: multiply by the root of n / (n - 1)."""
    return x.std(1)


def standard_deviation_of_constants(x):
    """Where all values are equal PyTorch's gradient is 0, TensorFlow's NaN: take the root only where there is a
    variance.
    """
    return x.std(1)


def norm_at_zero(x):
    """At a vector of zeros PyTorch's gradient is 0, tf.norm's NaN, which goes into every weight: take the root only
    where the sum is positive.
    """
    return x.norm(dim=1)


def pairwise_distances(x):
    """torch.cdist has the gradient 0 at distance 0, as each point has to itself; a root of squares in TensorFlow has
    NaN.
    """
    return torch.cdist(x, x)
