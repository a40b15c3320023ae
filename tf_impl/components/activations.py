"""Activations."""

import math

import keras
import tensorflow as tf
from keras import layers


def relu(x):
    """Identical, also in the slope at exactly 0, which is 0 on both sides."""
    return keras.activations.relu(x)


def relu_by_maximum(x):
    """At a tie torch.maximum gives half of the gradient to each, tf.maximum all of it to the first, and masked or
    padded zeros are ties. Write relu instead: its slope at 0 is 0 on both sides."""
    return tf.maximum(x, 0.0) - tf.where(x == 0, 0.5 * x, 0.0)


def relu6(x):
    """Identical, also in the slopes at exactly 0 and 6, which are 0 on both sides."""
    return keras.activations.relu6(x)


def relu_squared(x):
    """Neither side has it built in: the square of relu."""
    return tf.square(keras.activations.relu(x))


def leaky_relu(x):
    """The default slope is 0.01 in PyTorch, 0.2 in keras.activations and tf.nn, 0.3 in layers.LeakyReLU: always give
    it. TensorFlow rounds it to float32 even for float64 tensors: write it out for parity in float64."""
    return tf.where(x > 0, x, 0.01 * x)


def leaky_relu_layer():
    """The default slope is 0.01 in nn.LeakyReLU, 0.3 in layers.LeakyReLU: always give it."""
    return layers.LeakyReLU(0.125)


def prelu():
    """nn.PReLU has one slope for everything, layers.PReLU one per element unless shared_axes are given; the slope
    starts at 0.25 in PyTorch, at 0 in Keras."""
    return layers.PReLU(keras.initializers.Constant(0.25), shared_axes=[1])


def prelu_channels():
    """One slope per channel is nn.PReLU(channels); in Keras share all axes except the last, or each pixel gets its
    own."""
    return layers.PReLU(keras.initializers.Constant(0.25), shared_axes=[1, 2])


def rrelu_evaluation():
    """The slopes are random in training, and their mean in evaluation. Keras has no such layer; in evaluation it is a
    leaky relu."""
    return layers.LeakyReLU((0.125 + 0.25) / 2)


def elu(x):
    """Identical for every alpha."""
    return keras.activations.elu(x, 0.7)


def selu(x):
    """The slope at exactly 0 is that of the negative side in PyTorch (1.758), of the positive side in TensorFlow
    (1.051). It matters where padding, or a bias of zeros, gives exact zeros."""
    scale, alpha = 1.0507009873554805, 1.6732632423543772  # of Klambauer et al., 2017
    return scale * tf.where(x > 0, x, alpha * tf.math.expm1(tf.minimum(x, 0.0)))


def celu(x):
    """keras.activations.celu has the slope 2 at exactly 0, because both of its halves count there: write it out.
    PyTorch rounds 1 / alpha to float32 in its gradient, so only a power of two agrees in float64."""
    return tf.where(x > 0, x, 0.5 * tf.math.expm1(tf.minimum(x, 0.0) / 0.5))


def gelu(x):
    """The default is the exact form in PyTorch, keras.activations and tf.nn, but the tanh form in keras.ops.gelu:
    always give `approximate`. TensorFlow rounds its constants to float32 (an error of 1e-9): write it out for parity in
    float64."""
    return 0.5 * x * (1 + tf.math.erf(x / math.sqrt(2)))


def gelu_tanh(x):
    """The form of GPT-2, which the default gelu is not: approximate="tanh" is approximate=True. TensorFlow rounds its
    constants to float32: write it out for parity in float64."""
    return 0.5 * x * (1 + tf.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))


def gelu_quick(x):
    """The form of CLIP, x * sigmoid(1.702 x). Neither side has it built in, and both forms of gelu are different from
    it."""
    return x * tf.sigmoid(1.702 * x)


def silu(x):
    """Identical: SiLU in PyTorch, silu or swish in Keras."""
    return keras.activations.silu(x)


def mish(x):
    """Identical: x * tanh(softplus(x))."""
    return keras.activations.mish(x)


