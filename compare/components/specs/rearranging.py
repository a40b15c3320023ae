"""The inputs of the entries of rearranging.py."""

from compare.components.spec import Spec, image, labels, normal, uniform

SPECS = {
    "flatten": Spec(x=image(2, 3, 4, 5)),
    "image_to_tokens": Spec(x=image(2, 3, 4, 5)),
    "tokens_to_image": Spec(tokens=normal(2, 20, 3), output="image"),
    "split_heads": Spec(x=normal(2, 5, 6)),
    "channel_shuffle": Spec(x=image(2, 6, 3, 4)),
    "concatenate_channels": Spec(x=image(2, 3, 4, 5), skip=image(2, 2, 4, 5)),
    "scale_each_channel": Spec(x=image(2, 3, 4, 5), mean=normal(3), deviation=uniform(3, low=0.5, high=2)),
    "images_from_bytes": Spec(pixels=labels(2, 4, 5, 3, below=256), output="image"),
    "flip_horizontally": Spec(x=image(2, 3, 4, 5)),
    "roll": Spec(x=image(2, 3, 4, 5)),
    "split": Spec(x=normal(2, 6, 3)),
    "chunk": Spec(x=normal(2, 7, 3)),
    "tile": Spec(x=normal(2, 3)),
    "repeat_interleave": Spec(x=normal(2, 3)),
    "meshgrid": Spec(rows=normal(3), columns=normal(4)),
}
