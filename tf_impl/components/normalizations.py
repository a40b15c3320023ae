"""Normalizations. Notice the epsilons, the axes, and whether a variance is over N or N - 1."""

import keras
import numpy as np
import tensorflow as tf
from keras import layers

from tf_impl.layers import BatchNorm


def batch_norm_training():
    """PyTorch's momentum is the weight of the new batch, Keras' that of the old average, and PyTorch's running variance
    divides by N - 1: stock Keras trains equally and evaluates differently; the layer here follows PyTorch. Epsilons:
    1e-5 in PyTorch, 1e-3 in Keras."""
    return BatchNorm(momentum=0.3, epsilon=1e-3)


def batch_norm_evaluation():
    """In evaluation stock Keras agrees, given the running statistics and PyTorch's epsilon. Keras needs training=False
    at each call; PyTorch remembers eval()."""
    return layers.BatchNormalization(momentum=0.9, epsilon=1e-5)


def batch_norm_frozen():
    """Keras' trainable=False also makes a batch norm use its running statistics; PyTorch's requires_grad_(False) does
    not, and model.train() undoes eval(): to freeze, call both, and again after each train()."""
    return layers.BatchNormalization(epsilon=1e-5, trainable=False)


def batch_norm1d_training():
    """For features (N, C) each feature is normalised over the batch. A batch of one is an error in PyTorch's training;
    in Keras it gives the offset, and N - 1 is 0."""
    return BatchNorm(momentum=0.3, epsilon=1e-3)


def batch_norm1d_sequences():
    """PyTorch normalises axis 1 of (N, C, L), Keras the last axis of (N, L, C). On channels-first data Keras' default
    silently normalises the wrong axis."""
    return BatchNorm(momentum=0.3, epsilon=1e-3)


def batch_norm3d_training():
    """Keras has one class for every number of dimensions. N counts all elements of a channel."""
    return BatchNorm(momentum=0.3, epsilon=1e-3)


def batch_norm_without_affine():
    """affine=False is Keras' center=False with scale=False; the running statistics stay."""
    return BatchNorm(momentum=0.3, affine=False)


def batch_norm_without_running_statistics(x, weight, bias):
    """With track_running_stats=False PyTorch normalises by the batch in evaluation too. Keras has no such layer: use
    the moments of the batch."""
    mean, variance = tf.nn.moments(x, (0, 1, 2))
    return tf.nn.batch_normalization(x, mean, variance, bias, weight, 1e-3)


def batch_norm_from_checkpoint(x, mean, variance, weight, bias):
    """The four arrays of a state_dict: check the order. PyTorch's is (mean, variance, weight, bias), that of tf.nn is
    (mean, variance, offset, scale)."""
    return tf.nn.batch_normalization(x, mean, variance, bias, weight, 1e-5)


def layer_norm():
    """Both divide the variance by N. PyTorch's default epsilon is 1e-5, Keras' 1e-3: give it."""
    return layers.LayerNormalization(epsilon=1e-5)


def layer_norm_sequences():
    """PyTorch takes the sizes of the last axes: LayerNorm(5) is the last axis alone, like Keras' axis=-1. Each step has
    its own statistics."""
    return layers.LayerNormalization(axis=-1, epsilon=1e-3)


def layer_norm_several_axes():
    """LayerNorm((3, 5)) normalises two axes together, with a weight for each element; Keras' default is still the last
    axis alone."""
    return layers.LayerNormalization(axis=(-2, -1), epsilon=1e-3)


def layer_norm_images():
    """Over a whole image the statistics are the same in any layout; the weight is (C, H, W) in PyTorch, (H, W, C) in
    Keras."""
    return layers.LayerNormalization(axis=(1, 2, 3), epsilon=1e-3)


def layer_norm_channels(x, weight, bias):
    """Over the channels of each pixel (ConvNeXt): PyTorch has to move them to the end and back; in Keras' layout they
    are there already."""
    mean, variance = tf.nn.moments(x, [-1], keepdims=True)
    return tf.nn.batch_normalization(x, mean, variance, bias, weight, 1e-6)


def layer_norm_without_bias():
    """bias=False is Keras' center=False; elementwise_affine=False is scale=False as well."""
    return layers.LayerNormalization(epsilon=1e-5, center=False)


def group_norm():
    """Both group neighbouring channels. Keras' defaults are 32 groups and an epsilon of 1e-3; PyTorch's epsilon is
    1e-5, and the number of groups must be given."""
    return layers.GroupNormalization(2, epsilon=1e-5)


