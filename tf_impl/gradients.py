"""What is done to gradients between the backward pass and the update."""

import tensorflow as tf


def clip_by_global_norm(gradients, max_norm: float):
    """Scale all gradients by one factor, so that their common norm is at most `max_norm` (Pascanu et al., 2013).

    `gradients` are those of the tape; None stays None. Returns the gradients, dense and scaled, and their norm before
    clipping (torch/nn/utils/clip_grad.py, 2.13).
    """
    # differs: PyTorch adds up a repeated token's gradients; TensorFlow's IndexedSlices keeps them apart: another norm.
    dense = [None if gradient is None else tf.convert_to_tensor(gradient) for gradient in gradients]
    norms = [tf.sqrt(tf.reduce_sum(tf.square(gradient))) for gradient in dense if gradient is not None]
    norm = tf.sqrt(tf.reduce_sum(tf.square(tf.stack(norms))))
    # differs: PyTorch divides by norm + 1e-6; tf.clip_by_global_norm by the norm, and an infinite one makes all NaN.
    factor = tf.minimum(max_norm / (norm + 1e-6), 1.0)
    return [None if gradient is None else gradient * factor for gradient in dense], norm
