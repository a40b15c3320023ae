"""What is done to gradients between the backward pass and the update."""

from torch import nn


def clip_by_global_norm(gradients, max_norm: float):
    """Scale all gradients by one factor, so that their common norm is at most `max_norm` (Pascanu et al., 2013).

    `gradients` are the parameters that hold them; a parameter without one gives None. Returns the gradients, scaled in
    place, and their norm before clipping (torch/nn/utils/clip_grad.py, 2.13).
    """
    parameters = list(gradients)
    # differs: PyTorch adds up a repeated token's gradients; TensorFlow's IndexedSlices keeps them apart: another norm.
    # differs: PyTorch divides by norm + 1e-6; tf.clip_by_global_norm by the norm, and an infinite one makes all NaN.
    norm = nn.utils.clip_grad_norm_(parameters, max_norm)
    return [parameter.grad for parameter in parameters], norm
