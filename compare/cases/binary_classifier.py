"""A sigmoid classifier on random labels, with an L2 penalty over every variable, biases too."""

import numpy as np

from compare.case import Arrays, Case, Generators
from compare.datasets import glorot_uniform

EXAMPLES = 500


def data(generator: Generators) -> Arrays:
    return {
        "x": generator("x").random((EXAMPLES, 10)),
        "y": generator("y").integers(0, 2, (EXAMPLES, 1)).astype(np.float64),
    }


def weights(generator: Generators) -> Arrays:
    return {
        "fc1.weight": glorot_uniform(generator("fc1.weight"), (32, 10)),
        "fc1.bias": np.zeros(32),
        "fc2.weight": glorot_uniform(generator("fc2.weight"), (1, 32)),
        "fc2.bias": np.zeros(1),
    }


CASE = Case(
    name="binary_classifier",
    summary="10-32-1 sigmoid network on 500 random labels, cross-entropy + L2, Adam 1e-3, batches of 64",
    data=data,
    weights=weights,
    settings={"learning_rate": 1e-3, "epsilon": 1e-7, "l2": 0.01},
    epochs=75,
    batch_size=64,
    shuffle=True,
)
