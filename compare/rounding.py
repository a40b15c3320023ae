"""Every number that decides what is close, each with its reason. No test and no case overrides them.

A correct port is indistinguishable from the original nudged by one ulp, so what is allowed is measured for each case:
the gap that such nudges open, times a factor, and never less than a few ulps.
"""

import numpy as np

# The nudge is one sample of what rounding does, and may by luck open no gap at all where the frameworks, which sum in
# different orders, are some ulps apart.
FLOOR_ULPS = 16

# Two samples of rounding differ in size. The smallest semantic difference known is 1e-10 at once, in float64, where
# floor and factor together allow 1e-13.
ENVELOPE_FACTOR = 32

# One constant rounded to float32 is off by half a float32 ulp; a formula that has several, by a few. No more than that
# is called a leak where nudged weights show no effect at all (Adam's first update is nearly the sign of the gradient).
LEAK_ULPS = 4

# A constant rounded to float32 has been seen to open a gap of 1e-10 at the least. What is less, and still more than
# rounding, is a formula that cancels.
SMALLEST_LEAK = 1e-10

# A side is unstable where every sample of its float32 error is this many times the other side's worst one: with a
# lesser ratio, one ReLU that flips by chance could look like it.
UNSTABLE_RATIO = 100

# Accuracies count, and a count flips when a score crosses a threshold. Where the loss's envelope is wider than this
# (eight float32 ulps, so that a leak does not hide a wrong metric), a flip is chance; below, it is a finding.
COUNTS_ARE_CERTAIN_BELOW = 8 * float(np.finfo(np.float32).eps)


def ulp(precision: str) -> float:
    """The relative spacing of numbers in "float32" or "float64"."""
    return float(np.finfo(precision).eps)


def allowed(nudge_gap, precision: str):
    """The relative gap that rounding explains, where nudges opened `nudge_gap` (a number, or an array of them)."""
    return ENVELOPE_FACTOR * np.maximum(nudge_gap, FLOOR_ULPS * ulp(precision))


def allowed_for_leak(nudge_gap, precision: str = "float64"):
    """The relative gap in a float64 run that a constant rounded to float32 explains; the nudge was one float32 ulp."""
    return np.maximum(ENVELOPE_FACTOR * np.asarray(nudge_gap), LEAK_ULPS * ulp("float32"))
