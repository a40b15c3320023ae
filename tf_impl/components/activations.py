"""Activations: what stands between the layers."""

import math

import keras
import tensorflow as tf
from keras import layers


def relu(x):
    """Alike, also in the slope at exactly 0, which is 0 on both sides."""
    return keras.activations.relu(x)


def relu_by_maximum(x):
    """Where both are equal, torch.maximum gives half of the gradient to each, tf.maximum all of it to the first; masked
    and padded zeros lie just there. Write relu, whose slope there is 0 on both sides."""
    return tf.maximum(x, 0.0) - tf.where(x == 0, 0.5 * x, 0.0)


def relu6(x):
    """Alike, also in the slopes at exactly 0 and 6, which are 0 on both sides."""
    return keras.activations.relu6(x)


def relu_squared(x):
    """Neither side has it ready: the square of relu."""
    return tf.square(keras.activations.relu(x))


def leaky_relu(x):
    """The slope is 0.01 in PyTorch, 0.2 in keras.activations and tf.nn, 0.3 in layers.LeakyReLU: always give it.
    TensorFlow rounds it to float32 even for float64 tensors, so float64 parity needs it written out."""
    return tf.where(x > 0, x, 0.01 * x)


def leaky_relu_layer():
    """Always give the slope: it is 0.01 in nn.LeakyReLU, 0.3 in layers.LeakyReLU."""
    return layers.LeakyReLU(0.125)


def prelu():
    """nn.PReLU has one slope for everything, layers.PReLU one for each element unless the axes are shared; the first
    begins at 0.25, the second at 0."""
    return layers.PReLU(keras.initializers.Constant(0.25), shared_axes=[1])


def prelu_channels():
    """One slope a channel is nn.PReLU(channels); in Keras share all axes but the last, or each pixel has its own."""
    return layers.PReLU(keras.initializers.Constant(0.25), shared_axes=[1, 2])


def rrelu_evaluation():
    """Random slopes in training, their mean in evaluation; Keras has no such layer, and evaluation is a leaky relu."""
    return layers.LeakyReLU((0.125 + 0.25) / 2)


def elu(x):
    """Alike for every alpha."""
    return keras.activations.elu(x, 0.7)


def selu(x):
    """The slope at exactly 0 is that of the negative side in PyTorch (1.758), of the positive in TensorFlow (1.051). It
    shows where padding, or a bias of zeros, makes exact zeros."""
    scale, alpha = 1.0507009873554805, 1.6732632423543772  # of Klambauer et al., 2017
    return scale * tf.where(x > 0, x, alpha * tf.math.expm1(tf.minimum(x, 0.0)))


def celu(x):
    """keras.activations.celu has the slope 2 at exactly 0, where both of its halves count: write it out. PyTorch rounds
    1 / alpha to float32 in its gradient, so only a power of two agrees in float64."""
    return tf.where(x > 0, x, 0.5 * tf.math.expm1(tf.minimum(x, 0.0) / 0.5))


def gelu(x):
    """Exact by default in PyTorch, keras.activations and tf.nn, the tanh form in keras.ops.gelu: always say which.
    TensorFlow's constants go through float32 (an error of 1e-9), so float64 parity needs it written out."""
    return 0.5 * x * (1 + tf.math.erf(x / math.sqrt(2)))


def gelu_tanh(x):
    """The form of GPT-2, which a plain "gelu" is not: approximate="tanh" is approximate=True. TensorFlow's constants go
    through float32, so float64 parity needs it written out."""
    return 0.5 * x * (1 + tf.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))


def gelu_quick(x):
    """The form of CLIP, x * sigmoid(1.702 x): neither side has it ready, and neither of its gelus is it."""
    return x * tf.sigmoid(1.702 * x)


def silu(x):
    """Alike: SiLU in PyTorch, silu or swish in Keras."""
    return keras.activations.silu(x)


def mish(x):
    """Alike: x * tanh(softplus(x))."""
    return keras.activations.mish(x)


