"""Searches the changes that make a port equivalent, one cause after another.

Notice what proves a change: the step that parts, and the one behind it, agree with it; in the end the whole port does.
"""

from __future__ import annotations

import ast
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

import numpy as np

from compare.judging.causes.candidates import candidates, candidates_of_graphs
from compare.judging.causes.cause import Cause, patch_of
from compare.judging.causes.code import Code
from compare.judging.causes.files import Candidate, Files, innermost, parting_places
from compare.judging.causes.probes import likeliest_first
from compare.judging.causes.trial import Patches, Trial, Tried
from compare.judging.comparison import DIVERGED, ERROR
from compare.judging.judgement import Judgement
from compare.judging.own_graphs import FROZEN
from compare.judging.parting_lines import what_parts
from compare.judging.rates import rates_beyond_apart
from compare.judging.run import Run
from compare.judging.stages import StageRow
from compare.running.request import RequestFailedError
from compare.traces.pairing import PairingError
from compare.traces.rates import is_beyond, is_rate
from compare.traces.trace import TraceError, TracePair

SECONDS = 40.0  # for all causes of a port
MOST_CAUSES = 6
LATEST = 20  # a step behind which too many would have to run before each trial

MANY_RATES = 8  # different ones
WORTH_PROBING, MOST_PROBED = 8, 600  # changes: to ask what all give takes as long as to try a few

Judge = Callable[[tuple[tuple[str, str], ...]], Judgement]  # of a port some of whose files are read from others


@dataclass(frozen=True)
class Found:
    """The changes that were accepted, the files as they are with them, and the judgement of the port with them."""

    causes: tuple[Cause, ...]
    codes: Mapping[str, Code]
    judgement: Judgement


def with_causes(run: Run, judgement: Judgement, judge: Judge, directory: Path) -> Judgement:
    """The judgement of a port with the changes that make it equivalent, as far as they are found; the changed files are
    written to `directory`.

    What only explains a verdict must not cost it.
    """
    if judgement.verdict != DIVERGED:
        return judgement
    try:
        found = search(run, judgement, judge, Patches(directory), SECONDS)
    except Exception as error:
        said = f"why it parts was not found ({type(error).__name__}: {error}): a fault of this program"
        return replace(judgement, findings=(*judgement.findings, said))
    whole = found.judgement.verdict != DIVERGED
    before = [Code.of(file) for file in found.codes]
    causes = tuple(replace(each, makes_equivalent=whole) for each in found.causes)
    return replace(judgement, causes=causes, patch=patch_of(before, found.codes.values()))


def search(run: Run, judgement: Judgement, judge: Judge, patches: Patches, seconds: float) -> Found:
    """Change after change, until the port is equivalent or nothing helps."""
    until = time.monotonic() + seconds
    found, refused = Found((), {}, judgement), set[str]()
    while len(found.causes) < MOST_CAUSES and found.judgement.verdict == DIVERGED:
        if FROZEN in found.judgement.findings:
            changed_graph = _of_graphs(found, judge, patches, until)
            if changed_graph is None:
                break
            found = changed_graph
            continue
        if (accepted := _one_more(run, found, patches, until, refused)) is None:
            break
        candidate, tried = accepted
        codes = {**found.codes, candidate.after.file: candidate.after}
        changed = _judged(judge, patches.of(codes))
        if changed is None or _parts_beyond(found.judgement, changed, candidate.is_set):
            refused.add(candidate.after.text)
            continue
        refused.add(candidate.before.text)  # what the port was: a change back shows that neither is a cause
        cause = _cause(found.judgement, candidate, tried)
        again = _parts_again(found.judgement.first_divergence, changed.first_divergence)
        found = Found((*found.causes, replace(cause, closes=cause.closes and not again)), codes, changed)
    return found


def _parts_again(before: StageRow | None, after: StageRow | None) -> bool:
    """Whether the same parts still, if later: the change may only suit the first steps."""
    return before is not None and after is not None and (before.stage, before.tensor) == (after.stage, after.tensor)


def _of_graphs(found: Found, judge: Judge, patches: Patches, until: float) -> Found | None:
    """With the first change that makes the port equivalent, else the first behind which what parts is later.

    Audited steps run eagerly, and show nothing of what is frozen: the whole port is judged.
    """
    first, later = found.judgement.first_divergence, None
    assert first is not None
    for candidate in candidates_of_graphs(found.judgement, first, Files(found.codes, patches.original)):
        if time.monotonic() > until:
            break
        codes = {**found.codes, candidate.after.file: candidate.after}
        changed = _judged(judge, patches.of(codes))
        if changed is not None and _is_later(changed.first_divergence, first):
            tried = Tried(first, None, 1, _gap_at(changed, first))
            better = Found((*found.causes, _cause(found.judgement, candidate, tried)), codes, changed)
            if changed.verdict != DIVERGED:
                return better
            later = later or better
    return later


