"""The tensors of each kind of layer: their roles, and the layout of each."""

from functools import partial

from compare.traces.parameters import as_it_is
from tf_impl.keras_versions import like
from tf_impl.weights.kinds import kind
from tf_impl.weights.layouts import (
    channels_first,
    convolution,
    depthwise,
    first_bias,
    flat,
    gates,
    gates_matrix,
    matrix,
    per_channel,
    rows_and_columns,
    second_bias,
)

BIAS = ("bias", "bias", as_it_is)
WEIGHT_AND_BIAS = (("kernel", "weight", convolution), BIAS)
NORM = (
    ("gamma", "weight", channels_first),
    ("beta", "bias", channels_first),
    ("moving_mean", "running_mean", as_it_is),
    ("moving_variance", "running_var", as_it_is),
)
CELL = (
    ("kernel", "weight_ih", matrix),
    ("recurrent_kernel", "weight_hh", matrix),
    ("bias", "bias_ih + bias_hh", as_it_is),
)
GATED = (("kernel", "weight_ih", gates_matrix), ("recurrent_kernel", "weight_hh", gates_matrix))
ONE_BIAS = (("bias", "bias_ih + bias_hh", gates),)
TWO_BIASES = (("bias", "bias_ih", first_bias), ("bias", "bias_hh", second_bias))

# Kind of layer: Keras' attribute, the role of the tensor, and the function to its canonical layout.
ROLES = {
    "Linear": (("kernel", "weight", matrix), BIAS),
    "Embedding": (("embeddings", "weight", as_it_is),),
    "PReLU": (("alpha", "weight", per_channel),),
    **dict.fromkeys((f"{name}{n}d" for name in ("Conv", "ConvTranspose") for n in (1, 2, 3)), WEIGHT_AND_BIAS),
    **dict.fromkeys(("BatchNorm", "LayerNorm", "GroupNorm"), NORM),
    "RMSNorm": (("scale", "weight", channels_first),),
    **dict.fromkeys(("RNNCell", "LSTMCell"), CELL),
}

# A unit has the kind of what it computes, so that a cell in a loop can be paired with the other side's layer.
UNIT_KINDS = {"RNNCell": "RNN", "LSTMCell": "LSTM", "GRUCell": "GRU"}


def roles_of(layer) -> tuple:
    """The roles of a layer's tensors; empty where its kind has no rule."""
    if like(layer, "GRUCell"):  # the one layer of Keras that may have PyTorch's two biases
        return (*GATED, *(TWO_BIASES if layer.reset_after else ONE_BIAS))
    if like(layer, "DepthwiseConv1D", "DepthwiseConv2D"):
        return (("kernel" if hasattr(layer, "kernel") else "depthwise_kernel", "weight", depthwise), BIAS)
    return _einsum(layer) if like(layer, "EinsumDense") else ROLES.get(kind(layer), ())


def unit_kind(layer) -> str:
    """The kind of the unit that a layer is."""
    if like(layer, "EinsumDense") and _einsum(layer):
        return "Linear"
    return UNIT_KINDS.get(kind(layer), kind(layer))


def _einsum(layer) -> tuple:
    """The roles of a dense layer, if each axis of the kernel is contracted or put out; the equation says which."""
    inputs, rest = layer.equation.replace(" ", "").replace("...", "").split(",")
    kernel, outputs = rest.split("->")
    out = [letter for letter in outputs if letter in kernel]
    contracted = [letter for letter in inputs if letter in kernel]
    if not out or not contracted or sorted(kernel) != sorted(out + contracted):
        return ()
    into_matrix = partial(
        rows_and_columns, rows=tuple(map(kernel.index, out)), columns=tuple(map(kernel.index, contracted))
    )
    bias = (("bias", "bias", flat),) if layer.bias is not None and len(layer.bias.shape) == len(out) else ()
    return (("kernel", "weight", into_matrix), *bias)
