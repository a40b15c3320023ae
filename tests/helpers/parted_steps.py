"""Two steps, recorded by hand, that have the same up to a square; and the lines where they part from there."""

import numpy as np

from compare.judging.line import compared
from compare.judging.lines import lines_of_value
from tests.helpers.recorded_operations import Recorded

X, Y = (np.random.default_rng(seed).normal(size=(8, 3)) for seed in (2, 3))
SQUARES = (X - Y) ** 2


def begun():
    """On both sides x and y, and the square of their difference."""
    found = []
    for first in (10, 20):
        recorded = Recorded()
        x, y = recorded.enter(X), recorded.enter(Y)
        apart = recorded.run(first, [x, y], X - Y, "sub")
        found.append((recorded, recorded.run(first + 1, [apart], SQUARES, "pow")))
    return found


def found(torch, tf, values):
    lines = lines_of_value(compared(torch.end(), tf.end(), 1e-10), "the loss", *map(np.asarray, values))
    return [(each.role, each.side, each.at.line, each.note) for each in lines]
