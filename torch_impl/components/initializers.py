"""Initializers: the first values of a weight of a given shape. Both sides have the same distribution, not the same
numbers."""

import math

import torch
from torch import nn


def uniform(shape):
    """The default is 0 to 1 in nn.init.uniform_, -0.05 to 0.05 in Keras: give both ends."""
    return nn.init.uniform_(torch.empty(shape), -0.1, 0.1)


def normal(shape):
    """The default standard deviation is 1 in nn.init.normal_, 0.05 in Keras. A Keras initializer returns the same
    numbers at every call, with a seed and without: make a new one for each layer."""
    return nn.init.normal_(torch.empty(shape), std=0.02)


def truncated_normal(shape):
    """PyTorch cuts at the numbers a and b, Keras at two standard deviations: give them. Neither corrects the deviation
    for what is cut off."""
    return nn.init.trunc_normal_(torch.empty(shape), std=0.02, a=-0.04, b=0.04)


def truncated_normal_far(shape):
    """As in vision transformers: PyTorch cuts at -2 and 2 by default, a hundred of these standard deviations away. In
    Keras that is a plain normal."""
    return nn.init.trunc_normal_(torch.empty(shape), std=0.02)


def constant(shape):
    """Identical in float32. Keras rounds a Python float to float32 on the way to float64, but not a NumPy one."""
    return nn.init.constant_(torch.empty(shape), 0.3)


def constant_prior(shape):
    """The bias of a classifier whose positives are rare: with -log((1 - p) / p) its first output is p. Keras rounds a
    Python float to float32 on the way to float64, but not a NumPy one."""
    return nn.init.constant_(torch.empty(shape), -math.log((1 - 0.01) / 0.01))


def zeros(shape):
    """Keras' biases start at zero, except an LSTM's forget gate; PyTorch's do only in normalizations and in
    attention."""
    return nn.init.zeros_(torch.empty(shape))


def ones(shape):
    """Identical: the first scale of a normalization."""
    return nn.init.ones_(torch.empty(shape))


def identity(shape):
    """Identical, also where the matrix is not square."""
    return nn.init.eye_(torch.empty(shape))


def dirac(shape):
    """A convolution that passes its input through; Keras has none. The middle is at size // 2 of each axis, in the
    weight's own layout: (out, in, height, width) or (height, width, in, out)."""
    return nn.init.dirac_(torch.empty(shape))


def xavier_uniform(shape):
    """PyTorch's Xavier is Keras' Glorot. It is Keras' default for Dense and for convolutions, but not PyTorch's."""
    return nn.init.xavier_uniform_(torch.empty(shape))


def xavier_uniform_gain(shape):
    """PyTorch's gain multiplies the deviation, Keras' scale the variance: square it. The gain of tanh is 5 / 3."""
    return nn.init.xavier_uniform_(torch.empty(shape), gain=nn.init.calculate_gain("tanh"))


def xavier_uniform_convolution(shape):
    """Both multiply fan_in and fan_out by the number of pixels of the kernel."""
    return nn.init.xavier_uniform_(torch.empty(shape))


def xavier_normal(shape):
    """GlorotNormal is cut at two standard deviations, and widened to make up for it; PyTorch's is a plain normal."""
    return nn.init.xavier_normal_(torch.empty(shape))


def xavier_normal_convolution(shape):
    """The same for convolutions: fan_avg is (fan_in + fan_out) / 2, as in PyTorch."""
    return nn.init.xavier_normal_(torch.empty(shape))


def kaiming_uniform(shape):
    """PyTorch's Kaiming with nonlinearity="relu" is Keras' He. PyTorch's default is a leaky relu with a slope of 0,
    which has the same gain."""
    return nn.init.kaiming_uniform_(torch.empty(shape), nonlinearity="relu")


def kaiming_uniform_leaky(shape):
    """The gain of a leaky relu of slope a is sqrt(2 / (1 + a * a)); Keras' scale is its square."""
    return nn.init.kaiming_uniform_(torch.empty(shape), a=0.5)


def kaiming_normal(shape):
    """HeNormal is cut at two standard deviations, and widened to make up for it; PyTorch's is a plain normal."""
    return nn.init.kaiming_normal_(torch.empty(shape), nonlinearity="relu")