def group_norm_one_group():
    """One group is a layer norm over channels and pixels, but with one weight per channel, not per element."""
    return layers.GroupNormalization(1, epsilon=1e-3)


def group_norm_sequences():
    """As for images, on (N, C, L) and (N, L, C). The statistics include time, so padding counts unless it is masked."""
    return layers.GroupNormalization(3, epsilon=1e-3)


def instance_norm():
    """PyTorch's has no weight and no bias by default. Keras has no layer of that name: use a group norm with one group
    per channel, groups=-1."""
    return layers.GroupNormalization(-1, epsilon=1e-5, center=False, scale=False)


def instance_norm_affine():
    """affine=True gives both a scale and an offset per channel. Evaluation is the same as training, because there are
    no running statistics."""
    return layers.GroupNormalization(-1, epsilon=1e-3)


def adaptive_instance_norm(x, scale, shift):
    """Scale and offset are computed elsewhere, for each example: add the two pixel axes to them where each framework
    has them. tf.nn.moments divides the variance by N, as instance_norm does."""
    mean, variance = tf.nn.moments(x, (1, 2), keepdims=True)
    return tf.nn.batch_normalization(x, mean, variance, shift[:, None, None], scale[:, None, None], 1e-5)


def rms_norm():
    """The epsilon is inside the root on both sides. Keras' default is 1e-6."""
    return layers.RMSNormalization(epsilon=1e-6)


def rms_norm_machine_epsilon():
    """PyTorch's default epsilon is that of the dtype: 2.2e-16 in float64, 1.2e-7 in float32. It matters where inputs
    are as small as these."""
    return layers.RMSNormalization(epsilon=np.finfo(keras.config.floatx()).eps)


def rms_norm_by_hand(x, weight):
    """As in Llama's code. Models differ in whether the factor is weight or 1 + weight (Gemma)."""
    return x * tf.math.rsqrt(tf.reduce_mean(tf.square(x), -1, keepdims=True) + 1e-5) * (1 + weight)


def local_response_norm(x):
    """PyTorch divides alpha by the size of the window; tf.nn.lrn does not, and takes a radius. tf.nn.lrn has no
    float64, so it is written out."""
    squares = tf.pad(tf.square(x), ((0, 0), (0, 0), (0, 0), (1, 1)))
    window = sum(squares[..., start : start + x.shape[-1]] for start in range(3))
    return x / (2 + 0.2 / 3 * window) ** 0.75


def local_response_norm_stock(x):
    """tf.nn.lrn takes a radius of size // 2, and alpha / size; an even size has no counterpart."""
    return tf.nn.lrn(x, depth_radius=1, bias=2, alpha=0.2 / 3, beta=0.75)


def standardize(x):
    """torch.std divides by N - 1 by default (correction=0 for N), tf.math.reduce_std by N: for five numbers they differ
    by a factor of sqrt(5 / 4)."""
    mean, variance = tf.nn.moments(x, [1], keepdims=True)
    return (x - mean) / tf.sqrt(variance * 5 / 4)


def weight_norm():
    """Keras has no such wrapper for a dense layer: compute the weight from its length and its direction before use. By
    default PyTorch has one length per output (dim=0)."""
    return _WeightNormalized(5, 4)


def spectral_norm(x, weight, u):
    """One step of power iteration without a gradient, then divide the weight by its largest singular value, with a
    gradient. PyTorch's wrapper runs 15 more steps when it is made: copy its u."""
    v = tf.stop_gradient(tf.math.l2_normalize(tf.linalg.matvec(weight, u, transpose_a=True), epsilon=1e-24))
    u = tf.stop_gradient(tf.math.l2_normalize(tf.linalg.matvec(weight, v), epsilon=1e-24))
    largest = tf.tensordot(u, tf.linalg.matvec(weight, v), 1)
    return tf.matmul(x, weight / largest, transpose_b=True)


class _WeightNormalized(keras.Layer):
    """A dense layer whose weight is a direction (out, in) and a length for each output (out, 1)."""

    def __init__(self, inputs: int, outputs: int):
        super().__init__()
        self.bias = self.add_weight((outputs,), "zeros")
        self.length = self.add_weight((outputs, 1), "ones")
        self.direction = self.add_weight((outputs, inputs), "glorot_uniform")

    def call(self, x):
        direction = tf.convert_to_tensor(self.direction)
        weight = self.length * direction / tf.norm(direction, axis=1, keepdims=True)
        return tf.matmul(x, weight, transpose_b=True) + self.bias
