"""The study of a user's port: describe both sides, pair their weights, prove the pairing, then judge as any case.

Notice the order: what is unlike before anything runs (settings, own initial values) is found before training.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from compare.ports.eager import graph_against_eager
from compare.ports.inputs import read
from compare.ports.pairing import Model, Pairing, pair
from compare.ports.probe import prove
from compare.ports.unlike import all_settings, initial_values, say_evaluation, say_initial, say_muted
from compare.ports.views import view_pair
from compare.runs import Run, RunFailedError, Start
from compare.study import Study, study
from compare.trace import Trace
from compare.verdict import Pair


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
    if described.precision == "float32":
        precisions = ("float32",)
    judgement = yield from _under_names(study(drawn.steps_per_epoch, precisions, nudged), pairing, start)
    frozen = yield from graph_against_eager(judgement, start)
    initial = initial_values(view_pair(described.pair, pairing))
    findings = (
        *judgement.findings,
        *say_evaluation(judgement.first_divergence, described.pair),
        *frozen,
        *described.findings,
        *say_initial(initial),
        *proof,
        *say_muted(described.pair),
    )
    if drawn.more:
        findings += (f"only the first {drawn.steps} batches were taken: --steps gives more",)
    return replace(judgement, findings=findings, settings=tuple(all_settings(described.pair, pairing, initial)))


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
