"""Two recorded loops that drop cannot agree behind it: an error that names the layers, and not a divergence."""

from types import SimpleNamespace

import numpy as np
import pytest

from compare.judging.difference import Difference
from compare.judging.dropout_on import set_dropout_apart
from compare.judging.judgement import Judgement
from compare.judging.stages import StageRow
from compare.traces.header import Setting
from compare.traces.trace import TracePair

DROPPED, WHOLE = np.array([0.0, 2.0, 0.0, 2.0]), np.ones(4)
PAIRING = SimpleNamespace(outputs={"dense": "fc", "dense_1": "out"})


class Recorded(dict):
    """The outputs of the first step of a side, in order, with the settings of its layers."""

    keys = property(list)

    def __init__(self, side, kinds, settings=(), **outputs):
        rows = tuple(Setting(subject, "", name, value) for subject, name, value in settings)
        self.header = SimpleNamespace(side=side, kinds=kinds, settings=rows)
        super().__init__({(0, "forward", name): value for name, value in outputs.items()})


def torch(rate=0.5, output=DROPPED, setting="p", kind="Dropout"):
    return Recorded("torch", {"drop": kind}, [("drop", setting, rate)], fc=WHOLE, drop=output, out=WHOLE)


SILENT = Recorded("tf", {}, dense=WHOLE, dense_1=WHOLE)


def judged(left, right=SILENT, stage="forward", tensor="out", verdict="diverged", pairing=PAIRING):
    first = StageRow(0, stage, tensor, Difference("value", "", max_rel=1.0), 1e-13)
    judgement = Judgement(verdict, ("parts", "other"), {}, first)
    return set_dropout_apart(judgement, TracePair(left, right), pairing)


@pytest.mark.parametrize(("stage", "tensor"), [("forward", "out"), ("loss", "loss")])
def test_what_parts_behind_a_dropout_is_an_error_that_names_it(stage, tensor):
    judgement = judged(torch(), stage=stage, tensor=tensor)
    assert judgement.verdict == "error"
    assert judgement.findings[0].startswith("dropout is on (torch drop (0.5)): two loops cannot have the same masks")
    assert judgement.findings[1:] == ("other",)


def test_a_dropout_of_tensorflow_is_named_as_well():
    tf = Recorded("tf", {"dropout": "Dropout"}, [("dropout", "p", 0.25)], dense=WHOLE, dropout=DROPPED, dense_1=WHOLE)
    assert "(tf dropout (0.25))" in judged(SILENT, tf).findings[0]


@pytest.mark.parametrize(
    ("left", "place"),
    [
        (torch(), {"tensor": "fc"}),  # before it
        (torch(rate=0.0), {}),
        (torch(output=WHOLE), {}),  # in evaluation mode
        (torch(), {"stage": "update", "tensor": "fc.weight"}),  # behind a loss that agrees
        (torch(), {"verdict": "equivalent"}),
        (SILENT, {}),
    ],
)
def test_what_no_dropout_explains_stands(left, place):
    judgement = judged(left, **place)
    assert (judgement.verdict, judgement.findings) == (place.get("verdict", "diverged"), ("parts", "other"))


@pytest.mark.parametrize(("output", "verdict"), [(DROPPED * 3, "diverged"), (2 - DROPPED, "error")])
def test_where_both_drop_the_same_another_cause_is_left(output, verdict):
    tf = Recorded("tf", {"drop": "Dropout"}, [("drop", "p", 0.5)], fc=WHOLE, drop=output, out=WHOLE)
    pairing = SimpleNamespace(outputs={"fc": "fc", "drop": "drop", "out": "out"})
    assert judged(torch(), tf, pairing=pairing).verdict == verdict


@pytest.mark.parametrize(
    ("setting", "kind"), [("dropout", "MultiheadAttention"), ("self.stddev", "GaussianNoise"), ("p", "AlphaDropout")]
)
def test_what_leaves_no_zeros_counts_by_its_rate(setting, kind):
    assert judged(torch(0.1, WHOLE, setting, kind)).verdict == "error"
