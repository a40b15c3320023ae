"""A kernel of PyTorch's that is reshaped, in place of transposed, fits and is scrambled.

Symptom: no error, and outputs of the right size that have nothing to do with PyTorch's.
Cause: PyTorch keeps (out, in, height, width), TensorFlow takes (height, width, in, out): reshape moves no element.
Fix: transpose: kernel.transpose(2, 3, 1, 0) in NumPy, tf.transpose(kernel, (2, 3, 1, 0)).
Source: torch/nn/modules/conv.py:162-169 (2.13); keras/src/layers/convolutional/base_conv.py:193-204 (3.15)
"""

STAGE = "loss"
CHANNELS_FIRST = ("x",)
WEIGHTS = {"kernel": "conv.weight", "bias": "conv.bias"}


def batches(rng):
    for _ in range(5):
        yield {"x": rng.normal(size=(4, 2, 6, 6)), "y": rng.normal(size=(4, 3))}


def torch_side():
    import torch
    from torch import nn

    model = nn.ModuleDict({"conv": nn.Conv2d(2, 3, 3)})

    def loss(model, batch):
        features = torch.tanh(model["conv"](batch["x"]))
        return nn.functional.mse_loss(features.mean((2, 3)), batch["y"])

    return model, loss, torch.optim.SGD(model.parameters(), lr=0.1)


def tf_side():
    import tensorflow as tf

    return _tf_side(lambda kernel: tf.reshape(kernel, (3, 3, 2, 3)))


def tf_side_fixed():
    import tensorflow as tf

    return _tf_side(lambda kernel: tf.transpose(kernel, (2, 3, 1, 0)))


def _tf_side(laid_out):
    import keras
    import tensorflow as tf

    class Convolution(keras.Layer):
        """With its kernel as it is in a checkpoint of PyTorch's."""

        def build(self, shape):
            self.kernel = self.add_weight((3, 2, 3, 3), name="kernel")
            self.bias = self.add_weight((3,), "zeros", name="bias")

        def call(self, x):
            return tf.nn.conv2d(x, laid_out(self.kernel), 1, "VALID") + self.bias

    def loss(model, batch):
        features = tf.tanh(model(batch["x"]))
        return tf.reduce_mean((tf.reduce_mean(features, (1, 2)) - batch["y"]) ** 2)

    return Convolution(), loss, keras.optimizers.SGD(0.1)
