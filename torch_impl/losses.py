"""The losses of the reference cases, each a scalar in the precision of its inputs."""

import torch
import torch.nn.functional as F


def mean_squared_error(prediction, target):
    """mean (prediction - target)^2 over all elements; both (N, ...)."""
    return F.mse_loss(prediction, target)


def binary_cross_entropy(probability, target):
    """-mean [t log p + (1 - t) log(1 - p)] over all elements; both (N, ...), target in {0, 1}.

    differs: PyTorch bounds each logarithm below by -100; keras.losses clips p to [1e-7, 1 - 1e-7] instead.
    """
    return F.binary_cross_entropy(probability, target)


def sparse_categorical_cross_entropy(logits, labels):
    """-mean log softmax(logits)[label]; logits (N, classes), labels int64 (N,).

    differs: PyTorch's cross_entropy takes logits; keras.losses take probabilities unless from_logits=True.
    """
    return F.cross_entropy(logits, labels)


def l2_penalty(parameters):
    """Sum over all parameters of half the sum of squares: the gradient is the parameter itself.

    differs: PyTorch has no function for it; tf.nn.l2_loss has the half, keras.regularizers.L2 has not.
    """
    return sum(0.5 * torch.sum(parameter**2) for parameter in parameters)
