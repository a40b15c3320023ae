"""What activations are set to, in PyTorch's terms, be they layers of their own or an argument of one."""

from torch import nn

from torch_impl.settings.values import plain
from torch_impl.weights.layers import kind


def activation(layer, before=None) -> dict:
    """A layer that is a function of each element, or a softmax."""
    # differs: PyTorch's leaky slope is 0.01, Keras' 0.3 in the layer and 0.2 in the function; unless told otherwise.
    # differs: PyTorch's gelu says "tanh" or "none", Keras' approximate is True or False; keras.ops.gelu has True.
    names = ("negative_slope", "alpha", "beta", "lambd", "dim", "min_val", "max_val", "approximate")
    return {name: getattr(layer, name) for name in names if getattr(layer, name, None) is not None}


def activation_after(layer, after) -> str | None:
    """The activation right behind a layer, in words; None where it cannot be seen."""
    if is_activation(layer):
        return None
    # differs: PyTorch's activations are layers or functions of their own, Keras' are also an argument of the layer.
    return activation_name(after) if is_activation(after) else None


def is_activation(layer) -> bool:
    """Whether a layer is an activation."""
    return type(layer).__module__ == nn.modules.activation.__name__ and not isinstance(layer, nn.MultiheadAttention)


def activation_name(layer) -> str | None:
    """An activation with its settings: "LeakyReLU(negative_slope=0.01)"."""
    settings = ", ".join(f"{name}={plain(value)}" for name, value in activation(layer).items() if name != "dim")
    return f"{kind(layer)}({settings})" if settings else kind(layer)
