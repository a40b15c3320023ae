"""Rows of isolated steps, made up, and what is found in them."""

import numpy as np

from compare.judging.difference import difference
from compare.judging.isolated_differences import isolated_differences
from compare.judging.isolation import Isolated
from compare.judging.settings import SettingRow
from compare.judging.stages import StageRow
from compare.judging.ways import Ways
from compare.running.request import Training
from compare.traces.trace import TracePair

KINDS = {"conv": "Conv2d", "bn1": "BatchNorm", "bn2": "BatchNorm", "fc": "Linear", "head": "Linear"}
TRAINING = Training("float64")
FLOW = {"conv": (), "bn1": ("conv",), "bn2": ("bn1",), "fc": ("bn2",), "head": ("fc",), "loss": ("head", "fc.weight")}


def row(stage, tensor, step=0, gap=0.5, harmless=None):
    return StageRow(step, stage, tensor, difference(np.array([1.0]), np.array([1.0 - gap])), 1e-13, harmless)


def setting(subject, name, torch, tf, verdict="differs"):
    return SettingRow(subject, KINDS.get(subject, ""), name, torch, tf, verdict, "")


class Shown(Isolated):
    """Rows with numbers of their gaps behind them."""

    def shown(self, row):
        if not row.shown:
            return np.array([1.0]), None
        return np.array([1.0]), np.ones(2) if row.difference.structural else np.array([1.0 - row.difference.max_rel])


def isolated(*rows, given=None, flow=FLOW):
    ways = flow if isinstance(flow, Ways) else Ways.alike({to: frozenset(of) for to, of in flow.items()})
    return Shown(rows, rows if given is None else given, ways, TracePair(None, None), TRAINING)


def found(*rows, given=None, settings=(), flow=FLOW):
    return [
        (each.place, [row.tensor for row in each.rows], each.cause)
        for each in isolated_differences(isolated(*rows, given=given, flow=flow), KINDS, settings)
    ]


def ways(tf, torch, values=None):
    """Where gradients come from on each side; tf has these values, or those that it differentiates."""
    each = (values or tf, tf, torch)
    return Ways(*({to: frozenset(sources) for to, sources in one.items()} for one in each))


def places(*rows, flow=FLOW):
    """The places of what is found where the optimizer moves all weights alike, given the same gradients."""
    return [place for place, *_ in found(*rows, given=[each for each in rows if each.stage != "update"], flow=flow)]


GRADIENT_OF_CODES = [row("gradient", "codes.weight"), row("update", "codes.weight")]
