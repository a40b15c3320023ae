"""The shapes that the initializers are called with, in the layout of PyTorch: (out, in) or (out, in, height, width)."""

from compare.components.spec import Spec

DENSE, CONVOLUTION = (48, 64), (16, 8, 3, 2)

SPECS = {
    "uniform": Spec(shape=DENSE),
    "normal": Spec(shape=DENSE),
    "truncated_normal": Spec(shape=DENSE),
    "truncated_normal_far": Spec(shape=DENSE),
    "constant": Spec(shape=(5,), exact=True),
    "constant_prior": Spec(shape=(5,), exact=True),
    "zeros": Spec(shape=(5,), exact=True),
    "ones": Spec(shape=(5,), exact=True),
    "identity": Spec(shape=(6, 4), exact=True),
    "dirac": Spec(shape=(5, 3, 3, 4), exact=True),
    "xavier_uniform": Spec(shape=DENSE),
    "xavier_uniform_gain": Spec(shape=DENSE),
    "xavier_uniform_convolution": Spec(shape=CONVOLUTION),
    "xavier_normal": Spec(shape=DENSE),
    "xavier_normal_convolution": Spec(shape=CONVOLUTION),
    "kaiming_uniform": Spec(shape=DENSE),
    "kaiming_uniform_leaky": Spec(shape=DENSE),
    "kaiming_normal": Spec(shape=DENSE),
    "kaiming_normal_fan_out": Spec(shape=CONVOLUTION),
    "kaiming_normal_truncated": Spec(shape=DENSE),
    "lecun_normal": Spec(shape=DENSE),
    "orthogonal": Spec(shape=DENSE, orthogonal=True),
    "orthogonal_gain": Spec(shape=(24, 16), orthogonal=True),
    "orthogonal_convolution": Spec(shape=CONVOLUTION, orthogonal=True),
    "linear_default_weight": Spec(shape=DENSE),
    "linear_default_bias": Spec(shape=DENSE),
    "convolution_default_weight": Spec(shape=CONVOLUTION),
    "convolution_default_bias": Spec(shape=CONVOLUTION),
    "transposed_convolution_default_weight": Spec(shape=CONVOLUTION),
    "embedding_default_weight": Spec(shape=(64, 16), transposed=False),
    "lstm_default_weight": Spec(shape=(4 * 16, 16)),
    "lstm_default_bias": Spec(shape=(4 * 16,)),
    "lstm_forget_bias": Spec(shape=(4 * 16,), exact=True),
    "attention_default_weight": Spec(shape=(48, 48)),
}
