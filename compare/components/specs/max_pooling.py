"""The inputs of the entries of max_pooling.py."""

from compare.components.spec import Spec, as_image, fixed, image, mask, normal, values

SPECS = {
    "max_pool1d": Spec(x=image(2, 3, 8)),
    "max_pool2d": Spec(x=image(2, 3, 7, 8)),
    "max_pool2d_overlapping": Spec(x=image(2, 3, 8, 7)),
    "max_pool2d_stride1": Spec(x=image(2, 3, 6, 5)),
    "max_pool1d_padding": Spec(x=image(2, 3, 8)),
    "max_pool2d_padding": Spec(x=image(2, 3, 8, 6)),
    "max_pool2d_padding_of_positives": Spec(x=image(2, 3, 8, 6)),
    "max_pool2d_tensorflow_same": Spec(x=image(2, 3, 8, 6)),
    "max_pool2d_ceil_mode": Spec(x=image(2, 3, 7, 8)),
    "max_pool2d_dilation": Spec(x=image(2, 3, 6, 7)),
    "max_pool2d_ties": Spec(
        x=as_image(values([[[[0.0, 0.0, 3.0, 1.0], [0.0, 0.0, 3.0, 3.0], [1.0, 2.0, 4.0, 5.0], [2.0, 1.0, 5.0, 4.0]]]]))
    ),
    "max_pool3d": Spec(x=image(2, 2, 5, 7, 6)),
    "max_pool3d_stock": Spec(
        x=image(2, 2, 5, 7, 6), precision="float32", why="TensorFlow's MaxPool3D takes no float64."
    ),
    "max_pool2d_with_indices": Spec(x=image(2, 3, 6, 8)),
    "max_unpool2d": Spec(x=fixed(image(2, 3, 6, 8)), pooled=image(2, 3, 3, 4)),
    "min_pool2d": Spec(x=image(2, 3, 6, 5)),
    "adaptive_max_pool1d": Spec(x=image(2, 3, 8)),
    "adaptive_max_pool2d": Spec(x=image(2, 3, 8, 8)),
    "adaptive_max_pool2d_to_one": Spec(x=image(2, 3, 7, 5)),
    "masked_max_pool": Spec(x=normal(3, 6, 4), mask=mask(3, 6)),
}
