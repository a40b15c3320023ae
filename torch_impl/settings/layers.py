"""The settings of each kind of layer, in PyTorch's terms, with the framework's defaults filled in.

Notice how much the same name can mean: "same", a momentum, a slope, a GRU.
"""

from torch import nn
from torch.nn.utils import parametrize

from compare.traces.settings.values import NO_RULE, simple
from torch_impl.settings.activations import activation, activation_after, is_activation
from torch_impl.settings.norms import batch_norm, group_norm, layer_norm
from torch_impl.settings.padding import convolution_padding, pooling_padding
from torch_impl.settings.recurrent import attention, recurrent


def layer_settings(layer, before=None, after=None) -> dict:
    """The settings of a layer; `before` and `after` are its neighbours, None where there is not exactly one."""
    settings = next((rule(layer, before) for kinds, rule in RULES if isinstance(layer, kinds)), None)
    settings = own_attributes(layer) if settings is None else settings
    if "activation" not in settings and (name := activation_after(layer, after)) is not None:
        settings["activation"] = name
    return settings | restraints(layer)


def dense(layer, before) -> dict:
    """A dense layer."""
    return {"bias": layer.bias is not None}


def convolution(layer, before) -> dict:
    """A convolution of any rank, transposed or not; numbers are lists, one per axis."""
    settings = {
        "kernel_size": list(layer.kernel_size),
        "stride": list(layer.stride),
        "dilation": list(layer.dilation),
        "groups": layer.groups,
        "bias": layer.bias is not None,
    }
    return settings | {"padding_mode": layer.padding_mode} | convolution_padding(layer, before)


def pooling(layer, before) -> dict:
    """A pooling with a window."""
    rank = int(type(layer).__name__[-2])
    window = [layer.kernel_size] * rank if isinstance(layer.kernel_size, int) else list(layer.kernel_size)
    stride = [layer.stride] * rank if isinstance(layer.stride, int) else list(layer.stride)
    return {"kernel_size": window, "stride": stride} | pooling_padding(layer, before)


def dropout(layer, before) -> dict:
    """A dropout of elements or of whole channels."""
    return {"p": layer.p}


def embedding(layer, before) -> dict:
    """A table of vectors."""
    return {
        "num_embeddings": layer.num_embeddings,
        "embedding_dim": layer.embedding_dim,
        "padding_idx": layer.padding_idx,
        "mask_zero": False,
        "max_norm": layer.max_norm,
        "scale_grad_by_freq": layer.scale_grad_by_freq,
    }


def upsampling(layer, before) -> dict:
    """A resizing by a factor."""
    factor = layer.scale_factor
    return {
        "scale_factor": [float(each) for each in factor] if isinstance(factor, tuple) else factor,
        "mode": layer.mode,
        "align_corners": bool(layer.align_corners),
    }


def flatten(layer, before) -> dict:
    """A flattening of the axes after the batch's."""
    return {"start_dim": layer.start_dim, "end_dim": layer.end_dim}


def nothing(layer, before) -> dict:
    """A layer without settings."""
    return {}


RULES = (
    (nn.Linear, dense),
    (nn.modules.conv._ConvNd, convolution),
    ((nn.modules.pooling._MaxPoolNd, nn.modules.pooling._AvgPoolNd), pooling),
    (nn.modules.instancenorm._InstanceNorm, group_norm),
    (nn.modules.batchnorm._BatchNorm, batch_norm),
    (nn.GroupNorm, group_norm),
    ((nn.LayerNorm, nn.RMSNorm), layer_norm),
    (nn.modules.dropout._DropoutNd, dropout),
    ((nn.Embedding, nn.EmbeddingBag), embedding),
    ((nn.RNNBase, nn.RNNCellBase), recurrent),
    (nn.MultiheadAttention, attention),
    (nn.Upsample, upsampling),
    (nn.Flatten, flatten),
    ((nn.Identity, nn.modules.padding._ConstantPadNd, nn.modules.pooling._AdaptiveAvgPoolNd), nothing),
)


def own_attributes(layer) -> dict:
    """The plain attributes of a layer that has no rule here."""
    if is_activation(layer):
        return activation(layer)
    own = {name: value for name, value in vars(layer).items() if name[0] != "_" and simple(value)}
    own.pop("training", None)
    is_known = type(layer).__module__.startswith("torch.")
    return {f"self.{name}": value for name, value in own.items()} | ({} if is_known else {NO_RULE: True})


def restraints(layer) -> dict:
    """What changes the weights of a layer besides the gradient of the loss: regularizers, constraints, and the like."""
    if not parametrize.is_parametrized(layer):
        return {}
    each = layer.parametrizations.items()
    return {f"{name} parametrization": ", ".join(type(rule).__name__ for rule in rules) for name, rules in each}


def neighbours(model) -> dict:
    """The layers before and after each layer, by its id, as far as the model's structure shows them."""
    chains = [list(module) for module in model.modules() if isinstance(module, nn.Sequential)]
    return {
        id(layer): (before, after)
        for chain in chains
        for before, layer, after in zip([None, *chain], chain, [*chain[1:], None], strict=False)
    }
