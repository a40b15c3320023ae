"""The inputs of the entries of average_pooling.py."""

from compare.components.spec import Spec, as_image, image, mask, normal, uniform

SPECS = {
    "avg_pool1d": Spec(x=image(2, 3, 8)),
    "avg_pool2d": Spec(x=image(2, 3, 7, 8)),
    "avg_pool1d_padding": Spec(x=image(2, 3, 8)),
    "avg_pool2d_padding": Spec(x=image(2, 3, 8, 7)),
    "avg_pool2d_padding_not_counted": Spec(x=image(2, 3, 8, 6)),
    "avg_pool2d_padding_not_counted_odd": Spec(x=image(2, 3, 7, 9)),
    "avg_pool2d_ceil_mode": Spec(x=image(2, 3, 7, 8)),
    "avg_pool2d_ceil_mode_padding": Spec(x=image(2, 3, 8, 6)),
    "avg_pool2d_divisor": Spec(x=image(2, 3, 7, 8)),
    "avg_pool3d": Spec(x=image(2, 2, 5, 7, 6)),
    "avg_pool3d_padding": Spec(x=image(2, 2, 4, 5, 2)),
    "adaptive_avg_pool1d": Spec(x=image(2, 3, 8)),
    "adaptive_avg_pool2d": Spec(x=image(2, 3, 7, 5)),
    "adaptive_avg_pool2d_by_products": Spec(x=image(2, 3, 8, 8)),
    "adaptive_avg_pool2d_larger": Spec(x=image(2, 3, 3, 5)),
    "adaptive_avg_pool2d_to_one": Spec(x=image(2, 3, 7, 5)),
    "global_average_pool1d": Spec(x=image(2, 3, 8)),
    "global_average_pool2d": Spec(x=image(2, 3, 7, 5)),
    "global_average_pool3d": Spec(x=image(2, 3, 4, 5, 2)),
    "lp_pool2d": Spec(x=as_image(uniform(2, 3, 7, 6, low=0.1, high=2.0))),
    "generalized_mean_pool": Spec(x=image(2, 3, 4, 5)),
    "masked_mean_pool": Spec(x=normal(3, 6, 4), mask=mask(3, 6)),
    "statistics_pool": Spec(x=image(2, 3, 8)),
}
