"""The inputs of the entries of convolutions.py."""

from compare.components.spec import Spec, image, normal

SPECS = {
    "conv1d": Spec(x=image(2, 3, 8)),
    "conv2d": Spec(x=image(2, 3, 7, 8)),
    "conv3d": Spec(x=image(2, 2, 5, 4, 6)),
    "conv2d_without_bias": Spec(x=image(2, 3, 5, 6)),
    "conv2d_pointwise": Spec(x=image(2, 3, 8, 7)),
    "conv2d_from_checkpoint": Spec(x=image(2, 3, 8, 7), weight=normal(4, 3, 3, 3), bias=normal(4)),
    "conv1d_stride_padding": Spec(x=image(2, 3, 8)),
    "conv2d_stride_padding": Spec(x=image(2, 3, 8, 9)),
    "conv2d_stride_padding_odd": Spec(x=image(2, 3, 7, 9)),
    "conv3d_stride_padding": Spec(x=image(2, 2, 6, 5, 4)),
    "conv2d_stride_rectangular": Spec(x=image(2, 3, 8, 7)),
    "conv2d_tensorflow_same": Spec(x=image(2, 3, 8, 6)),
    "conv2d_same": Spec(x=image(2, 3, 6, 7)),
    "conv2d_same_even_kernel": Spec(x=image(2, 3, 6, 7)),
    "conv2d_asymmetric_padding": Spec(x=image(2, 3, 5, 6)),
    "conv2d_reflect_padding": Spec(x=image(2, 3, 5, 6)),
    "conv2d_replicate_padding": Spec(x=image(2, 3, 5, 6)),
    "conv2d_circular_padding": Spec(x=image(2, 3, 5, 6)),
    "conv1d_causal": Spec(x=image(2, 3, 8)),
    "conv1d_dilated": Spec(x=image(2, 3, 9)),
    "conv2d_dilated": Spec(x=image(2, 3, 9, 8)),
    "conv2d_dilated_stride": Spec(x=image(2, 3, 8, 9)),
    "conv2d_weight_standardized": Spec(x=image(2, 3, 5, 6), weight=normal(4, 3, 3, 3)),
    "patch_embedding": Spec(x=image(2, 3, 8, 12)),
    "unfold": Spec(x=image(2, 3, 7, 8), output="as is"),
    "fold": Spec(columns=normal(2, 18, 21), output="image"),
}
