"""The inputs of the entries of grouped_convolutions.py."""

from compare.components.spec import Spec, image, normal

SPECS = {
    "conv2d_grouped": Spec(x=image(2, 4, 5, 6)),
    "conv2d_grouped_by_splitting": Spec(x=image(2, 4, 5, 6), weight=normal(6, 2, 3, 3)),
    "conv1d_depthwise": Spec(x=image(2, 3, 8)),
    "conv2d_depthwise": Spec(x=image(2, 3, 6, 7)),
    "conv2d_depthwise_stride": Spec(x=image(2, 3, 8, 6)),
    "conv2d_depthwise_multiplier": Spec(x=image(2, 3, 6, 7)),
    "conv1d_separable": Spec(x=image(2, 3, 8)),
    "conv2d_separable": Spec(x=image(2, 3, 6, 7)),
    "blur_with_fixed_kernel": Spec(x=image(2, 3, 7, 8), kernel=normal(3, 3)),
}
