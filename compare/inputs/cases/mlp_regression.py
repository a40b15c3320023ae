"""Two dense layers on noisy points of a plane. Notice the last batch of each epoch: 8 examples, not 32."""

from compare.inputs.case import Case
from compare.inputs.datasets import glorot_layers, noisy_plane

CASE = Case(
    name="mlp_regression",
    summary="2-10-1 relu network on 1,000 points, mean squared error, Adam 1e-3, batches of 32",
    data=lambda generator: noisy_plane(generator, examples=1000, slopes=(2.0, -1.0), intercept=0.5),
    weights=lambda generator: glorot_layers(generator, {"fc1": (10, 2), "fc2": (1, 10)}),
    settings={"learning_rate": 1e-3, "epsilon": 1e-7},
    epochs=50,
    batch_size=32,
    shuffle=True,
)
