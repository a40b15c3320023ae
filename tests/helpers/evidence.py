"""Recorded steps of two sides, as the formulas read them."""

from types import SimpleNamespace

import numpy as np

from compare.judging.difference import difference
from compare.judging.formulas.evidence import Evidence
from compare.judging.stages import StageRow
from compare.traces.trace import TracePair

STEP = 1
ALLOWED = 1e-12


class Recorded(dict):
    """What one side recorded, by (step, stage, tensor); its losses and rates are the same in each step."""

    keys = property(list)

    def __init__(self, tensors, loss=1.0, rate=0.1):
        super().__init__(tensors)
        self.curves = {"loss": np.full(STEP + 1, loss), "learning_rate": np.full(STEP + 1, rate)}
        self.header = SimpleNamespace(settings=(), strange=())


def evidence(stage, torch, tf, earlier=None, losses=(1.0, 1.0), step=STEP, **others):
    """The evidence of a step whose tensors of a stage are these; `others` are those of other stages, alike on both
    sides, and `earlier` those of the same stage a step before."""
    shared = {(step, of, name): value for of, tensors in others.items() for name, value in tensors.items()}
    shared |= {(step - 1, stage, name): value for name, value in (earlier or {}).items()}
    sides = ({(step, stage, name): value for name, value in tensors.items()} for tensors in (torch, tf))
    pair = TracePair(*(Recorded(shared | own, loss) for own, loss in zip(sides, losses, strict=True)))
    keys = [key for key in pair.torch if key[0] == step]
    rows = [StageRow(*key, difference(pair.torch[key], pair.tf[key]), ALLOWED) for key in keys]
    first = next((row for row in rows if row.stage == stage), None)
    return Evidence(pair, first or StageRow(step, stage, stage, difference(*map(np.array, losses)), ALLOWED), rows)


def said(rules, given):
    """What these rules say."""
    return [sentence for rule in rules for sentence in rule(given)]
