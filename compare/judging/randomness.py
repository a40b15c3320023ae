"""What is random in a step: found by running it again from the same weights and batch, and never called diverged."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from compare.judging.comparison import DIVERGED, ERROR
from compare.judging.judgement import Judgement
from compare.judging.leaks import is_set_differently
from compare.judging.run import Run
from compare.judging.stages import StageRow
from compare.judging.steps import METRIC
from compare.running.request import SIDES, RequestFailedError, Training
from compare.traces.calls import without_call
from compare.traces.following import relative
from compare.traces.rates import is_beyond, is_rate
from compare.traces.step import END
from compare.traces.trace import NOT_METRICS, Trace

# More than twice, since what is rarely dropped is often kept, and since a count goes one way so many times. Of a large
# model twice.
TIMES, OF_LARGE = 6, 2
MOVED = ("update", "buffer")
COMPUTED = ("forward", "loss", "gradient", *MOVED)
ROUNDING = 1e-6  # a framework that is not deterministic to the last digit is not random


@dataclass(frozen=True)
class Random:
    """A tensor or a metric that is something else each time, and one value of it, twice."""

    stage: str
    tensor: str
    values: tuple[float, float]
    kind: str = ""  # of a layer

    def __str__(self) -> str:
        layer = f"{self.tensor} ({self.kind})" if self.kind else self.tensor
        what = f"the output of {layer}" if self.stage == "forward" else f"{self.stage} {self.tensor}"
        what = "the loss" if self.stage == "loss" else what
        return f"{what}, {self.values[0]:.2g} and then {self.values[1]:.2g},"


def set_randomness_apart(run: Run, judgement: Judgement, rename: Callable[[Trace], Trace]) -> Judgement:
    """The judgement of a port; an error where what parts is random. `rename` gives a trace PyTorch's names.

    `run` begins with the same weights on both sides. Only where the sides part is anything run again.
    """
    if not (judgement.verdict == DIVERGED or _allowed_much(judgement)):
        return judgement
    precision, comparison = next(iter(judgement.comparisons.items()))
    is_large, first = comparison.pair.torch.header.is_large, judgement.first_divergence
    if is_large and first is not None and is_set_differently(first, judgement.settings):
        return judgement  # what a setting explains is not random, and a step takes long
    try:
        traces = _again(run, precision, OF_LARGE if is_large else TIMES)
    except RequestFailedError:  # a user's own step may not run more often than there are batches
        return judgement
    found = {side: random[0] for side, trace in zip(SIDES, traces, strict=True) if (random := find_random(trace))}
    found = _without_states(run, precision, first, found)
    if not found:
        return judgement
    parts = {(each.stage, each.tensor) for trace in traces for each in find_random(rename(trace))}
    if judgement.verdict != DIVERGED:
        return replace(judgement, verdict=ERROR, findings=(f"{_say(found)}{ADVICE}", *judgement.findings))
    parting, *others = judgement.findings
    if first is not None and (first.stage, first.tensor) not in parts:
        return replace(judgement, findings=(parting, f"{_say(found)}; what parts first is not random", *others))
    return replace(judgement, verdict=ERROR, findings=(f"{_say(found)}{ADVICE}", *others), first_divergence=None)


def _again(run: Run, precision: str, times: int) -> list[Trace]:
    """The first step of both sides again and again, with everything that it computes where it comes to no one result;
    an audit of a large model takes long."""
    plain = Training(precision, audits=(), steps=times, eager=True, again=True)
    traces = run(*((side, plain) for side in SIDES))
    if all(map(_is_repeated, traces)):
        return traces
    return run(*((side, replace(plain, audits=tuple(range(times)))) for side in SIDES))


def _without_states(run: Run, precision: str, first: StageRow | None, found: dict[str, Random]) -> dict[str, Random]:
    """Without the sides that, built anew, come to the same at the step that parts under other random numbers: what
    differs comes of a state that they keep, as gradients that are gathered or a hidden state that is carried on."""
    at = first.step if first is not None and first.step is not END else None
    plain = Training(precision, audits=() if at is None else (at,), steps=None if at is None else at + 1, eager=True)
    for side in list(found):
        try:
            one, other = run((side, plain), (side, replace(plain, reseeded=True)))
        except RequestFailedError:
            continue
        tensors = ((one.get(key), other.get(key)) for key in one.keys if key[1] in COMPUTED)
        curves = zip(*(_curves(trace) for trace in (one, other)), strict=True)
        if all(_apart(values) is None for values in (*tensors, *curves)):
            del found[side]
    return found


def _curves(trace: Trace) -> list[np.ndarray]:
    """The losses and metrics."""
    return [curve for name, curve in trace.curves.items() if name == "loss" or is_metric(name)]


def _is_repeated(trace: Trace) -> bool:
    """Whether each step gives the loss, the metrics, the updates and the buffers of the first."""
    gaps = [apart[:, 0].max(initial=0) for apart in trace.apart.values()]
    return max(gaps, default=0) <= ROUNDING and all(_apart(list(curve)) is None for curve in _curves(trace))


def _allowed_much(judgement: Judgement) -> bool:
    """Whether one ulp moves the first loss by more than rounding can: numbers that no seed repeats move it too."""
    losses = [
        each
        for precision, comparison in judgement.comparisons.items()
        for each in comparison.series
        if precision == "float64" and each.stage == "loss"
    ]
    return any(each.allowed.size and each.allowed[0] > ROUNDING for each in losses)


ADVICE = (
    ". Two frameworks cannot sample the same numbers, so the sides cannot be compared: let batches(rng) yield the "
    "numbers and use them on both sides, or switch off what samples them"
)


def _say(found: Mapping[str, Random]) -> str:
    where = " and ".join(f"{random} in {side}" for side, random in found.items())
    return f"random: the same step from the same weights and batch gives something else each time, first {where}"


def is_metric(name: str) -> bool:
    """Whether a curve is of a metric of the user's."""
    return name not in NOT_METRICS and not is_rate(name) and not is_beyond(name)


