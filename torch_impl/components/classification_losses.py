"""Losses of one class out of several. Notice what a mean divides by, and whether logits or probabilities are
expected."""

import torch
import torch.nn.functional as F


def cross_entropy(logits, target):
    """PyTorch takes logits and integer classes. Keras takes probabilities, clipped to [1e-7, 1 - 1e-7], unless
    from_logits=True, and takes the target first."""
    return F.cross_entropy(logits, target)


def cross_entropy_sum(logits, target):
    """The sum over the batch: a smaller last batch then counts less."""
    return F.cross_entropy(logits, target, reduction="sum")


def cross_entropy_none(logits, target):
    """One number per example. tf.nn takes (labels, logits): pass them by name."""
    return F.cross_entropy(logits, target, reduction="none")


def cross_entropy_class_weights(logits, target, weight):
    """With class weights PyTorch's mean divides by the sum of the weights of the targets; with Keras' class_weight or
    sample_weight it divides by the number of examples."""
    return F.cross_entropy(logits, target, weight=weight)


def cross_entropy_class_weights_label_smoothing(logits, target, weight):
    """The smoothed part weighs each class by that class's weight; both parts are divided by the sum of the weights of
    the targets."""
    return F.cross_entropy(logits, target, weight=weight, label_smoothing=0.1)


def cross_entropy_ignore_index(logits, target):
    """The mean is over the targets that are not ignored; -100 is ignored by default. Keras' loss object divides in the
    same way, but a product with a mask and a mean does not. Where all are ignored PyTorch gives NaN, Keras 0."""
    return F.cross_entropy(logits, target)


def cross_entropy_tokens(logits, target):
    """For (N, time, classes) PyTorch expects the classes on axis 1: transpose; a reshape to (N, classes, time) also
    runs, and is wrong. The mean is over all tokens that are not ignored."""
    return F.cross_entropy(logits.transpose(1, 2), target, ignore_index=0)


def cross_entropy_pixels(logits, target):
    """The classes are axis 1 of PyTorch's (N, C, H, W), the last axis of TensorFlow's; the target is (N, H, W) on both
    sides. The mean is over all pixels."""
    return F.cross_entropy(logits, target)


def cross_entropy_label_smoothing(logits, target):
    """The same formula, but Keras smooths one-hot targets only. tf.one_hot gives float32 by default."""
    return F.cross_entropy(logits, target, label_smoothing=0.1)


def cross_entropy_label_smoothing_by_hand(logits, target):
    """Some code gives each of the other classes s / (classes - 1), not s / classes with the target included: check
    which."""
    smooth = torch.full_like(logits, 0.1 / 4).scatter(1, target[:, None], 0.9)
    return -(smooth * logits.log_softmax(1)).sum(1).mean()


def cross_entropy_probabilities(logits, target):
    """Targets that are distributions: PyTorch recognises them by dtype and shape; in Keras it is another class, without
    Sparse."""
    return F.cross_entropy(logits, target)


def cross_entropy_of_probabilities(probability, target):
    """From the output of a softmax. Keras divides by the sum of each row and clips to [1e-7, 1 - 1e-7], and uses the
    logits that the output of a Keras softmax remembers; written out, it does none of that."""
    return F.nll_loss(probability.log(), target)


def nll(log_probability, target):
    """Minus the log probability of the target: the log_softmax comes before it."""
    return F.nll_loss(log_probability, target)


def nll_class_weights_sum(log_probability, target, weight):
    """With class weights the sum is not divided by anything; the mean is, by the sum of the weights."""
    return F.nll_loss(log_probability, target, weight=weight, reduction="sum")


def perplexity(logits, target):
    """The exponential of the mean over all tokens, not the mean of exponentials."""
    return F.cross_entropy(logits, target).exp()


def focal_categorical(logits, target):
    """The cross-entropy of each example, times (1 - its probability)^gamma."""
    losses = F.cross_entropy(logits, target, reduction="none")
    return ((1 - torch.exp(-losses)) ** 2 * losses).mean()


def multi_margin(scores, target):
    """All wrong classes count, and the sum is divided by the number of classes. Keras' CategoricalHinge counts only the
    worst one."""
    return F.multi_margin_loss(scores, target, margin=0.8)


def categorical_hinge(scores, target):
    """Keras' own loss, written in PyTorch: the worst of the wrong classes against the target."""
    hot = F.one_hot(target, 5).to(scores.dtype)
    wrong = ((1 - hot) * scores).amax(1)
    return F.relu(wrong - (hot * scores).sum(1) + 1).mean()


def multilabel_margin(scores, target):
    """Targets are indices, and -1 ends the list. Every pair of a true class and another class counts, divided by the
    number of classes."""
    return F.multilabel_margin_loss(scores, target)
