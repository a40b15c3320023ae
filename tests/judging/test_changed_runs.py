"""Runs of changed ports: under the port's own pairing, or under their own."""

from types import SimpleNamespace

import pytest

from compare.judging.changed_runs import ChangedRuns
from compare.running.request import RequestFailedError, Training
from compare.traces.weights import Tensor, WeightGroup

PLAIN, CHANGED = Training("float64"), Training("float64", patches=(("port.py", "changed.py"),))


def described(*shape):
    """A trace of a model with one weight."""
    group = WeightGroup("Linear", "fc", {"weight": Tensor("fc.weight", shape, False, True)})
    return SimpleNamespace(keys=[], header=SimpleNamespace(weight_groups=[group], kinds={}, tied={}))


class Raw:
    """Runs of tf from its own weights, that leave the same trace."""

    def __init__(self, trace):
        self.trace, self.asked = trace, []

    def __call__(self, *wanted):
        self.asked += wanted
        return [self.trace]


def failing(*wanted):
    raise RequestFailedError("tf", "KeyError: 'fc.bias'")


def runs(plain, raw):
    return ChangedRuns(plain, raw, described(2, 3), lambda tf: lambda *wanted: [(tf, *wanted)])


def test_a_port_whose_weights_fit_runs_under_its_own_pairing():
    raw = Raw(described(2, 4))
    assert runs(lambda *wanted: ["plain"], raw)(("tf", CHANGED)) == ["plain"]
    assert not raw.asked


def test_a_changed_port_with_other_weights_is_paired_anew():
    raw = Raw(described(2, 4))
    assert runs(failing, raw)(("tf", CHANGED)) == [(raw.trace, ("tf", CHANGED))]
    [(side, training)] = raw.asked
    assert (side, training.start, training.steps, training.patches) == ("tf", None, 1, CHANGED.patches)


def test_what_fails_with_the_same_weights_and_what_is_not_changed_fails():
    with pytest.raises(RequestFailedError, match=r"fc\.bias"):
        runs(failing, Raw(described(2, 3)))(("tf", CHANGED))
    raw = Raw(described(2, 4))
    with pytest.raises(RequestFailedError):
        runs(failing, raw)(("tf", PLAIN))
    assert not raw.asked
