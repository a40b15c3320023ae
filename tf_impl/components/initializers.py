"""Initializers: what a weight of a given shape begins with. The two sides draw alike, not the same numbers."""

import math

import keras
import numpy as np
import tensorflow as tf
from keras import layers


def uniform(shape):
    """nn.init.uniform_ draws from 0 to 1 by default, Keras from -0.05 to 0.05: give both ends."""
    return keras.initializers.RandomUniform(-0.1, 0.1)(shape)


def normal(shape):
    """nn.init.normal_ has the standard deviation 1 by default, Keras 0.05. One Keras initializer draws the same numbers
    at every call, with a seed and without: make one for each layer."""
    return keras.initializers.RandomNormal(stddev=0.02)(shape)


def truncated_normal(shape):
    """PyTorch cuts at the numbers a and b, Keras at two standard deviations: say where. Neither makes up for what the
    cut takes from the deviation."""
    return keras.initializers.TruncatedNormal(stddev=0.02)(shape)


def truncated_normal_far(shape):
    """As vision transformers begin: PyTorch cuts at -2 and 2 by default, which is a hundred of these standard
    deviations away. So it is a plain normal in Keras."""
    return keras.initializers.RandomNormal(stddev=0.02)(shape)


def constant(shape):
    """Alike in float32. Keras rounds a Python float to float32 on the way to float64, a NumPy one not."""
    return keras.initializers.Constant(np.float64(0.3))(shape)


def constant_prior(shape):
    """The bias of a classifier whose positives are rare: with -log((1 - p) / p) it begins by saying p. Keras rounds a
    Python float to float32 on the way to float64, a NumPy one not."""
    return keras.initializers.Constant(np.float64(-math.log((1 - 0.01) / 0.01)))(shape)


def zeros(shape):
    """Keras' biases begin with zeros, but for an LSTM's forget gate; PyTorch's only in normalizations and attention."""
    return keras.initializers.Zeros()(shape)


def ones(shape):
    """Alike: what the scale of a normalization begins with."""
    return keras.initializers.Ones()(shape)


def identity(shape):
    """Alike, also where the matrix is not square."""
    return keras.initializers.Identity()(shape)


