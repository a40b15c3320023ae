"""The study of a user's port: describe both sides, pair their weights, prove the pairing, then judge as any case.

Notice the order: what can differ before anything runs (settings, each side's initial values) is compared first.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import numpy as np

from compare.inputs.port_inputs import PortInputs
from compare.judging.buffers_alone import say_buffers_alone
from compare.judging.causes.search import with_causes
from compare.judging.changed_runs import ChangedRuns
from compare.judging.comparison import DIVERGED, ERROR
from compare.judging.dropped import say_muted
from compare.judging.graph_and_eager import graph_against_eager
from compare.judging.group_lines import with_group_lines
from compare.judging.initial_values import InitialRow
from compare.judging.isolated import with_differences
from compare.judging.isolation import Partners
from compare.judging.judgement import Judgement
from compare.judging.made_lines import with_made_lines
from compare.judging.own_graphs import with_own_graphs
from compare.judging.pairing_probe import COMPUTED, training_until
from compare.judging.pairing_proof import Proven, prove, prove_later
from compare.judging.parting_lines import lacks_lines, with_lines
from compare.judging.randomness import set_randomness_apart
from compare.judging.run import Run, Wanted
from compare.judging.settings import INITIAL, SettingRow
from compare.judging.settings.values import DIFFERS
from compare.judging.static_differences import all_settings, initial_values, say_evaluation, say_initial
from compare.judging.study import study
from compare.running.request import SIDES, RequestFailedError, Start, Training
from compare.traces.pairing import Pairing, RecordedModel, pair
from compare.traces.renamed import rename, rename_pair, without_evaluation
from compare.traces.step import Step
from compare.traces.trace import Trace, TracePair

NOT_OF_A_LAYER = {"optimizer", "model", "precision", INITIAL}
# What a biased layer computes is no other, while its bias is zero.
BEHIND_THE_STEP = {"bias", "momentum", "running variance", "trainable"}


@dataclass(frozen=True)
class Described:
    """Both sides after one step from their own initial weights; `findings` says why not in float64, if that failed."""

    precision: str
    pair: TracePair
    findings: tuple[str, ...] = ()


def study_port(
    run: Run,
    inputs: PortInputs,
    weights: Path,
    precisions: tuple[str, ...],
    nudged: bool = True,
    must_fall: bool = False,
    when_to_isolate: str = "apart",
    explain: bool = False,
) -> Judgement:
    """Judge a port; PyTorch's own initial weights, from which both sides begin, are written to `weights`.

    With `explain`, changes of tf's side that make it equivalent are searched, where it is not.
    """
    described = _describe(run, precisions)
    torch, tf = map(RecordedModel.of, described.pair)
    # By name and in the likelier layout; what else comes into question is tried where a first step disagrees.
    ways = [(True, False), (True, False, True), (True, True), (False, False), (False, True)]
    pairing, *others = (pair(torch, tf, inputs.explicit, *how) for how in ways)
    start = _start(described.pair.torch, pairing, weights)
    torch_step = described.pair.torch
    if pairing.alone.torch:
        [torch_step] = run(("torch", Training(described.precision, audits=(0,), steps=1, start=start)))
    rows = _of_the_forward_pass(all_settings(described.pair, pairing, []))
    hopeless = any(row.verdict == DIFFERS for row in rows)
    ends = _set_differently(rows, pairing.crosswise_layers)
    proven = prove(run, pairing, described.precision, torch_step, start, others, hopeless, ends)
    if described.precision == "float32":
        precisions = ("float32",)

    def judged_under(proven: Proven) -> tuple[PortRuns, Judgement]:
        runs = PortRuns(run, described.pair, proven.pairing, proven.start)
        with ThreadPoolExecutor(1) as beside:  # of large weights it takes seconds, in which the sides can train
            rows = beside.submit(lambda: tuple(all_settings(described.pair, proven.pairing, runs.initial)))
            return runs, study(
                runs.renamed,
                inputs.steps_per_epoch,
                precisions,
                nudged,
                must_fall,
                lambda _: rows.result(),
                described.pair.torch.header.is_large,
            )

    runs, judgement = judged_under(proven)
    if proven.agrees and (at := _where_another_pairing_may_agree(judgement)) is not None:
        [torch_step] = runs.raw(("torch", training_until(at, described.precision, proven.start)))
        otherwise = prove_later(runs.raw, proven, described.precision, torch_step, others, at)
        if otherwise is not proven:
            proven = otherwise
            runs, judgement = judged_under(proven)
    judgement = set_randomness_apart(runs.raw, judgement, lambda trace: rename(trace, proven.pairing))
    partners, kinds = Partners.of(proven.pairing), described.pair.torch.header.kinds
    judgement = with_differences(runs.raw, judgement, partners, kinds, inputs.accepted, when_to_isolate)
    if when_to_isolate != "never" and lacks_lines(judgement):
        judgement = with_group_lines(with_made_lines(with_lines(runs.renamed, judgement)))
    judgement = with_own_graphs(runs.renamed, judgement)
    frozen = graph_against_eager(runs.renamed, judgement) if judgement.verdict != ERROR else []
    findings = (
        *judgement.findings,
        *say_evaluation(judgement, described.pair),
        *frozen,
        *described.findings,
        *proven.words,
        *say_buffers_alone(described.pair, proven.pairing),
        *say_muted(described.pair),
    )
    if inputs.more:
        findings += (f"only the first {inputs.steps} batches were used: --steps takes more",)
    findings += tuple(say_initial(runs.initial))
    judgement = replace(judgement, findings=findings, names=proven.pairing.tf_names)
    if not explain:
        return judgement

    def judge(patches: tuple[tuple[str, str], ...]) -> Judgement:
        changed = partial(_with_patches, run, patches)
        again = weights.with_name("weights_of_changed.npz")
        return study_port(changed, inputs, again, precisions[:1], nudged, must_fall, when_to_isolate)

    def paired(tf: Trace) -> Run:
        anew = pair(torch, RecordedModel.of(tf), inputs.explicit)
        start = _start(described.pair.torch, anew, weights.with_name("weights_of_tried.npz"))
        return PortRuns(run, TracePair(described.pair.torch, tf), anew, start).renamed

    changed_runs = ChangedRuns(runs.renamed, run, described.pair.tf, paired)
    return with_causes(changed_runs, judgement, judge, weights.parent)


def _with_patches(run: Run, patches: tuple[tuple[str, str], ...], *wanted: Wanted) -> list[Trace]:
    """Runs whose tf side is read from changed files."""
    return run(*((side, replace(each, patches=patches) if side == "tf" else each) for side, each in wanted))


@dataclass(frozen=True)
class PortRuns:
    """Runs of both sides from the same weights, under a pairing."""

    run: Run
    as_described: TracePair
    pairing: Pairing
    start: Start

    def raw(self, *wanted: Wanted) -> list[Trace]:
        """Traces in each side's own names, evaluated in training where PyTorch's loss does so itself."""
        in_training = self.as_described.torch.header.evaluated_in_training
        starting = ((side, replace(each, start=each.start or self.start)) for side, each in wanted)
        return self.run(*((side, replace(each, always_training=in_training)) for side, each in starting))

    def renamed(self, *wanted: Wanted) -> list[Trace]:
        """Traces in PyTorch's names, without an evaluation where a side has none."""
        traces: list[Trace] = [rename(trace, self.pairing) for trace in self.raw(*wanted)]
        lacking = any(trace.header.no_evaluation for trace in self.as_described)
        return list(map(without_evaluation, traces)) if lacking else traces

    @property
    def described(self) -> TracePair:
        return rename_pair(self.as_described, self.pairing)

    @cached_property
    def initial(self) -> list[InitialRow]:
        """Each side's own initial values: compared once, for it takes seconds where weights are large."""
        return initial_values(self.described)


