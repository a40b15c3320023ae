"""The losses of the reference cases, each a scalar in the precision of its inputs."""

import torch
import torch.nn.functional as F


def mean_squared_error(prediction, target):
    """mean (prediction - target)^2 over all elements; both (N, ...)."""
    return F.mse_loss(prediction, target)


def binary_cross_entropy(probability, target):
    """-mean [t log p + (1 - t) log(1 - p)] over all elements; both (N, ...), target in {0, 1}.

    differs: PyTorch bounds each logarithm below by -100; keras.losses clips p to [1e-7, 1 - 1e-7], so by -16.
    """
    return F.binary_cross_entropy(probability, target)


def sparse_categorical_cross_entropy(logits, labels):
    """-mean log softmax(logits)[label]; logits (N, classes), labels int64 (N,).

    differs: PyTorch's cross_entropy takes logits; keras.losses take probabilities unless from_logits=True.
    """
    return F.cross_entropy(logits, labels)


def l2_penalty(parameters):
    """Sum over all parameters of half the sum of squares: the gradient is the parameter itself.

    differs: PyTorch's weight_decay adds this gradient, as tf.nn.l2_loss does; keras.regularizers.L2 adds twice as much.
    """
    return sum(0.5 * torch.sum(parameter**2) for parameter in parameters)


def binary_cross_entropy_with_logits(logits, target):
    """-mean [t log s + (1 - t) log(1 - s)] over all elements, s = sigmoid(logits); both (N, ...), target in [0, 1]."""
    return F.binary_cross_entropy_with_logits(logits, target)


def label_smoothing_cross_entropy(logits, labels, smoothing):
    """Cross-entropy with the targets (1 - s) * one_hot(label) + s / classes; logits (N, classes), labels int64 (N,)."""
    return F.cross_entropy(logits, labels, label_smoothing=smoothing)


def masked_mean(values, mask):
    """The mean of those values whose mask is 1; both (...), the mask of floating type.

    differs: PyTorch code divides by the sum of the mask; Keras' sample_weight=mask divides by all positions.
    """
    return (values * mask).sum() / mask.sum()


def dice(probabilities, target, smooth=1.0):
    """mean 1 - (2 sum p t + s) / (sum p + sum t + s), the sums over each image's pixels, class by class; one shape.

    Milletari et al., 2016, without their squares.
    differs: PyTorch's images are (N, C, H, W), summed over axes 2 and 3; TensorFlow's (N, H, W, C), over axes 1 and 2.
    """
    pixels = tuple(range(2, probabilities.ndim))
    overlap = (probabilities * target).sum(pixels)
    total = probabilities.sum(pixels) + target.sum(pixels)
    return (1 - (2 * overlap + smooth) / (total + smooth)).mean()


def triplet_margin(anchor, positive, negative, margin=1.0):
    """mean max(|a - p| - |a - n| + margin, 0); each (N, features).

    differs: PyTorch's pairwise_distance adds 1e-6 to each difference before the norm; tf.norm adds nothing.
    """
    return F.triplet_margin_loss(anchor, positive, negative, margin=margin)


def cosine_embedding(one, other, target, margin=0.0):
    """mean of 1 - cos for pairs with target 1, of max(cos - margin, 0) for those with -1; (N, features), target (N,).

    differs: PyTorch adds 1e-12 to each sum of squares here; keras.losses.cosine_similarity is minus the cosine.
    """
    return F.cosine_embedding_loss(one, other, target, margin=margin)


def ctc(log_probabilities, targets, input_lengths, target_lengths, reduction="mean"):
    """-log of the sum over all alignments (Graves et al., 2006); "mean" divides each by its target length first.

    `log_probabilities` (time, N, classes) from log_softmax, class 0 the blank; `targets` (N, length) and both lengths
    (N,) int64. Its gradient is right only after a log_softmax.
    differs: PyTorch's ctc_loss takes the output of log_softmax; tf.nn.ctc_loss takes logits.
    differs: PyTorch's mean divides by the target lengths first; tf.nn.ctc_loss and keras.losses.CTC do not.
    """
    return F.ctc_loss(log_probabilities, targets, input_lengths, target_lengths, reduction=reduction)
