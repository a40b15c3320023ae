"""Segmentation of discs and rectangles on noisy 16x16 images: background, disc or rectangle, at every pixel.

Notice that most pixels are background: that is what the Dice loss is for, beside the cross-entropy.
"""

import numpy as np

from compare.inputs.arrays import Arrays, Generators
from compare.inputs.case import Case
from compare.inputs.datasets import glorot_uniform

BATCH, STEPS_PER_EPOCH, EPOCHS, SIZE = 8, 9, 4, 16
NOISE = 0.3
CONVOLUTIONS = {
    "down1": (8, 1, 3, 3),
    "down2": (16, 8, 3, 3),
    "bottom": (16, 16, 3, 3),
    "up2": (16, 8, 2, 2),  # a transposed convolution's weight is (in, out, height, width)
    "merge2": (8, 8 + 16, 3, 3),
    "merge1": (8, 8 + 8, 3, 3),
    "head": (3, 8, 1, 1),
}


def data(generator: Generators) -> Arrays:
    """x (examples, 1, 16, 16): 1 in a disc or a rectangle, else 0, under noise of 0.3; y int64 (examples, 16, 16)."""
    examples = BATCH * STEPS_PER_EPOCH
    row, column = np.arange(SIZE)[:, None], np.arange(SIZE)
    centre_row, centre_column = generator("centre").uniform(4, SIZE - 5, (2, examples, 1, 1))
    height, width = generator("extent").uniform(2, 4, (2, examples, 1, 1))
    disc = (row - centre_row) ** 2 + (column - centre_column) ** 2 <= height**2
    rectangle = (np.abs(row - centre_row) <= height) & (np.abs(column - centre_column) <= width)
    kind = generator("kind").integers(1, 3, (examples, 1, 1))
    y = kind * np.where(kind == 1, disc, rectangle)
    noise = NOISE * generator("noise").standard_normal(y.shape)
    return {"x": ((y > 0) + noise)[:, None], "y": y}


def weights(generator: Generators) -> Arrays:
    arrays = {}
    for layer, shape in CONVOLUTIONS.items():
        outputs = shape[1] if layer == "up2" else shape[0]
        arrays[f"{layer}.weight"] = glorot_uniform(generator(f"{layer}.weight"), shape)
        arrays[f"{layer}.bias"] = np.zeros(outputs)
    return arrays


CASE = Case(
    name="unet",
    summary="a U-Net of two levels on 16x16 images, Dice and cross-entropy, Adam 3e-3, batches of 8",
    data=data,
    weights=weights,
    settings={"learning_rate": 3e-3, "epsilon": 1e-8, "smooth": 1.0},
    epochs=EPOCHS,
    batch_size=BATCH,
    drop_last=True,
    shuffle=True,
    channels_first=("x",),
)
