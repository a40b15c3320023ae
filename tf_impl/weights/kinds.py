"""What kind of layer a layer is, by PyTorch's names."""

from tf_impl.keras_versions import like, of_keras
from tf_impl.layers import GRU, LSTM, RNN

_DIMENSIONS = (1, 2, 3)

# Keras' classes and PyTorch's (normalisations have one for all dimensions); subclasses are of the same kind.
KINDS = {
    "Dense": "Linear",
    **{f"Conv{n}D": f"Conv{n}d" for n in _DIMENSIONS},
    **{f"Conv{n}DTranspose": f"ConvTranspose{n}d" for n in _DIMENSIONS},
    **{f"DepthwiseConv{n}D": f"Conv{n}d" for n in (1, 2)},
    **{f"SeparableConv{n}D": f"SeparableConv{n}d" for n in (1, 2)},
    **{f"MaxPooling{n}D": f"MaxPool{n}d" for n in _DIMENSIONS},
    **{f"AveragePooling{n}D": f"AvgPool{n}d" for n in _DIMENSIONS},
    **{f"GlobalMaxPooling{n}D": f"AdaptiveMaxPool{n}d" for n in _DIMENSIONS},
    **{f"GlobalAveragePooling{n}D": f"AdaptiveAvgPool{n}d" for n in _DIMENSIONS},
    **{f"AdaptiveMaxPooling{n}D": f"AdaptiveMaxPool{n}d" for n in _DIMENSIONS},
    **{f"AdaptiveAveragePooling{n}D": f"AdaptiveAvgPool{n}d" for n in _DIMENSIONS},
    **{f"SpatialDropout{n}D": f"Dropout{n}d" for n in _DIMENSIONS},
    **{f"UpSampling{n}D": "Upsample" for n in _DIMENSIONS},
    **{f"ZeroPadding{n}D": f"ZeroPad{n}d" for n in _DIMENSIONS},
    "BatchNormalization": "BatchNorm",
    "LayerNormalization": "LayerNorm",
    "GroupNormalization": "GroupNorm",
    "RMSNormalization": "RMSNorm",
    "Embedding": "Embedding",
    "SimpleRNN": "RNN",
    "LSTM": "LSTM",
    "GRU": "GRU",
    "SimpleRNNCell": "RNNCell",
    "LSTMCell": "LSTMCell",
    "GRUCell": "GRUCell",
    "MultiHeadAttention": "MultiheadAttention",
    "GroupQueryAttention": "MultiheadAttention",
    "Dropout": "Dropout",
    "AlphaDropout": "AlphaDropout",
    "Flatten": "Flatten",
    "Identity": "Identity",
    "ReLU": "ReLU",
    "LeakyReLU": "LeakyReLU",
    "PReLU": "PReLU",
    "ELU": "ELU",
    "Softmax": "Softmax",
}

# Keras' activation functions by the name of PyTorch's layer.
ACTIVATIONS = {
    "celu": "CELU",
    "elu": "ELU",
    "gelu": "GELU",
    "glu": "GLU",
    "hard_shrink": "Hardshrink",
    "hard_sigmoid": "Hardsigmoid",
    "hard_silu": "Hardswish",
    "hard_tanh": "Hardtanh",
    "leaky_relu": "LeakyReLU",
    "linear": "Identity",
    "log_sigmoid": "LogSigmoid",
    "log_softmax": "LogSoftmax",
    "mish": "Mish",
    "relu": "ReLU",
    "relu6": "ReLU6",
    "selu": "SELU",
    "sigmoid": "Sigmoid",
    "silu": "SiLU",
    "soft_shrink": "Softshrink",
    "softmax": "Softmax",
    "softplus": "Softplus",
    "softsign": "Softsign",
    "tanh": "Tanh",
    "tanh_shrink": "Tanhshrink",
    "threshold": "Threshold",
}


def kind(layer) -> str:
    """PyTorch's name for a layer's class, or the class' own name where PyTorch has none."""
    if like(layer, "TimeDistributed"):
        return kind(layer.layer)
    if like(layer, "Bidirectional"):
        return kind(layer.forward_layer)
    if like(layer, "RNN") and type(layer).__name__ == "RNN":
        return kind(layer.cell).removesuffix("Cell")
    if like(layer, "Activation"):
        return ACTIVATIONS.get(getattr(layer.activation, "__name__", ""), "Activation")
    if like(layer, "ReLU") and layer.max_value == 6:
        return "ReLU6"
    ours = (base.__name__ for base in type(layer).__mro__ if base in (RNN, LSTM, GRU))
    known = (KINDS[base.__name__] for base in of_keras(layer) if base.__name__ in KINDS)
    return [*ours, *known, type(layer).__name__][0]
