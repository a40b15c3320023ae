"""What kind of layer a layer is, by PyTorch's names. Read it beside tf_impl/weights/kinds.py."""

from torch import nn

# Classes of PyTorch's that go by another name here.
# differs: PyTorch has a class for each number of dimensions of a normalisation, Keras one for all: here they are one.
KINDS = {
    "BatchNorm1d": "BatchNorm",
    "BatchNorm2d": "BatchNorm",
    "BatchNorm3d": "BatchNorm",
    "SyncBatchNorm": "BatchNorm",
    "InstanceNorm1d": "GroupNorm",
    "InstanceNorm2d": "GroupNorm",
    "InstanceNorm3d": "GroupNorm",
    "NonDynamicallyQuantizableLinear": "Linear",
    "UpsamplingNearest2d": "Upsample",
    "UpsamplingBilinear2d": "Upsample",
    "Sequential": "Identity",  # where it counts as a layer, it is an empty one
}


def kind(layer) -> str:
    """PyTorch's name for a layer's class, or the class' own name where PyTorch has none."""
    for base in type(layer).__mro__:
        if base.__module__.startswith("torch.nn.modules") and base is not nn.Module:
            return KINDS.get(base.__name__, base.__name__)
    return type(layer).__name__
