"""Element by element. Notice gradients at ties, at bounds and at zero, and which way a division rounds."""

import torch


def where_without_nan(x):
    """where gives the branch that is not taken a gradient of zero, and zero times an infinite slope is NaN: on both
    sides for log and powers, in PyTorch also for sqrt. Make that branch's argument safe as well."""
    positive = x > 0
    return torch.where(positive, torch.where(positive, x, 1.0).log(), 0.0)


def clamp_at_bounds(x):
    """At the bound itself the gradient is 1, beyond it 0, on both sides. PyTorch's hardtanh and relu6 have 0 at the
    bound."""
    return x.clamp(-1.0, 2.0)


def maximum_with_ties(x, y):
    """At a tie PyTorch gives half of the gradient to each, tf.maximum all of it to the first. Where both are equal,
    half of their sum has the same value and PyTorch's gradient."""
    return torch.maximum(x, y)


def power_of_tensors(x, exponent):
    """At 0 to the power 0 TensorFlow's gradient by the base is NaN, PyTorch's is 0: use a safe base there. An exponent
    that is a Python number needs no such care."""
    return x**exponent


def round_half_to_even(x):
    """Both round halves to the even neighbour. PyTorch's gradient is 0, TensorFlow's is None, as if x were not used:
    the optimizer then complains, or skips the weight."""
    return x.round()


def straight_through_round(x):
    """Quantisation: round in the forward pass, pass the gradient on unchanged. detach and stop_gradient hide the
    rounding from the gradient."""
    return x + (x.round() - x).detach()


def gradient_reversal(x):
    """Domain adversarial training without a custom gradient: the value is x, the gradient is that of -0.7 x."""
    return 1.7 * x.detach() - 0.7 * x


def remainder(x, y):
    """Python's %: the result has the sign of the divisor. torch.remainder is tf.math.floormod, and % on both sides."""
    return x % y


def fmod(x, y):
    """C's %: the result has the sign of the dividend. tf.truncatemod does this, but has no gradient: subtract multiples
    of the divisor."""
    return torch.fmod(x, y)


def integer_floor_division(x, y):
    """Both round down: -7 // 2 is -4. Before PyTorch 1.13 torch.floor_divide rounded towards zero."""
    return x // y


def integer_truncated_division(x, y):
    """C's division rounds towards zero: rounding_mode="trunc" is tf.truncatediv."""
    return torch.div(x, y, rounding_mode="trunc")
