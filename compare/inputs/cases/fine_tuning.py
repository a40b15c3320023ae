"""A new head on a pretrained backbone, which is frozen at first and thawed after 15 steps.

While it is frozen, its batch norms normalise by the pretrained running statistics and keep them. Once thawed, they
normalise by the batch, and the running statistics follow.
"""

import numpy as np

from compare.inputs.arrays import Arrays, Generators
from compare.inputs.case import Case
from compare.inputs.datasets import glorot_uniform, kaiming_normal, synthetic_images

SIZE, BATCH, STEPS_PER_EPOCH, CONTRAST = 8, 16, 10, 60
FROZEN_STEPS = 15
CONVOLUTIONS = {1: (8, 3, 3, 3), 2: (8, 8, 3, 3)}


def data(generator: Generators) -> Arrays:
    return synthetic_images(generator, STEPS_PER_EPOCH * BATCH, SIZE, CONTRAST)


def prepare(batch: Arrays) -> Arrays:
    return {**batch, "x": (batch["x"] / 255 - 0.5) / 0.25}


def per_step(generator: Generators, steps: int) -> Arrays:
    return {"thawed": np.arange(steps) >= FROZEN_STEPS}


def weights(generator: Generators) -> Arrays:
    """The backbone as pretraining may have left it, running statistics included; the head is new."""
    arrays = {}
    for number, shape in CONVOLUTIONS.items():
        norm = f"backbone.bn{number}"
        arrays[f"backbone.conv{number}.weight"] = kaiming_normal(generator(f"conv{number}"), shape)
        arrays |= {
            f"{norm}.weight": generator(f"{norm}.weight").uniform(0.5, 1.5, shape[0]),
            f"{norm}.bias": generator(f"{norm}.bias").normal(0, 0.2, shape[0]),
            f"{norm}.running_mean": generator(f"{norm}.running_mean").normal(0, 0.2, shape[0]),
            f"{norm}.running_var": generator(f"{norm}.running_var").uniform(0.5, 1.5, shape[0]),
        }
    arrays["head.weight"] = glorot_uniform(generator("head.weight"), (10, 8 * 4 * 4))
    return arrays | {"head.bias": np.zeros(10)}


CASE = Case(
    name="fine_tuning",
    summary="a new head on a frozen backbone with batch norm, thawed after 15 steps, a rate for each, momentum SGD",
    data=data,
    weights=weights,
    settings={
        "head_learning_rate": 0.05,
        "backbone_learning_rate": 0.005,
        "momentum": 0.9,
        "weight_decay": 1e-3,
        "batch_norm_momentum": 0.1,
        "batch_norm_epsilon": 1e-5,
    },
    epochs=3,
    batch_size=BATCH,
    drop_last=True,
    shuffle=True,
    channels_first=("x",),
    prepare=prepare,
    per_step=per_step,
)
