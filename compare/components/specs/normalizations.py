"""The inputs of the entries of normalizations.py."""

from compare.components.spec import Spec, fixed, image, normal, uniform

SPECS = {
    "batch_norm_training": Spec(x=image(4, 3, 3, 2), training=True),
    "batch_norm_evaluation": Spec(x=image(4, 3, 3, 2), training=False),
    "batch_norm_frozen": Spec(x=image(4, 3, 3, 2)),
    "batch_norm1d_training": Spec(x=normal(5, 3), training=True),
    "batch_norm1d_sequences": Spec(x=image(4, 3, 5), training=True),
    "batch_norm3d_training": Spec(x=image(2, 3, 2, 3, 2), training=True),
    "batch_norm_without_affine": Spec(x=image(4, 3, 3, 2), training=True),
    "batch_norm_without_running_statistics": Spec(x=image(4, 3, 3, 2), weight=normal(3), bias=normal(3)),
    "batch_norm_from_checkpoint": Spec(
        x=image(4, 3, 3, 2),
        mean=fixed(normal(3)),
        variance=fixed(uniform(3, low=0.5, high=2)),
        weight=normal(3),
        bias=normal(3),
    ),
    "layer_norm": Spec(x=normal(4, 5)),
    "layer_norm_sequences": Spec(x=normal(2, 3, 5)),
    "layer_norm_several_axes": Spec(x=normal(2, 3, 5)),
    "layer_norm_images": Spec(x=image(2, 3, 2, 4)),
    "layer_norm_channels": Spec(x=image(2, 3, 2, 4), weight=normal(3), bias=normal(3)),
    "layer_norm_without_bias": Spec(x=normal(4, 5)),
    "group_norm": Spec(x=image(2, 6, 3, 2)),
    "group_norm_one_group": Spec(x=image(2, 6, 3, 2)),
    "group_norm_sequences": Spec(x=image(2, 6, 5)),
    "instance_norm": Spec(x=image(2, 3, 3, 2)),
    "instance_norm_affine": Spec(x=image(2, 3, 3, 2), training=False),
    "adaptive_instance_norm": Spec(x=image(2, 3, 3, 2), scale=normal(2, 3), shift=normal(2, 3)),
    "rms_norm": Spec(x=normal(2, 3, 5)),
    "rms_norm_machine_epsilon": Spec(x=normal(4, 5, scale=1e-8)),
    "rms_norm_by_hand": Spec(x=normal(2, 3, 5), weight=normal(5)),
    "local_response_norm": Spec(x=image(2, 5, 3, 2)),
    "local_response_norm_stock": Spec(
        x=image(2, 5, 3, 2), precision="float32", why="TensorFlow has no lrn in float64."
    ),
    "standardize": Spec(x=normal(4, 5)),
    "weight_norm": Spec(x=normal(3, 5)),
    "spectral_norm": Spec(x=normal(3, 5), weight=normal(4, 5), u=fixed(normal(4))),
}
