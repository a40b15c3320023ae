"""The inputs of the entries of padding.py."""

from compare.components.spec import Spec, image

SPECS = {
    "zero_pad1d": Spec(x=image(2, 3, 5)),
    "zero_pad2d": Spec(x=image(2, 3, 4, 5)),
    "zero_pad3d": Spec(x=image(2, 2, 3, 4, 2)),
    "constant_pad2d": Spec(x=image(2, 3, 4, 5)),
    "crop_by_negative_padding": Spec(x=image(2, 3, 4, 6)),
    "reflection_pad1d": Spec(x=image(2, 3, 5)),
    "reflection_pad2d": Spec(x=image(2, 3, 4, 5)),
    "symmetric_pad1d": Spec(x=image(2, 3, 5)),
    "replication_pad2d": Spec(x=image(2, 3, 4, 5)),
    "circular_pad2d": Spec(x=image(2, 3, 4, 5)),
}
