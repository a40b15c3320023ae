"""The settings of each kind of layer, in PyTorch's terms, with the framework's defaults filled in.

Notice how much the same name can mean: "same", a momentum, a slope, a GRU.
"""

from compare.traces.settings.values import NO_RULE, in_words, simple
from tf_impl.keras_internals import calls_around, depthwise_kernel
from tf_impl.keras_versions import like
from tf_impl.layers.recurrent import RNNBase
from tf_impl.settings.activations import activation, activation_after, is_activation
from tf_impl.settings.norms import batch_norm, group_norm, layer_norm
from tf_impl.settings.padding import convolution_padding, pooling_padding
from tf_impl.settings.recurrent import attention, recurrent
from tf_impl.weights.layers import keras_layers
from tf_impl.weights.layers import own_attributes as attributes_of

DIMENSIONS = (1, 2, 3)
DEPTHWISE = ("DepthwiseConv1D", "DepthwiseConv2D")
CONVOLUTIONS = (
    *(f"Conv{n}D{transposed}" for n in DIMENSIONS for transposed in ("", "Transpose")),
    *("SeparableConv1D", "SeparableConv2D"),
)
POOLINGS, GLOBAL_POOLINGS = (
    tuple(f"{extent}{which}Pooling{n}D" for which in ("Max", "Average") for n in DIMENSIONS)
    for extent in ("", "Global")
)


def layer_settings(layer, before=None, after=None) -> dict:
    """The settings of a layer; `before` and `after` are its neighbours, None where there is not exactly one."""
    layer = layer.layer if like(layer, "TimeDistributed") else layer
    settings = recurrent(layer, before) if isinstance(layer, RNNBase) else None
    settings = settings or next((rule(layer, before) for kinds, rule in RULES if like(layer, *kinds)), None)
    settings = own_attributes(layer) if settings is None else settings
    if "activation" not in settings and (name := activation_after(layer, after)) is not None:
        settings["activation"] = name
    return settings | restraints(layer)


def dense(layer, before) -> dict:
    """A dense layer."""
    return {"bias": layer.bias_axes is not None if like(layer, "EinsumDense") else layer.use_bias}


def convolution(layer, before) -> dict:
    """A convolution of any rank, transposed or not; numbers are lists, one per axis."""
    depthwise = like(layer, *DEPTHWISE) and layer.built
    settings = {
        "kernel_size": list(layer.kernel_size),
        "stride": list(layer.strides),
        "dilation": list(layer.dilation_rate),
        "groups": depthwise_kernel(layer).shape[-2] if depthwise else getattr(layer, "groups", 1),
        "bias": layer.use_bias,
    }
    return settings | {"padding_mode": "zeros"} | convolution_padding(layer, before)


def pooling(layer, before) -> dict:
    """A pooling with a window."""
    return {"kernel_size": list(layer.pool_size), "stride": list(layer.strides)} | pooling_padding(layer, before)


def dropout(layer, before) -> dict:
    """A dropout of elements or of whole channels."""
    return {"p": layer.rate}


def embedding(layer, before) -> dict:
    """A table of vectors."""
    return {
        "num_embeddings": layer.input_dim,
        "embedding_dim": layer.output_dim,
        "padding_idx": None,
        "mask_zero": layer.mask_zero,
        "max_norm": None,
        "scale_grad_by_freq": False,
    }


def upsampling(layer, before) -> dict:
    """A resizing by a factor."""
    sizes = {float(size) for size in (layer.size if isinstance(layer.size, tuple) else (layer.size,))}
    return {
        "scale_factor": sizes.pop() if len(sizes) == 1 else [float(size) for size in layer.size],
        "mode": getattr(layer, "interpolation", "nearest"),
        "align_corners": False,
    }


def flatten(layer, before) -> dict:
    """A flattening of the axes after the batch's."""
    return {"start_dim": 1, "end_dim": -1}


def nothing(layer, before) -> dict:
    """A layer without settings."""
    return {}


RULES = (
    (("Dense", "EinsumDense"), dense),
    (CONVOLUTIONS + DEPTHWISE, convolution),
    (POOLINGS, pooling),
    (("BatchNormalization",), batch_norm),
    (("GroupNormalization",), group_norm),
    (("LayerNormalization", "RMSNormalization"), layer_norm),
    (("Dropout", "AlphaDropout"), dropout),
    (("Embedding",), embedding),
    (("SimpleRNN", "LSTM", "GRU", "RNN", "Bidirectional"), recurrent),
    (("SimpleRNNCell", "LSTMCell", "GRUCell", "StackedRNNCells"), recurrent),
    (("MultiHeadAttention",), attention),
    (("UpSampling1D", "UpSampling2D", "UpSampling3D"), upsampling),
    (("Flatten",), flatten),
    (("Identity", "ZeroPadding1D", "ZeroPadding2D", "ZeroPadding3D"), nothing),
    (GLOBAL_POOLINGS, nothing),
)


def own_attributes(layer) -> dict:
    """The plain attributes of a layer that has no rule here."""
    if is_activation(layer):
        return activation(layer)
    own = {name: value for name, value in attributes_of(layer).items() if simple(value)}
    is_known = type(layer).__module__.partition(".")[0] in ("keras", "tf_keras", "tf_impl")
    settings = {f"self.{name}": value for name, value in own.items() if name[0] != "_"}
    return settings | ({} if is_known else {NO_RULE: True})


def restraints(layer) -> dict:
    """What changes the weights of a layer besides the gradient of the loss: regularizers, constraints, and the like."""
    own = {**vars(layer), **vars(getattr(layer, "cell", layer))}
    given = {name.strip("_"): value for name, value in own.items() if name.endswith(("_regularizer", "_constraint"))}
    return {
        name: in_words(type(value).__name__, value.get_config())
        for name, value in given.items()
        if hasattr(value, "get_config")
    }


def neighbours(model) -> dict:
    """The layers before and after each layer, by its id, as far as the model's structure shows them."""
    found = {}
    for layer in keras_layers(model):
        ways = [list({id(each): each for each in around}.values()) for around in calls_around(layer)]
        found[id(layer)] = tuple(way[0] if len(way) == 1 else None for way in ways)
    return found
