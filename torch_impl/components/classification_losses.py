"""Losses of one class out of several. Notice what a mean divides by, and whether logits or probabilities are wanted."""

import torch
import torch.nn.functional as F


def cross_entropy(logits, target):
    """PyTorch takes logits and integer classes. Keras takes probabilities, clipped to [1e-7, 1 - 1e-7], unless
    from_logits=True, and the target first.
    """
    return F.cross_entropy(logits, target)


def cross_entropy_sum(logits, target):
    """The sum over the batch: a smaller last batch then weighs less."""
    return F.cross_entropy(logits, target, reduction="sum")


def cross_entropy_none(logits, target):
    """One number an example. tf.nn takes (labels, logits); by name there is no mistake."""
    return F.cross_entropy(logits, target, reduction="none")


def cross_entropy_class_weights(logits, target, weight):
    """With class weights PyTorch's mean divides by the sum of the weights of the targets, Keras' class_weight and
    sample_weight by the number of examples.
    """
    return F.cross_entropy(logits, target, weight=weight)


def cross_entropy_class_weights_label_smoothing(logits, target, weight):
    """The smoothed part weighs each class by its own weight, and both parts are divided by the sum of the weights of
    the targets.
    """
    return F.cross_entropy(logits, target, weight=weight, label_smoothing=0.1)


def cross_entropy_ignore_index(logits, target):
    """The mean is over the targets that count, -100 being none unless told otherwise. Keras' loss object divides so,
    too; a product with a mask and a mean does not. Where all are ignored PyTorch gives NaN, Keras 0.
    """
    return F.cross_entropy(logits, target)


def cross_entropy_tokens(logits, target):
    """Over (N, time, classes) PyTorch wants the classes on axis 1; transposed is right, reshaped to (N, classes, time)
    is not. The mean is over all tokens that count.
    """
    return F.cross_entropy(logits.transpose(1, 2), target, ignore_index=0)


def cross_entropy_pixels(logits, target):
    """Classes are on axis 1 of PyTorch's (N, C, H, W), the last of TensorFlow's; the target is (N, H, W) on both. The
    mean is over all pixels.
    """
    return F.cross_entropy(logits, target)


def cross_entropy_label_smoothing(logits, target):
    """The same formula; Keras smooths one-hot targets only. one_hot is float32 unless told otherwise."""
    return F.cross_entropy(logits, target, label_smoothing=0.1)


def cross_entropy_label_smoothing_by_hand(logits, target):
    """Some code gives the other classes s / (classes - 1) each, not s / classes with the target's among them: look
    which.
    """
    smooth = torch.full_like(logits, 0.1 / 4).scatter(1, target[:, None], 0.9)
    return -(smooth * logits.log_softmax(1)).sum(1).mean()


def cross_entropy_probabilities(logits, target):
    """Targets that are distributions: PyTorch tells by the dtype and the shape, in Keras it is another class, without
    Sparse.
    """
    return F.cross_entropy(logits, target)


def cross_entropy_of_probabilities(probability, target):
    """From a softmax's output. Keras divides by the sum of a row and clips to [1e-7, 1 - 1e-7], and a Keras softmax's
    output carries its logits, which its losses then use: written out, none of that happens.
    """
    return F.nll_loss(probability.log(), target)


def nll(log_probability, target):
    """Minus the log probability of the target: the softmax is behind it already."""
    return F.nll_loss(log_probability, target)


def nll_class_weights_sum(log_probability, target, weight):
    """A sum with weights is divided by nothing, unlike the mean."""
    return F.nll_loss(log_probability, target, weight=weight, reduction="sum")


def perplexity(logits, target):
    """The exponential of the mean over all tokens, not the mean of exponentials."""
    return F.cross_entropy(logits, target).exp()


def focal_categorical(logits, target):
    """The cross-entropy of each example, times (1 - its probability)^gamma."""
    losses = F.cross_entropy(logits, target, reduction="none")
    return ((1 - torch.exp(-losses)) ** 2 * losses).mean()


def multi_margin(scores, target):
    """All wrong classes count, and the sum is divided by the number of classes. Keras' CategoricalHinge takes the worst
    alone.
    """
    return F.multi_margin_loss(scores, target, margin=0.8)


def categorical_hinge(scores, target):
    """The other way round: Keras' own, in PyTorch. The worst of the wrong classes against the target."""
    hot = F.one_hot(target, 5).to(scores.dtype)
    wrong = ((1 - hot) * scores).amax(1)
    return F.relu(wrong - (hot * scores).sum(1) + 1).mean()


def multilabel_margin(scores, target):
    """Targets are indices, ended by -1. Each pair of a true class and one that is not counts, over the number of
    classes.
    """
    return F.multilabel_margin_loss(scores, target)
