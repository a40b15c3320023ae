"""A small residual network on synthetic 8x8 images, evaluated on held-out images after every epoch.

Notice the evaluation loss: it alone shows wrong running statistics, since training never reads them.
"""

import numpy as np

from compare.inputs.arrays import Arrays, Generators
from compare.inputs.case import Case
from compare.inputs.datasets import glorot_uniform, kaiming_normal, synthetic_images

SIZE = 8
BATCH, CONTRAST = 16, 60
STEPS_PER_EPOCH, EPOCHS = 10, 4
CONVOLUTIONS = {  # by the normalisation after each
    "conv1": ("bn1", (8, 3, 3, 3)),
    "identity.conv1": ("identity.bn1", (8, 8, 3, 3)),
    "identity.conv2": ("identity.bn2", (8, 8, 3, 3)),
    "projection.conv1": ("projection.bn1", (16, 8, 3, 3)),
    "projection.conv2": ("projection.bn2", (16, 16, 3, 3)),
    "projection.conv3": ("projection.bn3", (16, 8, 1, 1)),
}


def data(generator: Generators) -> Arrays:
    return synthetic_images(generator, STEPS_PER_EPOCH * BATCH, SIZE, CONTRAST)


def held_out(generator: Generators) -> Arrays:
    """Other images of the same classes: the same patterns, everything else new."""

    def anew(name: str) -> np.random.Generator:
        return generator(name if name == "patterns" else f"held out {name}")

    return synthetic_images(anew, 64, SIZE, CONTRAST)


def prepare(batch: Arrays) -> Arrays:
    return {"x": (batch["x"] / 255 - 0.5) / 0.25, "y": batch["y"]}


def weights(generator: Generators) -> Arrays:
    arrays = {}
    for convolution, (norm, shape) in CONVOLUTIONS.items():
        arrays[f"{convolution}.weight"] = kaiming_normal(generator(f"{convolution}.weight"), shape)
        arrays |= {f"{norm}.weight": np.ones(shape[0]), f"{norm}.bias": np.zeros(shape[0])}
    arrays["fc.weight"] = glorot_uniform(generator("fc.weight"), (10, 16))
    return arrays | {"fc.bias": np.zeros(10)}


CASE = Case(
    name="resnet",
    summary="a residual network on 8x8 images, cross-entropy, Nesterov SGD, warm-up then cosine, batches of 16",
    data=data,
    weights=weights,
    settings={
        "learning_rate": 0.05,
        "momentum": 0.9,
        "weight_decay": 5e-4,
        "warmup_steps": 8,
        "start_factor": 0.1,
        "total_steps": EPOCHS * STEPS_PER_EPOCH,
        "batch_norm_momentum": 0.1,
        "batch_norm_epsilon": 1e-5,
    },
    epochs=EPOCHS,
    batch_size=BATCH,
    drop_last=True,
    shuffle=True,
    channels_first=("x",),
    prepare=prepare,
    held_out=held_out,
)
