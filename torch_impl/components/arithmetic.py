"""Element by element. Notice gradients at ties, bounds and zero, and which way a division rounds."""

import torch


def where_without_nan(x):
    """where sends a zero into the branch that is not taken, and zero times an infinite slope is NaN: on both sides for
    log and powers, in PyTorch for sqrt too. Make that branch's argument safe as well.
    """
    positive = x > 0
    return torch.where(positive, torch.where(positive, x, 1.0).log(), 0.0)


def clamp_at_bounds(x):
    """At the bound itself the gradient is 1, beyond it 0, on both sides; PyTorch's hardtanh and relu6 have 0 at the
    bound.
    """
    return x.clamp(-1.0, 2.0)


def maximum_with_ties(x, y):
    """Of two equal numbers PyTorch gives each half of the gradient, tf.maximum all of it to the first: half their sum
    is their value, with PyTorch's gradient.
    """
    return torch.maximum(x, y)


def power_of_tensors(x, exponent):
    """At a base of 0 with an exponent of 0 TensorFlow's gradient by the base is NaN where PyTorch's is 0: raise a safe
    base there. An exponent that is a Python number needs no such care.
    """
    return x**exponent


def round_half_to_even(x):
    """Both round halves to the even neighbour. PyTorch's gradient is 0, TensorFlow's None, as if x were not used: an
    optimizer then complains or skips.
    """
    return x.round()


def straight_through_round(x):
    """Quantisation: forward the rounded value, backward as if nothing had been. detach and stop_gradient hide the
    difference from the gradient.
    """
    return x + (x.round() - x).detach()


def gradient_reversal(x):
    """Domain adversarial training, without a function of one's own: the value of x, the gradient of -0.7 x."""
    return 1.7 * x.detach() - 0.7 * x


def remainder(x, y):
    """Python's %: the sign of the divisor. torch.remainder is tf.math.floormod, and % on both sides."""
    return x % y


def fmod(x, y):
    """C's: the sign of the dividend. tf.truncatemod is it, but has no gradient; subtract the divisor so many times."""
    return torch.fmod(x, y)


def integer_floor_division(x, y):
    """Both round down: -7 // 2 is -4. Before PyTorch 1.13 torch.floor_divide cut towards zero."""
    return x // y


def integer_truncated_division(x, y):
    """C's division cuts towards zero: rounding_mode="trunc" is tf.truncatediv."""
    return torch.div(x, y, rounding_mode="trunc")
