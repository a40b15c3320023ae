"""What kind of layer a layer is, by PyTorch's names."""

from keras import layers

from tf_impl.layers import GRU, LSTM, RNN

_DIMENSIONS = (1, 2, 3)

# Keras' classes by PyTorch's name (normalisations have one for all dimensions); subclasses are of the same kind.
KINDS = {
    layers.Dense: "Linear",
    **{getattr(layers, f"Conv{n}D"): f"Conv{n}d" for n in _DIMENSIONS},
    **{getattr(layers, f"Conv{n}DTranspose"): f"ConvTranspose{n}d" for n in _DIMENSIONS},
    **{getattr(layers, f"DepthwiseConv{n}D"): f"Conv{n}d" for n in (1, 2)},
    **{getattr(layers, f"SeparableConv{n}D"): f"SeparableConv{n}d" for n in (1, 2)},
    **{getattr(layers, f"MaxPooling{n}D"): f"MaxPool{n}d" for n in _DIMENSIONS},
    **{getattr(layers, f"AveragePooling{n}D"): f"AvgPool{n}d" for n in _DIMENSIONS},
    **{getattr(layers, f"GlobalMaxPooling{n}D"): f"AdaptiveMaxPool{n}d" for n in _DIMENSIONS},
    **{getattr(layers, f"GlobalAveragePooling{n}D"): f"AdaptiveAvgPool{n}d" for n in _DIMENSIONS},
    **{getattr(layers, f"AdaptiveMaxPooling{n}D", None): f"AdaptiveMaxPool{n}d" for n in _DIMENSIONS},
    **{getattr(layers, f"AdaptiveAveragePooling{n}D", None): f"AdaptiveAvgPool{n}d" for n in _DIMENSIONS},
    **{getattr(layers, f"SpatialDropout{n}D"): f"Dropout{n}d" for n in _DIMENSIONS},
    **{getattr(layers, f"UpSampling{n}D"): "Upsample" for n in _DIMENSIONS},
    **{getattr(layers, f"ZeroPadding{n}D"): f"ZeroPad{n}d" for n in _DIMENSIONS},
    layers.BatchNormalization: "BatchNorm",
    layers.LayerNormalization: "LayerNorm",
    layers.GroupNormalization: "GroupNorm",
    getattr(layers, "RMSNormalization", None): "RMSNorm",
    layers.Embedding: "Embedding",
    layers.SimpleRNN: "RNN",
    layers.LSTM: "LSTM",
    layers.GRU: "GRU",
    RNN: "RNN",
    LSTM: "LSTM",
    GRU: "GRU",
    layers.SimpleRNNCell: "RNNCell",
    layers.LSTMCell: "LSTMCell",
    layers.GRUCell: "GRUCell",
    layers.MultiHeadAttention: "MultiheadAttention",
    layers.GroupQueryAttention: "MultiheadAttention",
    layers.Dropout: "Dropout",
    layers.AlphaDropout: "AlphaDropout",
    layers.Flatten: "Flatten",
    layers.Identity: "Identity",
    layers.ReLU: "ReLU",
    layers.LeakyReLU: "LeakyReLU",
    layers.PReLU: "PReLU",
    layers.ELU: "ELU",
    layers.Softmax: "Softmax",
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
    if isinstance(layer, layers.TimeDistributed):
        return kind(layer.layer)
    if isinstance(layer, layers.Bidirectional):
        return kind(layer.forward_layer)
    if type(layer) is layers.RNN:
        return kind(layer.cell).removesuffix("Cell")
    if isinstance(layer, layers.Activation):
        return ACTIVATIONS.get(getattr(layer.activation, "__name__", ""), "Activation")
    if isinstance(layer, layers.ReLU) and layer.max_value == 6:
        return "ReLU6"
    return next((KINDS[base] for base in type(layer).__mro__ if base in KINDS), type(layer).__name__)
