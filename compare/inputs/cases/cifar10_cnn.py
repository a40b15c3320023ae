"""A small convolutional network on CIFAR-10, or on synthetic images of its shape and classes.

The default is a short run on synthetic images; `--epochs 10 --data-dir DIR` is the full one.
"""

from compare.inputs.arrays import Arrays
from compare.inputs.case import Case
from compare.inputs.datasets import glorot_layers, read_cifar10, synthetic_images

SHAPES = {
    "conv1": (32, 3, 3, 3),
    "conv2": (64, 32, 3, 3),
    "conv3": (64, 64, 3, 3),
    "fc1": (64, 1024),
    "fc2": (10, 64),
}


def prepare(batch: Arrays) -> Arrays:
    return {"x": batch["x"] / 255, "y": batch["y"]}


CASE = Case(
    name="cifar10_cnn",
    summary="three convolutions and two dense layers on 32x32 images, cross-entropy, Adam 1e-3, batches of 64",
    data=lambda generator: synthetic_images(generator, examples=20 * 64, contrast=25),
    weights=lambda generator: glorot_layers(generator, SHAPES),
    settings={"learning_rate": 1e-3, "epsilon": 1e-7},
    epochs=2,
    batch_size=64,
    drop_last=True,
    channels_first=("x",),
    prepare=prepare,
    read_data=read_cifar10,
)
