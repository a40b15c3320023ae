"""Means since the beginning, recorded as losses, are called so; losses that differ otherwise are not."""

import numpy as np
import pytest

from compare.traces.step import END
from tests.helpers.synthetic import rounding
from tests.helpers.two_traces import Traces, of_loss


@pytest.fixture
def traces(tmp_path):
    return Traces(tmp_path)


def mean_so_far(begins_anew=None):
    """The loss as the mean of those since the beginning of its epoch."""
    seen = []

    def fault(key, value):
        if key[1] != "loss" or key[0] is END:
            return value
        if begins_anew and key[0] % begins_anew == 0:
            seen.clear()
        seen.append(float(value))
        return np.asarray(np.mean(seen), value.dtype)

    return fault


@pytest.mark.parametrize("begins_anew", [None, 8])
@pytest.mark.parametrize("side", ["torch", "tf"])
@pytest.mark.parametrize("precision", ["float64", "float32"])
def test_the_side_whose_losses_are_running_means_is_named_first(traces, side, precision, begins_anew):
    for each in ("torch", "tf"):
        fault = mean_so_far(begins_anew) if each == side else rounding
        traces.record(each, fault, precision=precision)
    result = traces.diff()
    assert result.verdict == "diverged"
    assert result.findings[0].startswith(f"{side}'s losses are the means since the beginning of the epoch")


@pytest.mark.parametrize("fault", [of_loss(lambda step: 1.5), of_loss(lambda step: 1 + 0.1 * step)])
def test_losses_that_differ_otherwise_are_no_means(traces, fault):
    assert not any("means since" in finding for finding in traces.judge(fault).findings)


def test_losses_that_hardly_move_are_no_means_of_each_other(traces):
    flat = of_loss(lambda step: 0.0)
    traces.record("torch", flat)
    traces.record("tf", flat)
    assert not any("means since" in finding for finding in traces.diff().findings)
