"""What each kind of layer is set to, in PyTorch's terms, the framework's defaults filled in.

Notice how much a name leaves open: "same", a momentum, a slope, a GRU.
"""

import keras
from keras import layers
from keras.src.layers.convolutional.base_conv import BaseConv
from keras.src.layers.convolutional.base_conv_transpose import BaseConvTranspose
from keras.src.layers.convolutional.base_depthwise_conv import BaseDepthwiseConv
from keras.src.layers.convolutional.base_separable_conv import BaseSeparableConv
from keras.src.layers.pooling.base_global_pooling import BaseGlobalPooling
from keras.src.layers.pooling.base_pooling import BasePooling

from tf_impl.layers.recurrent import RNNBase
from tf_impl.settings.activations import activation, activation_after, is_activation
from tf_impl.settings.norms import batch_norm, group_norm, layer_norm
from tf_impl.settings.padding import convolution_padding, pooling_padding
from tf_impl.settings.recurrent import attention, recurrent
from tf_impl.settings.values import plain, simple


def layer_settings(layer, before=None, after=None) -> dict:
    """The settings of a layer; `before` and `after` are the layers around it, where it has one neighbour only."""
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
    """A convolution of any rank, transposed or not; numbers are lists, one an axis."""
    depthwise = isinstance(layer, BaseDepthwiseConv) and layer.built
    settings = {
        "kernel_size": list(layer.kernel_size),
        "stride": list(layer.strides),
        "dilation": list(layer.dilation_rate),
        "groups": layer.kernel.shape[-2] if depthwise else getattr(layer, "groups", 1),
        "bias": layer.use_bias,
    }
    # differs: PyTorch's padding may be filled with other things than zeros, Keras' may not.
    return settings | {"padding_mode": "zeros"} | convolution_padding(layer, before)


def pooling(layer, before) -> dict:
    """A pooling with a window."""
    return {"kernel_size": list(layer.pool_size), "stride": list(layer.strides)} | pooling_padding(layer, before)


def dropout(layer, before) -> dict:
    """A dropout of single elements or of whole channels."""
    return {"p": layer.rate}


def embedding(layer, before) -> dict:
    """A table of vectors."""
    return {
        "num_embeddings": layer.input_dim,
        "embedding_dim": layer.output_dim,
        # differs: PyTorch's padding_idx has no gradient; Keras' mask_zero trains that row, and masks what comes after.
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
        # differs: PyTorch can align the corners, Keras always takes the centres of the pixels.
        "align_corners": False,
    }


def flatten(layer, before) -> dict:
    """A flattening of the axes after the batch's."""
    return {"start_dim": 1, "end_dim": -1}


def nothing(layer, before) -> dict:
    """A layer that has nothing to set."""
    return {}


RULES = (
    ((layers.Dense, layers.EinsumDense), dense),
    ((BaseConv, BaseConvTranspose, BaseDepthwiseConv, BaseSeparableConv), convolution),
    (BasePooling, pooling),
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
    ((layers.Identity, layers.ZeroPadding1D, layers.ZeroPadding2D, layers.ZeroPadding3D, BaseGlobalPooling), nothing),
)


def own_attributes(layer) -> dict:
    """The plain attributes of a layer that has no rule here."""
    if is_activation(layer):
        return activation(layer)
    keras_own = vars(keras.Layer(name="layer"))
    own = {name: value for name, value in vars(layer).items() if name not in keras_own and simple(value)}
    return {f"self.{name}": value for name, value in own.items() if name[0] != "_"}


def restraints(layer) -> dict:
    """What bends the weights of a layer besides the gradient of the loss."""
    # differs: PyTorch rewrites weights by parametrizations; Keras adds regularizers to model.losses, and constraints.
    own = {**vars(layer), **vars(getattr(layer, "cell", layer))}
    given = {name.strip("_"): value for name, value in own.items() if name.endswith(("_regularizer", "_constraint"))}
    return {
        name: f"{type(value).__name__}({', '.join(f'{key}={plain(each)}' for key, each in value.get_config().items())})"
        for name, value in given.items()
        if value is not None
    }


def neighbours(model) -> dict:
    """For each layer, by id, the layers before and after it, as far as the model itself says so."""
    # differs: PyTorch's order is known inside nn.Sequential only; Keras' functional and sequential models know theirs.
    found = {}
    for layer in model._flatten_layers():
        before = {
            id(parent.operation): parent.operation for node in layer._inbound_nodes for parent in node.parent_nodes
        }
        after = {id(node.operation): node.operation for node in layer._outbound_nodes}
        ways = (list(around.values()) for around in (before, after))
        found[id(layer)] = tuple(way[0] if len(way) == 1 else None for way in ways)
    return found
