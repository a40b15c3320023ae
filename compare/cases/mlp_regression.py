"""Two dense layers on noisy points of a plane. Notice the last batch of each epoch: 8 examples, not 32."""

import numpy as np

from compare.case import Arrays, Case, Generators
from compare.datasets import glorot_uniform, noisy_plane


def weights(generator: Generators) -> Arrays:
    return {
        "fc1.weight": glorot_uniform(generator("fc1.weight"), (10, 2)),
        "fc1.bias": np.zeros(10),
        "fc2.weight": glorot_uniform(generator("fc2.weight"), (1, 10)),
        "fc2.bias": np.zeros(1),
    }


CASE = Case(
    name="mlp_regression",
    summary="2-10-1 relu network on 1,000 points, mean squared error, Adam 1e-3, batches of 32",
    data=lambda generator: noisy_plane(generator, examples=1000, slopes=(2.0, -1.0), intercept=0.5),
    weights=weights,
    settings={"learning_rate": 1e-3, "epsilon": 1e-7},
    epochs=50,
    batch_size=32,
    shuffle=True,
)
