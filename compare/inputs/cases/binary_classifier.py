"""A sigmoid classifier on random labels, with an L2 penalty on every variable, biases included."""

import numpy as np

from compare.inputs.arrays import Arrays, Generators
from compare.inputs.case import Case
from compare.inputs.datasets import glorot_layers

EXAMPLES = 500


def data(generator: Generators) -> Arrays:
    return {
        "x": generator("x").random((EXAMPLES, 10)),
        "y": generator("y").integers(0, 2, (EXAMPLES, 1)).astype(np.float64),
    }


CASE = Case(
    name="binary_classifier",
    summary="10-32-1 sigmoid network on 500 random labels, cross-entropy + L2, Adam 1e-3, batches of 64",
    data=data,
    weights=lambda generator: glorot_layers(generator, {"fc1": (32, 10), "fc2": (1, 32)}),
    settings={"learning_rate": 1e-3, "epsilon": 1e-7, "l2": 0.01},
    epochs=75,
    batch_size=64,
    shuffle=True,
)
