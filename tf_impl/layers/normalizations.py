"""Batch normalisation as PyTorch computes it, in a Keras layer. Notice that two things differ in the running variance.

differs: PyTorch has a class for each number of dimensions, the channels second; Keras one for all, the channels last.
"""

import keras
import tensorflow as tf


class BatchNorm(keras.layers.BatchNormalization):
    """Normalises each channel of (N, C) or (N, ..., C) (torch/nn/modules/batchnorm.py, 2.13).

    differs: PyTorch's momentum is the weight of the new batch (0.1), Keras' that of the old average (0.99).
    differs: PyTorch's running variance takes each batch's sum of squares over N - 1, Keras' over N.
    differs: PyTorch normalises by the batch whenever the model is in training, Keras' not where the layer is frozen.
    """

    def __init__(self, momentum: float = 0.1, epsilon: float = 1e-5, affine: bool = True):
        super().__init__(momentum=1 - momentum, epsilon=epsilon, center=affine, scale=affine)
        self.weight_of_new = momentum

    def call(self, inputs, training=None, mask=None):
        mean, variance = tf.convert_to_tensor(self.moving_mean), tf.convert_to_tensor(self.moving_variance)
        if training:
            new, old = self.weight_of_new, 1 - self.weight_of_new
            kept_mean, kept_variance = mean, variance
            mean, variance = tf.nn.moments(inputs, axes=list(range(len(inputs.shape) - 1)))
            count = tf.cast(tf.size(inputs) / inputs.shape[-1], inputs.dtype)
            self.moving_mean.assign(new * mean + old * kept_mean)
            self.moving_variance.assign(new * variance * count / (count - 1) + old * kept_variance)
        return tf.nn.batch_normalization(inputs, mean, variance, self.beta, self.gamma, self.epsilon)


BatchNorm1d = BatchNorm
BatchNorm2d = BatchNorm
BatchNorm3d = BatchNorm
