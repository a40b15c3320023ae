"""Which tensors a layer of each kind has, by their roles. Read it beside tf_impl/weights/roles.py."""

from torch_impl.weights.kinds import kind

WEIGHT_AND_BIAS = ("weight", "bias")
NORM = ("weight", "bias", "running_mean", "running_var")
CELL = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")

# Kind of layer: the roles of its tensors, which here are the names of its attributes.
# differs: PyTorch's dense weight is (out, in), Keras' kernel (in, out).
# differs: PyTorch's convolution weight is (out, in, height, width), Keras' kernel (height, width, in, out).
# differs: PyTorch's transposed convolution weight is (in, out, height, width), Keras' kernel (height, width, out, in).
# differs: PyTorch's depthwise weight is (in * multiplier, 1, height, width), Keras' (height, width, in, multiplier).
# differs: PyTorch's GRU has its gates in the order reset, update, new; Keras' update, reset, new.
ROLES = {
    **dict.fromkeys(("Linear", "Embedding", "EmbeddingBag", "PReLU"), WEIGHT_AND_BIAS),
    **dict.fromkeys((f"{name}{n}d" for name in ("Conv", "ConvTranspose") for n in (1, 2, 3)), WEIGHT_AND_BIAS),
    **dict.fromkeys(("BatchNorm", "LayerNorm", "GroupNorm", "RMSNorm"), NORM),
    **dict.fromkeys(("RNNCell", "LSTMCell", "GRUCell"), CELL),
}

# A unit goes by the kind of what it computes, so that a cell in a loop can be the other side's layer.
UNIT_KINDS = {"EmbeddingBag": "Embedding", "RNNCell": "RNN", "LSTMCell": "LSTM", "GRUCell": "GRU"}


def roles_of(layer) -> tuple:
    """The roles of what a layer holds; none where its kind has no rule."""
    # differs: PyTorch's recurrent layers train two biases, Keras' one, but for a GRU with reset_after.
    return ROLES.get(kind(layer), ())


def unit_kind(layer) -> str:
    """The kind of the unit that a layer is."""
    return UNIT_KINDS.get(kind(layer), kind(layer))
