"""The inputs of the entries of transposed_convolutions.py."""

from compare.components.spec import Spec, image, normal

SPECS = {
    "conv_transpose1d": Spec(x=image(2, 3, 5)),
    "conv_transpose2d": Spec(x=image(2, 3, 4, 5)),
    "conv_transpose2d_padding": Spec(x=image(2, 3, 4, 5)),
    "conv_transpose2d_output_padding": Spec(x=image(2, 3, 4, 5)),
    "conv_transpose2d_kernel4": Spec(x=image(2, 3, 4, 5)),
    "conv_transpose2d_without_bias": Spec(x=image(2, 6, 1, 1)),
    "conv_transpose2d_grouped": Spec(x=image(2, 4, 4, 5), weight=normal(4, 3, 4, 4)),
    "conv_transpose2d_dilated": Spec(x=image(2, 3, 4, 5), weight=normal(3, 4, 3, 3)),
    "conv_transpose3d": Spec(x=image(2, 2, 3, 4, 2)),
}