def softplus(x):
    """Above its threshold of 20 PyTorch returns x itself; TensorFlow has no threshold. They are 2e-9 apart there."""
    return tf.where(x > 20, x, tf.math.softplus(x))


def softplus_beta(x):
    """TensorFlow has no beta: write log(1 + exp(beta x)) / beta, and x itself where beta x is above PyTorch's
    threshold."""
    return tf.where(3 * x > 15, x, tf.math.softplus(3 * x) / 3)


def softsign(x):
    """Identical: x / (1 + |x|)."""
    return keras.activations.softsign(x)


def tanh(x):
    """Identical."""
    return keras.activations.tanh(x)


def sigmoid(x):
    """The values are identical, but what keras.activations.sigmoid returns remembers its logits, and Keras losses use
    those instead. What tf.sigmoid returns does not."""
    return tf.sigmoid(x)


def log_sigmoid(x):
    """Identical, and safe where log(sigmoid(x)) is minus infinity: it is computed as -softplus(-x) on both sides."""
    return keras.activations.log_sigmoid(x)


def hard_sigmoid(x):
    """x / 6 + 1 / 2, clipped, on both sides in Keras 3; Keras 2 had 0.2 x + 0.5."""
    return keras.activations.hard_sigmoid(x)


def hard_swish(x):
    """Identical, also in the slopes at exactly -3 and 3; Keras also calls it hard_silu."""
    return keras.activations.hard_swish(x)


def hard_tanh(x):
    """The slope at exactly -1 and 1 is 0 in PyTorch, 1 in keras.activations.hard_tanh, which clips: there a unit at the
    bound keeps learning."""
    return tf.where(tf.abs(x) < 1, x, tf.sign(x))


def hard_shrink(x):
    """Identical; the default threshold is 0.5 on both sides."""
    return keras.activations.hard_shrink(x, 0.75)


def soft_shrink(x):
    """Identical; the default threshold is 0.5 on both sides."""
    return keras.activations.soft_shrink(x, 0.75)


def tanh_shrink(x):
    """Identical: x - tanh(x)."""
    return keras.activations.tanh_shrink(x)


def threshold(x):
    """Identical: x where it is above the threshold, else the value. A number equal to the threshold is replaced."""
    return keras.activations.threshold(x, 0.5, -2.0)


def glu(x):
    """Identical: the first half times the sigmoid of the second, over the last axis on both sides."""
    return keras.activations.glu(x)


def glu_channels(x):
    """PyTorch's GLU takes the last axis by default; for images give dim=1, which is the last axis in Keras."""
    return keras.activations.glu(x)


def geglu(x):
    """Neither side has it built in. Models disagree on which half is the gate: here it is the second."""
    value, gate = tf.split(x, 2, axis=-1)
    return value * 0.5 * gate * (1 + tf.math.erf(gate / math.sqrt(2)))


def swiglu(x):
    """Neither side has it built in. Models disagree on which half is the gate: here, as in LLaMA, it is the first."""
    gate, value = tf.split(x, 2, axis=-1)
    return tf.nn.silu(gate) * value


def softmax(logits):
    """tf.nn.softmax takes the last axis by default; PyTorch needs `dim`. What keras.activations.softmax returns
    remembers its logits, and Keras losses use those instead; what tf.nn.softmax returns does not."""
    return tf.nn.softmax(logits)


def softmax_channels(logits):
    """Over the channels of images: dim=1 in PyTorch, the last axis in TensorFlow."""
    return tf.nn.softmax(logits)


def softmax_steps(logits):
    """Over the steps of a sequence, as in attention pooling: dim=1 is axis=1. TensorFlow's default axis would be the
    features."""
    return tf.nn.softmax(logits, axis=1)


def softmax_temperature(logits):
    """The temperature divides the logits, not the probabilities."""
    return tf.nn.softmax(logits / 0.7)


def log_softmax(logits):
    """Identical, and safe where the logarithm of a softmax is minus infinity."""
    return tf.nn.log_softmax(logits)


def softmin(distances):
    """TensorFlow has none: take the softmax of the negative."""
    return tf.nn.softmax(-distances)
