"""A line fitted to 100 noisy points by full-batch gradient descent: the smallest loop that trains."""

import numpy as np

from compare.inputs.arrays import Arrays, Generators
from compare.inputs.case import Case
from compare.inputs.datasets import noisy_plane


def weights(generator: Generators) -> Arrays:
    return {
        "linear.weight": generator("linear.weight").standard_normal((1, 1)),
        "linear.bias": np.zeros(1),
    }


CASE = Case(
    name="linear_regression",
    summary="y = xW + b on 100 points, mean squared error, SGD 0.01, full batch",
    data=lambda generator: noisy_plane(generator, examples=100, slopes=(2.0,), intercept=1.0),
    weights=weights,
    settings={"learning_rate": 0.01},
    epochs=100,
)