def dirac(shape):
    """A convolution that hands its input through; Keras has none. The middle is at size // 2 on each axis, in the
    weight's own layout: (out, in, height, width) or (height, width, in, out)."""
    kernel = np.zeros(shape)
    for channel in range(min(shape[2:])):
        kernel[shape[0] // 2, shape[1] // 2, channel, channel] = 1
    return tf.constant(kernel, keras.config.floatx())


def xavier_uniform(shape):
    """PyTorch's Xavier is Keras' Glorot, and the default of Dense and of the convolutions in Keras, not in PyTorch."""
    return keras.initializers.GlorotUniform()(shape)


def xavier_uniform_gain(shape):
    """PyTorch's gain multiplies the deviation, Keras' scale the variance: square it. The gain of tanh is 5 / 3."""
    return keras.initializers.VarianceScaling((5 / 3) ** 2, "fan_avg", "uniform")(shape)


def xavier_uniform_convolution(shape):
    """Both count the pixels of the kernel to the fans."""
    return keras.initializers.GlorotUniform()(shape)


def xavier_normal(shape):
    """GlorotNormal is cut at two standard deviations, and widened to make up for it; PyTorch's is a plain normal."""
    return keras.initializers.VarianceScaling(1, "fan_avg", "untruncated_normal")(shape)


def xavier_normal_convolution(shape):
    """The same of convolutions: fan_avg is PyTorch's (fan_in + fan_out) / 2."""
    return keras.initializers.VarianceScaling(1, "fan_avg", "untruncated_normal")(shape)


def kaiming_uniform(shape):
    """PyTorch's Kaiming with nonlinearity="relu" is Keras' He; by default PyTorch's is for a leaky relu, whose slope it
    takes to be 0."""
    return keras.initializers.HeUniform()(shape)


def kaiming_uniform_leaky(shape):
    """The gain of a leaky relu of slope a is sqrt(2 / (1 + a * a)); Keras' scale is its square."""
    return keras.initializers.VarianceScaling(2 / (1 + 0.5**2), "fan_in", "uniform")(shape)


def kaiming_normal(shape):
    """HeNormal is cut at two standard deviations, and widened to make up for it; PyTorch's is a plain normal."""
    return keras.initializers.VarianceScaling(2, "fan_in", "untruncated_normal")(shape)


def kaiming_normal_fan_out(shape):
    """As torchvision's ResNets begin: by what goes out, not in, which no shorthand of Keras has."""
    return keras.initializers.VarianceScaling(2, "fan_out", "untruncated_normal")(shape)


def kaiming_normal_truncated(shape):
    """Keras' HeNormal in PyTorch: a normal of the deviation sqrt(2 / fan_in) / 0.8796, cut at twice that."""
    return keras.initializers.HeNormal()(shape)


def lecun_normal(shape):
    """What SELU wants; PyTorch has no name for it, and LecunNormal is cut at two standard deviations."""
    return keras.initializers.VarianceScaling(1, "fan_in", "untruncated_normal")(shape)


def orthogonal(shape):
    """Alike: a random orthogonal matrix; where it is not square, the fewer of rows and columns are orthonormal."""
    return keras.initializers.Orthogonal()(shape)


def orthogonal_gain(shape):
    """Alike: the gain is a factor of the matrix on both sides."""
    return keras.initializers.Orthogonal(gain=math.sqrt(2))(shape)


def orthogonal_convolution(shape):
    """Alike: a filter is one row of PyTorch's matrix (out, in * height * width), one column of Keras'."""
    return keras.initializers.Orthogonal()(shape)


def linear_default_weight(shape):
    """nn.Linear begins uniform within 1 / sqrt(fan_in), written as Kaiming with a = sqrt(5); Dense with Glorot, which
    for a square matrix is 1.7 times as wide."""
    return keras.initializers.VarianceScaling(1 / 3, "fan_in", "uniform")(shape)


def linear_default_bias(shape):
    """nn.Linear draws its bias, uniform within 1 / sqrt(fan_in); Dense begins with zeros. Keras' initializer of a bias
    does not see fan_in: give the number."""
    bound = 1 / math.sqrt(shape[0])
    return keras.initializers.RandomUniform(-bound, bound)((shape[1],))


def convolution_default_weight(shape):
    """As nn.Linear: uniform within 1 / sqrt(fan_in), the pixels of the kernel counted in; Conv2D begins with Glorot."""
    return keras.initializers.VarianceScaling(1 / 3, "fan_in", "uniform")(shape)


def convolution_default_bias(shape):
    """nn.Conv2d draws its bias, uniform within 1 / sqrt(in * height * width); Conv2D begins with zeros."""
    bound = 1 / math.sqrt(shape[0] * shape[1] * shape[2])
    return keras.initializers.RandomUniform(-bound, bound)((shape[3],))


def transposed_convolution_default_weight(shape):
    """What PyTorch takes for fan_in here is out * height * width, for the weight is (in, out, height, width); Keras'
    VarianceScaling makes just the same of its (height, width, out, in)."""
    return keras.initializers.VarianceScaling(1 / 3, "fan_in", "uniform")(shape)


def embedding_default_weight(shape):
    """nn.Embedding begins normal with deviation 1, Keras' uniform within 0.05: 35 times smaller."""
    return keras.initializers.RandomNormal(stddev=1.0)(shape)


def lstm_default_weight(shape):
    """Every weight of PyTorch's recurrent layers is uniform within 1 / sqrt(hidden); Keras has Glorot for the inputs,
    and an orthogonal matrix for the hidden state."""
    bound = 1 / math.sqrt(shape[1] // 4)
    return keras.initializers.RandomUniform(-bound, bound)(shape)


def lstm_default_bias(shape):
    """PyTorch draws both biases, uniform within 1 / sqrt(hidden); Keras has one, of zeros, and ones for the forget
    gate."""
    bound = 1 / math.sqrt(shape[0] // 4)
    return keras.initializers.RandomUniform(-bound, bound)(shape)


def lstm_forget_bias(shape):
    """Ones for the forget gate, the second quarter on both sides, is Keras' default. In PyTorch set one of the two
    biases so and the other to zeros, for they add up."""
    lstm = layers.LSTM(shape[0] // 4)
    lstm.build((None, None, 1))
    return lstm.cell.bias


def attention_default_weight(shape):
    """PyTorch draws query, key and value as one matrix (3 * size, size), so Xavier's bound is sqrt(6 / (4 * size));
    Keras draws each by itself, sqrt(2) times as wide."""
    bound = math.sqrt(6 / (4 * shape[0]))
    return keras.initializers.RandomUniform(-bound, bound)(shape)