def softplus(x):
    """PyTorch returns x itself above the threshold of 20, which TensorFlow does not know: 2e-9 apart there."""
    return tf.where(x > 20, x, tf.math.softplus(x))


def softplus_beta(x):
    """TensorFlow has no beta: log(1 + exp(beta x)) / beta, and x itself where beta x is above PyTorch's threshold."""
    return tf.where(3 * x > 15, x, tf.math.softplus(3 * x) / 3)


def softsign(x):
    """Alike: x / (1 + |x|)."""
    return keras.activations.softsign(x)


def tanh(x):
    """Alike."""
    return keras.activations.tanh(x)


def sigmoid(x):
    """Alike in value; but what keras.activations.sigmoid returns remembers its logits, and a Keras loss then uses those
    in its place. tf.sigmoid is only itself."""
    return tf.sigmoid(x)


def log_sigmoid(x):
    """Alike, and safe where log(sigmoid(x)) is minus infinity: it is computed as -softplus(-x) on both sides."""
    return keras.activations.log_sigmoid(x)


def hard_sigmoid(x):
    """Clipped x / 6 + 1 / 2 on both sides in Keras 3; Keras 2 had 0.2 x + 0.5."""
    return keras.activations.hard_sigmoid(x)


def hard_swish(x):
    """Alike, also in the slopes at exactly -3 and 3; Keras calls it hard_silu, too."""
    return keras.activations.hard_swish(x)


def hard_tanh(x):
    """The slope at exactly -1 and 1 is 0 in PyTorch, 1 in keras.activations.hard_tanh, which clips; a saturated unit on
    the edge goes on learning there."""
    return tf.where(tf.abs(x) < 1, x, tf.sign(x))


def hard_shrink(x):
    """Alike; the threshold is 0.5 by default on both sides."""
    return keras.activations.hard_shrink(x, 0.75)


def soft_shrink(x):
    """Alike; the threshold is 0.5 by default on both sides."""
    return keras.activations.soft_shrink(x, 0.75)


def tanh_shrink(x):
    """Alike: x - tanh(x)."""
    return keras.activations.tanh_shrink(x)


def threshold(x):
    """Alike: x where it is above the threshold, else the value; a number on the threshold is replaced."""
    return keras.activations.threshold(x, 0.5, -2.0)


def glu(x):
    """Alike: the first half times the sigmoid of the second, over the last axis on both sides."""
    return keras.activations.glu(x)


def glu_channels(x):
    """PyTorch's GLU takes the last axis by default; of images give dim=1, which is the last axis in Keras."""
    return keras.activations.glu(x)


def geglu(x):
    """Neither side has it ready, and which half is the gate is a convention of each model: here it is the second."""
    value, gate = tf.split(x, 2, axis=-1)
    return value * 0.5 * gate * (1 + tf.math.erf(gate / math.sqrt(2)))


def swiglu(x):
    """Neither side has it ready, and which half is the gate is a convention of each model: here, as in LLaMA, it is the
    first."""
    gate, value = tf.split(x, 2, axis=-1)
    return tf.nn.silu(gate) * value


def softmax(logits):
    """tf.nn.softmax takes the last axis by default, PyTorch wants it said. What keras.activations.softmax returns
    remembers its logits, and a Keras loss then uses those in its place; tf.nn.softmax is only itself."""
    return tf.nn.softmax(logits)


def softmax_channels(logits):
    """Over the channels of images: dim=1 in PyTorch, the last axis in TensorFlow, whose channels stand there."""
    return tf.nn.softmax(logits)


def softmax_steps(logits):
    """Over the steps of a sequence, as in attention pooling: dim=1 stays axis=1, and the default would be the
    features."""
    return tf.nn.softmax(logits, axis=1)


def softmax_temperature(logits):
    """The temperature divides the logits, not the probabilities."""
    return tf.nn.softmax(logits / 0.7)


def log_softmax(logits):
    """Alike, and safe where the logarithm of a softmax is minus infinity."""
    return tf.nn.log_softmax(logits)


def softmin(distances):
    """TensorFlow has none: the softmax of the negative."""
    return tf.nn.softmax(-distances)