def find_random(trace: Trace) -> list[Random]:
    """Everything that differs between the steps of a run that makes the first again, in order.

    Empty where the first of these comes of a state that the step keeps by itself: it only counts, as a weight of the
    loss does that is annealed; it is no number any more, as what is divided by a change of the weights; or what was
    computed is the same, and only some steps do something with it, as where a target network is copied now and then.
    """
    found: list[Random] = []
    for stage, tensor, values in _each_time(trace):
        if (apart := _apart(values)) is None:
            continue
        if not found and (_is_of_a_state(values) or (stage in MOVED and _recurs(values))):
            return []
        found.append(Random(stage, tensor, apart, trace.header.kinds.get(without_call(tensor), "")))
    return found


def _each_time(trace: Trace) -> Iterator[tuple[str, str, list]]:
    """Every tensor and metric that a step computes, with its values in all steps."""
    keys = [key[1:] for key in trace.keys if key[0] == 0 and key[1] in COMPUTED]
    for stage, tensor in sorted(keys, key=lambda key: COMPUTED.index(key[0])):  # the loss is told after the update
        yield stage, tensor, [trace.get((step, stage, tensor)) for step in range(trace.steps)]
    for name, curve in trace.curves.items():
        if is_metric(name):
            yield METRIC, name, list(curve)


def _apart(values: Sequence[Any]) -> tuple[float, float] | None:
    """The first value and a later one where these arrays are furthest apart; None where all agree."""
    first, *others = (np.asarray(value, np.float64) for value in values if value is not None)
    for other in others:
        if other.shape != first.shape:
            return float(first.size), float(other.size)
        if not (np.array_equal(first, other, equal_nan=True) or relative(first, other) <= ROUNDING):
            place = np.unravel_index(np.argmax(np.nan_to_num(np.abs(first - other), nan=np.inf)), first.shape)
            return float(first[place]), float(other[place])
    return None


def _is_of_a_state(values: Sequence[Any]) -> bool:
    """Whether every element goes one way, or some begin as numbers and end as none."""
    if any(value is None or np.shape(value) != np.shape(values[0]) for value in values):
        return False
    each = np.array(values, np.float64)
    if np.isfinite(each[0]).all() and not np.isfinite(each).all():
        return True
    moved = np.diff(each, axis=0)
    return bool(((moved >= 0).all(axis=0) | (moved <= 0).all(axis=0)).all())


def _recurs(values: Sequence[Any]) -> bool:
    """Whether some values are the same to the last digit, as those that are sampled never are."""
    return any(np.array_equal(one, other) for place, one in enumerate(values) for other in values[:place])
