"""The settings of each kind of layer, in PyTorch's terms, with the framework's defaults filled in.

Notice how much the same name can mean: "same", a momentum, a slope, a GRU.
"""

import keras
from keras import layers

from compare.traces.settings.values import in_words, simple
from tf_impl.keras_internals import calls_around
from tf_impl.layers.recurrent import RNNBase
from tf_impl.settings.activations import activation, activation_after, is_activation
from tf_impl.settings.norms import batch_norm, group_norm, layer_norm
from tf_impl.settings.padding import convolution_padding, pooling_padding
from tf_impl.settings.recurrent import attention, recurrent
from tf_impl.weights.layers import keras_layers

DIMENSIONS = (1, 2, 3)
DEPTHWISE = (layers.DepthwiseConv1D, layers.DepthwiseConv2D)
CONVOLUTIONS = (
    *(getattr(layers, f"Conv{n}D{transposed}") for n in DIMENSIONS for transposed in ("", "Transpose")),
    *(layers.SeparableConv1D, layers.SeparableConv2D),
)
POOLINGS, GLOBAL_POOLINGS = (
    tuple(getattr(layers, f"{extent}{which}Pooling{n}D") for which in ("Max", "Average") for n in DIMENSIONS)
    for extent in ("", "Global")
)


def layer_settings(layer, before=None, after=None) -> dict:
    """The settings of a layer; `before` and `after` are its neighbours, None where there is not exactly one."""
    layer = layer.layer if isinstance(layer, layers.TimeDistributed) else layer
    settings = next((rule(layer, before) for kinds, rule in RULES if isinstance(layer, kinds)), None)
    settings = own_attributes(layer) if settings is None else settings
    if "activation" not in settings and (name := activation_after(layer, after)) is not None:
        settings["activation"] = name
    return settings | restraints(layer)


def dense(layer, before) -> dict:
    """A dense layer."""
    return {"bias": layer.use_bias}


def convolution(layer, before) -> dict:
    """A convolution of any rank, transposed or not; numbers are lists, one per axis."""
    depthwise = isinstance(layer, DEPTHWISE) and layer.built
    settings = {
        "kernel_size": list(layer.kernel_size),
        "stride": list(layer.strides),
        "dilation": list(layer.dilation_rate),
        "groups": layer.kernel.shape[-2] if depthwise else getattr(layer, "groups", 1),
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
    ((layers.Dense, layers.EinsumDense), dense),
    (CONVOLUTIONS + DEPTHWISE, convolution),
    (POOLINGS, pooling),
    (layers.BatchNormalization, batch_norm),
    (layers.GroupNormalization, group_norm),
    ((layers.LayerNormalization, layers.RMSNormalization), layer_norm),
    ((layers.Dropout, layers.AlphaDropout), dropout),
    (layers.Embedding, embedding),
    ((layers.SimpleRNN, layers.LSTM, layers.GRU, layers.RNN, layers.Bidirectional, RNNBase), recurrent),
    ((layers.SimpleRNNCell, layers.LSTMCell, layers.GRUCell, layers.StackedRNNCells), recurrent),
    (layers.MultiHeadAttention, attention),
    ((layers.UpSampling1D, layers.UpSampling2D, layers.UpSampling3D), upsampling),
    (layers.Flatten, flatten),
    ((layers.Identity, layers.ZeroPadding1D, layers.ZeroPadding2D, layers.ZeroPadding3D), nothing),
    (GLOBAL_POOLINGS, nothing),
)


def own_attributes(layer) -> dict:
    """The plain attributes of a layer that has no rule here."""
    if is_activation(layer):
        return activation(layer)
    keras_own = vars(keras.Layer(name="layer"))
    own = {name: value for name, value in vars(layer).items() if name not in keras_own and simple(value)}
    return {f"self.{name}": value for name, value in own.items() if name[0] != "_"}


def restraints(layer) -> dict:
    """What changes the weights of a layer besides the gradient of the loss: regularizers, constraints, and the like."""
    own = {**vars(layer), **vars(getattr(layer, "cell", layer))}
    given = {name.strip("_"): value for name, value in own.items() if name.endswith(("_regularizer", "_constraint"))}
    return {
        name: in_words(type(value).__name__, value.get_config()) for name, value in given.items() if value is not None
    }


def neighbours(model) -> dict:
    """The layers before and after each layer, by its id, as far as the model's structure shows them."""
    found = {}
    for layer in keras_layers(model):
        ways = [list({id(each): each for each in around}.values()) for around in calls_around(layer)]
        found[id(layer)] = tuple(way[0] if len(way) == 1 else None for way in ways)
    return found