def _is_later(parts: StageRow | None, first: StageRow) -> bool:
    return parts is None or not isinstance(parts.step, int) or parts.step > first.step


def _gap_at(judgement: Judgement, first: StageRow) -> float:
    """How far apart it is in a judgement what parted."""
    [comparison, *_] = judgement.comparisons.values()
    series = [each for each in comparison.series if (each.stage, each.tensor) == (first.stage, first.tensor)]
    gaps = [each.gap[each.steps == first.step] for each in series]
    return float(max(map(np.max, filter(np.size, gaps)), default=0.0))


def _judged(judge: Judge, patches: tuple[tuple[str, str], ...]) -> Judgement | None:
    """The judgement of the whole port; None where it fails behind the steps that were tried."""
    try:
        changed = judge(patches)
    except (RequestFailedError, PairingError, TraceError):
        return None
    return None if changed.verdict == ERROR else changed


def _parts_beyond(judgement: Judgement, changed: Judgement, is_set: bool) -> bool:
    """Whether a learning rate that parted agrees with the change only as far as was trained; or may: where a loop of
    the user's own sets it, what comes behind is not known, and some number makes a few rates what they are.
    """
    first = judgement.first_divergence
    if first is None or first.stage != "rate":
        return False
    pairs = [each.pair for each in changed.comparisons.values()]
    return any(map(rates_beyond_apart, pairs)) or not (is_set or all(map(_shows_enough_rates, pairs)))


def _shows_enough_rates(pair: TracePair) -> bool:
    """Whether the rates behind the last step are known, or so many before it that they are no chance."""
    many = any(np.unique(curve).size >= MANY_RATES for name, curve in pair.torch.curves.items() if is_rate(name))
    return many or all(any(map(is_beyond, trace.curves)) for trace in pair)


def _one_more(
    run: Run, found: Found, patches: Patches, until: float, refused: Collection[str]
) -> tuple[Candidate, Tried] | None:
    """The first change with which all of the step agrees, else that with which it agrees furthest, if it is further.

    Where a setting that differs is set and more agrees, no statement is rewritten for it.
    """
    first = found.judgement.first_divergence
    if first is None or not isinstance(first.step, int) or first.step > LATEST:
        return None
    trial = Trial.of(run, found.judgement, first)
    half = (time.monotonic() + until) / 2  # to find another cause too, where this one lets the step agree only further
    best: tuple[Candidate, Tried] | None = None
    for candidate in _in_order(found, first, trial, patches):
        if time.monotonic() > (half if best else until) or (best and best[0].is_set and not candidate.is_set):
            break
        if candidate.after.text in refused:
            continue
        tried = trial(patches.of({**found.codes, candidate.after.file: candidate.after}))
        if tried is None or not (tried.agrees or tried.is_further(best[1] if best else None)):
            continue
        best = candidate, tried
        if tried.agrees or tried.closes_its_step:
            break
    return best


def _in_order(found: Found, first: StageRow, trial: Trial, patches: Patches) -> Iterator[Candidate]:
    """The candidates: settings, then those that give what PyTorch computes, then all others."""
    every = candidates(found.judgement, first, Files(found.codes, patches.original))
    rest: list[Candidate] = []
    for candidate in every:
        if not candidate.is_set:
            rest = [candidate, *islice(every, MOST_PROBED - 1)]
            break
        yield candidate
    asked = len(rest) >= WORTH_PROBING and first.stage != "gradient"  # what that is of has no other value
    lines = parting_places(found.judgement, "torch")
    yield from likeliest_first(rest, found.codes, trial, patches, lines) if asked else rest
    yield from every


def _cause(judgement: Judgement, candidate: Candidate, tried: Tried) -> Cause:
    first, node = judgement.first_divergence, candidate.rewrite.node
    assert first is not None
    texts = [candidate.before.piece(node), candidate.rewrite.new]
    if not isinstance(node, ast.stmt):
        changed = ((code, innermost(code, node.lineno)) for code in (candidate.before, candidate.after))
        texts = [code.piece(statement) if statement else "" for code, statement in changed]
    old, new = ("; ".join(" ".join(line.split()) for line in text.splitlines() if line.strip()) for text in texts)
    of = candidate.before.file, node.lineno, old, new
    gaps, rule = (first.difference.max_rel, tried.gap), candidate.rewrite.rule
    return Cause(_what(first), candidate.rewrite.said, *of, *gaps, tried.agrees, rule=rule)


def _what(first: StageRow) -> str:
    return "the optimizer's state" if first.stage == "state" else what_parts(first)
