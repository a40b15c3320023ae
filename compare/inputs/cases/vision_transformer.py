"""A small vision transformer on synthetic 16x16 images: patches, a class token, positions, two blocks.

Notice that keys have no bias: it would add one number to all scores of a query, which the softmax removes. Its gradient
is the rounding error of zero, which Adam would turn into full steps.
"""

import numpy as np

from compare.inputs.arrays import Arrays, Generators
from compare.inputs.case import Case
from compare.inputs.datasets import glorot_uniform, synthetic_images

SIZE, PATCH, WIDTH, BLOCKS, CLASSES = 16, 4, 16, 2, 10
BATCH, STEPS_PER_EPOCH, CONTRAST = 16, 10, 60
WITHOUT_BIAS = ("key",)


def data(generator: Generators) -> Arrays:
    return synthetic_images(generator, STEPS_PER_EPOCH * BATCH, SIZE, CONTRAST)


def prepare(batch: Arrays) -> Arrays:
    return {"x": (batch["x"] / 255 - 0.5) / 0.25, "y": batch["y"]}


def weights(generator: Generators) -> Arrays:
    def embedding(name: str, length: int) -> Arrays:
        return {name: generator(name).normal(0, 0.02, (1, length, WIDTH))}

    def layer(path: str, *shape: int) -> Arrays:
        arrays = {f"{path}.weight": glorot_uniform(generator(f"{path}.weight"), shape)}
        return arrays if path.endswith(WITHOUT_BIAS) else arrays | {f"{path}.bias": np.zeros(shape[0])}

    def norm(path: str) -> Arrays:
        return {f"{path}.weight": np.ones(WIDTH), f"{path}.bias": np.zeros(WIDTH)}

    arrays = embedding("class_token", 1) | embedding("positions", 1 + (SIZE // PATCH) ** 2)
    arrays |= layer("patches", WIDTH, 3, PATCH, PATCH)
    for path in (f"blocks.{number}" for number in range(BLOCKS)):
        arrays |= norm(f"{path}.norm1")
        for part in ("query", "key", "value", "project"):
            arrays |= layer(f"{path}.attention.{part}", WIDTH, WIDTH)
        arrays |= (
            norm(f"{path}.norm2") | layer(f"{path}.up", 2 * WIDTH, WIDTH) | layer(f"{path}.down", WIDTH, 2 * WIDTH)
        )
    return arrays | norm("norm") | layer("head", CLASSES, WIDTH)


CASE = Case(
    name="vision_transformer",
    summary="a two-block transformer on patches of 16x16 images, smoothed cross-entropy, AdamW 3e-3, batches of 16",
    data=data,
    weights=weights,
    settings={
        "width": WIDTH,
        "heads": 2,
        "blocks": BLOCKS,
        "patch": PATCH,
        "tokens": 1 + (SIZE // PATCH) ** 2,
        "norm_epsilon": 1e-6,
        "label_smoothing": 0.1,
        "learning_rate": 3e-3,
        "beta_1": 0.9,
        "beta_2": 0.999,
        "epsilon": 1e-8,
        "weight_decay": 0.05,
    },
    epochs=3,
    batch_size=BATCH,
    drop_last=True,
    shuffle=True,
    channels_first=("x",),
    prepare=prepare,
)
