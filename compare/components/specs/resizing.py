"""The inputs of the entries of resizing.py."""

from compare.components.spec import Spec, image, normal, uniform

SPECS = {
    "upsample_nearest1d": Spec(x=image(2, 3, 4)),
    "upsample_nearest2d": Spec(x=image(2, 3, 4, 5)),
    "upsample_nearest3d": Spec(x=image(2, 2, 2, 3, 2)),
    "resize_nearest": Spec(x=image(2, 3, 6, 5)),
    "resize_nearest_exact": Spec(x=image(2, 3, 6, 5)),
    "downsample_nearest": Spec(x=image(2, 3, 6, 8)),
    "upsample_linear1d": Spec(x=image(2, 3, 5)),
    "upsample_bilinear": Spec(x=image(2, 3, 4, 5)),
    "upsample_bilinear_stock": Spec(
        x=image(2, 3, 4, 5),
        precision="float32",
        why="tf.image.resize computes bilinear in float32 and returns float32 whatever goes in.",
    ),
    "upsample_bilinear_align_corners": Spec(x=image(2, 3, 4, 5)),
    "resize_bilinear_scale_factor": Spec(x=image(2, 3, 5, 7)),
    "resize_bilinear_antialias": Spec(x=image(2, 3, 8, 7)),
    "upsample_bicubic": Spec(x=image(2, 3, 4, 5)),
    "upsample_trilinear": Spec(x=image(2, 2, 2, 3, 4)),
    "resize_area": Spec(x=image(2, 3, 7, 5)),
    "grid_sample": Spec(x=image(2, 3, 5, 4), grid=uniform(2, 3, 6, 2, low=-1.3, high=1.3)),
    "affine_grid": Spec(theta=normal(2, 2, 3)),
    "pixel_shuffle": Spec(x=image(2, 12, 3, 4)),
    "pixel_unshuffle": Spec(x=image(2, 3, 6, 8)),
    "depth_to_space": Spec(x=image(2, 12, 3, 4)),
}