def _where_another_pairing_may_agree(judgement: Judgement) -> Step | None:
    """The step that parts first, unless it is one of what the optimizer does to every weight; None where none does."""
    first = judgement.first_divergence if judgement.verdict == DIVERGED else None
    if first is None or first.stage not in (*COMPUTED, "update"):
        return None
    rows = (row for comparison in judgement.comparisons.values() for row in comparison.rows)
    updates = [row for row in rows if row.step == first.step and row.stage == "update"]
    return first.step if first.stage in COMPUTED or not all(row.beyond for row in updates) else None


def _of_the_forward_pass(settings: Iterable[SettingRow]) -> list[SettingRow]:
    """The settings that decide what a step computes before its update."""
    return [row for row in settings if row.subject not in NOT_OF_A_LAYER and row.setting not in BEHIND_THE_STEP]


def _set_differently(rows: Sequence[SettingRow], alike: Sequence[Collection[str]]) -> set[str]:
    """The layers of torch that no layer of tf, of those that could be their partner, is set like: no other pairing
    makes them agree. `alike` are groups of them that could also be paired crosswise."""
    group = {layer: number for number, layers in enumerate(alike) for layer in layers}
    found: dict[tuple, list[Any]] = {}
    for row in rows:
        found.setdefault((group.get(row.subject, row.subject), row.setting), []).append(row.tf)
    differing = (row for row in rows if row.verdict == DIFFERS)
    return {
        row.subject for row in differing if row.torch not in found[group.get(row.subject, row.subject), row.setting]
    }


def _describe(run: Run, precisions: tuple[str, ...]) -> Described:
    """One step of each side from its own weights: in float64 where the port can run in it."""
    findings: list[str] = []
    for precision in dict.fromkeys((*precisions[:1], "float32")):
        try:
            training = Training(precision, audits=(0,), steps=1)
            pair = TracePair(*run(*((side, training) for side in SIDES)))
            if precision == "float32" or not _all_in_float32(pair):
                return Described(precision, pair, tuple(findings))
            findings.append("both sides hold their weights in float32, whatever precision they are given")
        except RequestFailedError as error:
            if precision == "float32":
                raise
            findings.append(f"judged in float32 only, since it does not run in float64 ({error})")
    raise AssertionError("a description in float32 either succeeds or raises")


def _all_in_float32(pair: TracePair) -> bool:
    held = {trace[key].dtype for trace in pair for key in trace.keys if key[:2] == (0, "weights")}
    return {dtype.name for dtype in held if dtype.kind == "f"} == {"float32"}


def _start(torch: Trace, pairing: Pairing, path: Path) -> Start:
    """PyTorch's own initial weights and buffers, from which both sides begin."""
    weights = {name: torch[0, "weights", name] for step, stage, name in torch.keys if (step, stage) == (0, "weights")}
    # What only one side has begins where it does nothing.
    weights |= {name: np.full_like(weights[name], value) for name, value in pairing.alone.torch.items()}
    np.savez(path, allow_pickle=False, **weights)
    return Start(str(path), tuple(pairing.weights.items()), tuple(pairing.alone.tf.items()))