def kaiming_normal_fan_out(shape):
    """As in torchvision's ResNets: by fan_out, not fan_in, for which Keras has no short name."""
    return nn.init.kaiming_normal_(torch.empty(shape), mode="fan_out", nonlinearity="relu")


def kaiming_normal_truncated(shape):
    """Keras' HeNormal in PyTorch: a normal with the deviation sqrt(2 / fan_in) / 0.8796, cut at two of these."""
    std = math.sqrt(2 / shape[1]) / 0.87962566103423978
    return nn.init.trunc_normal_(torch.empty(shape), std=std, a=-2 * std, b=2 * std)


def lecun_normal(shape):
    """What SELU needs. PyTorch has no name for it, and Keras' LecunNormal is cut at two standard deviations."""
    return nn.init.kaiming_normal_(torch.empty(shape), nonlinearity="linear")


def orthogonal(shape):
    """Identical: a random orthogonal matrix. If it is not square, its rows or its columns are orthonormal, whichever
    are fewer."""
    return nn.init.orthogonal_(torch.empty(shape))


def orthogonal_gain(shape):
    """Identical: the gain multiplies the matrix on both sides."""
    return nn.init.orthogonal_(torch.empty(shape), gain=math.sqrt(2))


def orthogonal_convolution(shape):
    """Identical: a filter is a row of PyTorch's matrix (out, in * height * width), a column of Keras'."""
    return nn.init.orthogonal_(torch.empty(shape))


def linear_default_weight(shape):
    """nn.Linear starts uniform within 1 / sqrt(fan_in), which its code writes as Kaiming with a = sqrt(5). Dense starts
    with Glorot uniform, for a square matrix 1.7 times as wide."""
    return nn.Linear(shape[1], shape[0]).weight


def linear_default_bias(shape):
    """nn.Linear's bias starts uniform within 1 / sqrt(fan_in), Dense's at zero. Keras' initializer of a bias does not
    know fan_in: give the number."""
    return nn.Linear(shape[1], shape[0]).bias


def convolution_default_weight(shape):
    """As nn.Linear: uniform within 1 / sqrt(fan_in), where fan_in includes the pixels of the kernel. Conv2D starts with
    Glorot uniform."""
    return nn.Conv2d(shape[1], shape[0], shape[2:]).weight


def convolution_default_bias(shape):
    """nn.Conv2d's bias starts uniform within 1 / sqrt(in * height * width), Conv2D's at zero."""
    return nn.Conv2d(shape[1], shape[0], shape[2:]).bias


def transposed_convolution_default_weight(shape):
    """PyTorch takes out * height * width for fan_in here, because the weight is (in, out, height, width). Keras'
    VarianceScaling computes the same from its (height, width, out, in)."""
    return nn.ConvTranspose2d(shape[0], shape[1], shape[2:]).weight


def embedding_default_weight(shape):
    """nn.Embedding starts normal with deviation 1, Keras' uniform within 0.05: a deviation 35 times smaller."""
    return nn.Embedding(*shape).weight


def lstm_default_weight(shape):
    """All weights of PyTorch's recurrent layers start uniform within 1 / sqrt(hidden). Keras has Glorot uniform for the
    inputs, and an orthogonal matrix for the hidden state."""
    return nn.LSTM(shape[1], shape[0] // 4).weight_hh_l0


def lstm_default_bias(shape):
    """Both of PyTorch's biases start uniform within 1 / sqrt(hidden). Keras has one bias, which starts at zero, and at
    one for the forget gate."""
    return nn.LSTM(1, shape[0] // 4).bias_ih_l0


def lstm_forget_bias(shape):
    """Ones for the forget gate, the second quarter on both sides, are Keras' default. In PyTorch set one of the two
    biases so and the other to zeros, because they add up."""
    bias = torch.zeros(shape)
    bias[shape[0] // 4 : shape[0] // 2] = 1
    return bias


def attention_default_weight(shape):
    """PyTorch initializes query, key and value as one matrix (3 * size, size), so Xavier's bound is sqrt(6 / (4 *
    size)). Keras initializes each alone, sqrt(2) times as wide."""
    query, _, _ = nn.MultiheadAttention(shape[0], 4).in_proj_weight.chunk(3)
    return query
