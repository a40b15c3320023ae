"""A row of an audited step, whose gap is given."""

import numpy as np

from compare.judging.difference import difference
from compare.judging.stages import StageRow

WITHIN, BEYOND = 0.125, 0.25  # gaps, of what is allowed by default


def row(step, stage, tensor="w", gap=0.0, allowed=0.125):
    """A row whose relative gap is `gap`, of values around 1."""
    return StageRow(step, stage, tensor, difference(np.array([1.0]), np.array([1.0 - gap])), allowed)
