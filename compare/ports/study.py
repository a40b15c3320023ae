"""The study of a user's port: describe both sides, pair their weights, prove the pairing, then judge as any case.

Notice the order: what is unlike before anything runs (settings, own initial values) is found before training.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from compare.curves import curve_gap, first_beyond
from compare.ports.initial import InitialRow, compare_initial, summarise
from compare.ports.inputs import read
from compare.ports.pairing import Model, Pairing, pair
from compare.ports.probe import prove
from compare.ports.views import view_pair
from compare.runs import Run, RunFailedError, Start
from compare.settings import INITIAL, SettingRow, judge
from compare.settings.values import DIFFERS, EQUAL
from compare.study import Judgement, Study, study
from compare.trace import Trace
from compare.verdict import Pair

EAGER_STEPS = 200


@dataclass(frozen=True)
class Described:
    """Both sides after one step from their own initial weights; why not in float64, where that failed."""

    precision: str
    pair: Pair
    findings: tuple[str, ...] = ()


def study_port(inputs: Path, most: int, precisions: tuple[str, ...], nudged: bool) -> Study:
    """Judge a port; `inputs` is where its batches are drawn to, and what else the runs need goes beside it."""
    described = yield from _describe(precisions, most)
    drawn = read(inputs)
    pairing = pair(Model.of(described.pair.torch), Model.of(described.pair.tf), drawn.explicit)
    start = _start(described.pair.torch, pairing, inputs.with_name("weights.npz"))
    pairing, start, proof = yield from prove(pairing, described.precision, described.pair.torch, start)
    views = view_pair(described.pair, pairing)
    if described.precision == "float32":
        precisions = ("float32",)
    judgement = yield from _under_names(study(drawn.steps_per_epoch, precisions, nudged), pairing, start)
    frozen = yield from _eager(judgement, start)
    notes = [f"only the first {drawn.steps} batches were taken: --steps gives more"] if drawn.more else []
    initial = _initial(views)
    muted = [
        f"{side.meta['framework']} {', '.join(side.meta['muted'])}" for side in described.pair if side.meta["muted"]
    ]
    notes += [f"dropout was switched off ({'; '.join(muted)}): two sides cannot draw the same masks"] if muted else []
    findings = (*judgement.findings, *frozen, *described.findings, *_of_initial(initial), *proof, *notes)
    return replace(judgement, findings=findings, settings=tuple(_settings(described.pair, pairing, initial)))


def _describe(precisions: tuple[str, ...], most: int) -> Generator[list[Run], list[Pair], Described]:
    """One step of each side from its own weights: in float64 where the port can run in it."""
    findings = []
    for precision in dict.fromkeys((*precisions[:1], "float32")):
        one_step = Run(precision, audits=(0,), steps=1)
        try:
            [torch] = yield [replace(one_step, sides=("torch",), draw=most)]
            [tf] = yield [replace(one_step, sides=("tf",))]
            return Described(precision, Pair(torch.torch, tf.tf), tuple(findings))
        except RunFailedError as error:
            if precision == "float32":
                raise
            findings.append(f"judged in float32 alone, since it does not run in float64 ({error})")
    raise AssertionError("a description in float32 either succeeds or raises")


def _start(torch: Trace, pairing: Pairing, path: Path) -> Start:
    """PyTorch's own initial weights and buffers, for both sides to begin with."""
    weights = {name: torch[0, "weights", name] for step, stage, name in torch.keys if (step, stage) == (0, "weights")}
    np.savez(path, **weights)
    return Start(str(path), tuple(pairing.weights.items()))


def _under_names(inner: Study, pairing: Pairing, start: Start) -> Study:
    """The same study, whose runs begin from `start` and whose traces it sees under shared names."""
    runs = next(inner)
    while True:
        try:
            pairs = yield [replace(run, start=start) for run in runs]
        except RunFailedError as error:
            inner.throw(error)
        try:
            runs = inner.send([view_pair(pair, pairing) for pair in pairs])
        except StopIteration as stop:
            return stop.value


def _eager(judgement: Judgement, start: Start) -> Generator[list[Run], list[Pair], list[str]]:
    """Whether TensorFlow's step is another as a graph than as it is written."""
    precision, comparison = next(iter(judgement.comparisons.items()))
    graph = comparison.pair.tf
    if not graph.meta["compiled"]:
        return ["TensorFlow's step cannot be compiled to a graph: it was run eagerly"]
    steps = min(graph.steps, EAGER_STEPS)
    asked = Run(precision, audits=(), steps=steps, sides=("tf",), start=start, eager=True)
    try:
        [pair] = yield [asked]
    except RunFailedError as error:
        return [f"TensorFlow's step runs as a graph only: {error}"]
    eager, envelope = pair.tf.curves["loss"], comparison.envelope[:steps]
    step = first_beyond(curve_gap(graph.curves["loss"][:steps], eager), envelope)
    if step is None or not np.isfinite([graph.curves["loss"][step], eager[step]]).any():
        return []
    with_torch = first_beyond(curve_gap(comparison.pair.torch.curves["loss"][:steps], eager), envelope)
    agrees = "; eagerly the port agrees with torch" if with_torch is None else ""
    return [
        f"TensorFlow's step is another as a graph than as it is written: the loss parts at step {step} "
        f"(graph {graph.curves['loss'][step]}, eager {eager[step]}){agrees}: "
        "a Python value was frozen when the step was traced"
    ]


def _initial(views: Pair) -> list[InitialRow]:
    """The sides' own initial values, as draws from a distribution."""
    shared = [key for key in views.torch.keys if key[:2] == (0, "weights") and key in views.tf]
    return compare_initial(*({tensor: view[0, "weights", tensor] for *_, tensor in shared} for view in views))


def _of_initial(initial: list[InitialRow]) -> list[str]:
    """What to say of them, in no more than a few sentences."""
    said = summarise(initial)
    count = sum(row.verdict == "differs" for row in initial)
    return said if len(said) < 4 else [*said[:2], f"initialised differently: {count} tensors in all, see settings.csv"]


def _settings(pair: Pair, pairing: Pairing, initial: list[InitialRow]) -> list[SettingRow]:
    """What is set on either side, which weight begins as which, and how each side draws its own initial values."""
    of_weights = [
        SettingRow("pairing of weights", "", expression, expression, name, EQUAL, "")
        for name, expression in pairing.weights.items()
    ]
    drawn = [
        SettingRow(INITIAL, "", row.tensor, row.torch, row.tf, DIFFERS if row.verdict == "differs" else EQUAL, "")
        for row in initial
    ]
    return [*judge(*map(_with_rates, pair), pairing.all_layers), *of_weights, *drawn]


def _with_rates(trace: Trace) -> list[dict]:
    """A side's settings, its dropout layers with the rates that they had before they were switched off."""
    muted = trace.meta["muted"]
    return [
        {**row, "value": muted[row["subject"]]} if row["setting"] == "p" and row["subject"] in muted else row
        for row in trace.meta["settings"]
    ]
