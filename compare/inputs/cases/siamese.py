"""Triplets of an anchor, another of its class, and one of another class: one tower learns to tell which is which.

Notice that a class is an angle in a plane, and that eight of ten dimensions are noise for the tower to ignore.
"""

import numpy as np

from compare.inputs.arrays import Arrays, Generators
from compare.inputs.case import Case
from compare.inputs.datasets import glorot_layers

BATCH, STEPS_PER_EPOCH, EPOCHS = 32, 12, 4
CLASSES, FEATURES = 5, 10
SHAPES = {"tower.fc1": (32, FEATURES), "tower.fc2": (8, 32)}


def data(generator: Generators) -> Arrays:
    """anchor, positive, negative, each (examples, 10): a class is an angle in a plane, all else is standard normal."""
    examples = BATCH * STEPS_PER_EPOCH
    kind = generator("class").integers(0, CLASSES, examples)
    other = (kind + generator("other").integers(1, CLASSES, examples)) % CLASSES
    arrays = {}
    for name, classes in (("anchor", kind), ("positive", kind), ("negative", other)):
        arrays[name] = generator(name).standard_normal((examples, FEATURES))
        angle = 2 * np.pi * classes / CLASSES + 0.2 * generator(f"{name} angle").standard_normal(examples)
        arrays[name][:, :2] = 2 * np.stack((np.cos(angle), np.sin(angle)), 1)
    return arrays


CASE = Case(
    name="siamese",
    summary="one tower of two dense layers for all of a triplet, triplet margin and cosine losses, Adam 1e-3",
    data=data,
    weights=lambda generator: glorot_layers(generator, SHAPES),
    settings={"learning_rate": 1e-3, "epsilon": 1e-8, "triplet_margin": 1.0, "cosine_margin": 0.2},
    epochs=EPOCHS,
    batch_size=BATCH,
    drop_last=True,
    shuffle=True,
)
