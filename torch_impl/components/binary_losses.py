"""Binary losses. Notice whether they take logits or probabilities, and targets of 0 and 1 or of -1 and 1."""

import torch
import torch.nn.functional as F


def bce(probability, target):
    """PyTorch bounds each logarithm below by -100; Keras clips p to [1e-7, 1 - 1e-7], which bounds the loss by 16 and
    stops the gradient."""
    return F.binary_cross_entropy(probability, target)


def bce_sum(probability, target):
    """The sum over all elements."""
    return F.binary_cross_entropy(probability, target, reduction="sum")


def bce_weight(probability, target, weight):
    """Each element has a weight, and the mean is still over the number of elements."""
    return F.binary_cross_entropy(probability, target, weight=weight)


def bce_saturated(probability, target):
    """At exactly 0 and 1 PyTorch gives 100 and the gradient (p - t) / max(p (1 - p), 1e-12), which it defines itself; a
    bounded logarithm has the gradient NaN in TensorFlow. A loss from logits avoids the problem."""
    return F.binary_cross_entropy(probability, target, reduction="none")


def bce_with_logits(logits, target):
    """Both are stable, max(x, 0) - x t + log(1 + e^-|x|). In Keras it is from_logits=True."""
    return F.binary_cross_entropy_with_logits(logits, target)


def bce_with_logits_none(logits, target):
    """PyTorch keeps every element; Keras' function averages over the last axis."""
    return F.binary_cross_entropy_with_logits(logits, target, reduction="none")


def bce_with_logits_sum(logits, target):
    """The sum over all elements."""
    return F.binary_cross_entropy_with_logits(logits, target, reduction="sum")


def bce_with_logits_pos_weight(logits, target, pos_weight):
    """pos_weight scales the positive term only, and the mean is still over all elements. Keras' class_weight or
    sample_weight would scale both terms where targets are soft."""
    return F.binary_cross_entropy_with_logits(logits, target, pos_weight=pos_weight)


def bce_with_logits_label_smoothing(logits, target):
    """Keras moves targets towards 0.5 by half of its label_smoothing; PyTorch has no option for it: write t (1 - s) + s
    / 2."""
    return F.binary_cross_entropy_with_logits(logits, target * 0.9 + 0.05)


def focal_binary(logits, target):
    """alpha weighs the positive targets, 1 - alpha the others. Keras' loss averages over the last axis, clips, and does
    not use alpha by default."""
    losses = F.binary_cross_entropy_with_logits(logits, target, reduction="none")
    alpha = 0.25 * target + 0.75 * (1 - target)
    return (alpha * (1 - torch.exp(-losses)) ** 2 * losses).mean()


def multilabel_soft_margin(logits, target):
    """A binary cross-entropy from logits for each class, averaged over the classes, then over the batch."""
    return F.multilabel_soft_margin_loss(logits, target)


def soft_margin(score, target):
    """log(1 + e^(-t s)) for targets -1 and 1. tf.math.softplus is stable for large scores."""
    return F.soft_margin_loss(score, target)


def hinge(score, target):
    """max(0, 1 - t s) for targets -1 and 1. PyTorch has no loss of that name; Keras silently turns targets 0 and 1 into
    -1 and 1."""
    return F.relu(1 - target * score).mean()


def squared_hinge(score, target):
    """The square of each, then the mean."""
    return F.relu(1 - target * score).square().mean()


def gan_generator(logits):
    """The generator's loss that does not saturate: its images count as real ones. Not log(1 - D), whose gradient
    vanishes."""
    return F.binary_cross_entropy_with_logits(logits, torch.ones_like(logits))
