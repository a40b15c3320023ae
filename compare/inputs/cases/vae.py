"""A variational autoencoder on images of soft discs: where a mean in place of a sum changes what is learned.

Notice that the latent noise is an array of the case, for the held-out images too, and that the loss has two terms whose
reductions must agree: over 64 pixels and over 4 latents both are sums, over the images means.
"""

import numpy as np

from compare.inputs.case import Case
from compare.inputs.datasets import glorot_layers

SIDE, HIDDEN, LATENTS = 8, 32, 4
EXAMPLES, HELD_OUT, BATCH = 256, 64, 32
SHAPES = {
    "hidden": (HIDDEN, SIDE * SIDE),
    "mean": (LATENTS, HIDDEN),
    "log_variance": (LATENTS, HIDDEN),
    "unfold": (HIDDEN, LATENTS),
    "pixels": (SIDE * SIDE, HIDDEN),
}


def discs(generator: np.random.Generator, examples: int) -> np.ndarray:
    """Bright discs with soft edges on dark ground, row by row: (examples, 64), each pixel between 0 and 1.

    Three numbers make an image: the place of the centre, and the radius.
    """
    row, column, radius = generator.uniform([[2.0], [2.0], [1.5]], [[5.0], [5.0], [3.0]], (3, examples))
    pixel = np.arange(SIDE)
    distance = np.hypot(pixel[:, None] - row[:, None, None], pixel - column[:, None, None])
    return 1 / (1 + np.exp(4 * (distance - radius[:, None, None]))).reshape(examples, -1)


CASE = Case(
    name="vae",
    summary="64-32-4-32-64 variational autoencoder on soft discs, cross-entropy + KL, Adam 1e-2, batches of 32",
    data=lambda generator: {"x": discs(generator("x"), EXAMPLES)},
    weights=lambda generator: glorot_layers(generator, SHAPES),
    settings={
        "hidden": HIDDEN,
        "latents": LATENTS,
        "pixels": SIDE * SIDE,
        "learning_rate": 1e-2,
        "beta_1": 0.9,
        "beta_2": 0.999,
        "epsilon": 1e-8,
    },
    epochs=6,
    batch_size=BATCH,
    drop_last=True,
    shuffle=True,
    per_step=lambda generator, steps: {"noise": generator("noise").standard_normal((steps, BATCH, LATENTS))},
    held_out=lambda generator: {
        "x": discs(generator("held out"), HELD_OUT),
        "noise": generator("held-out noise").standard_normal((HELD_OUT, LATENTS)),
    },
)
