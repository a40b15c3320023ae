"""The traces of two recorded loops: read, told apart by side, and brought under one set of names."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from compare.judging import tolerances
from compare.judging.difference import difference
from compare.judging.same_side import by_name
from compare.traces.files import is_unfinished
from compare.traces.pairing import Pairing, RecordedModel, pair
from compare.traces.renamed import of_steps, rename_pair
from compare.traces.step import END, Step
from compare.traces.trace import Trace, TraceError, TracePair, is_file, trace_path


def read(path: Path) -> Trace:
    found = trace_path(path)
    if is_file(path) and not is_file(found):
        raise TraceError(f"{path} is neither a trace (.npz) nor a loss log (.csv, .tsv, .txt, .log)")
    if is_unfinished(found):
        raise TraceError(
            f"{path} is not finished: the loop still runs, was killed, or did not close it (a notebook's kernel "
            "goes on): call recorder.close() after the loop, or write `with Recorder(...) as recorder:`"
        )
    if not is_file(found):
        raise TraceError(f"{path} does not exist (looked for {found}): record it first, or give the path of a trace")
    return Trace(found)


def by_side(traces: Sequence[Trace]) -> TracePair:
    """The trace of PyTorch, and that of TensorFlow, or two of one framework that were given these parts."""
    sides = {trace.header.side: trace for trace in traces}
    return TracePair(sides["torch"], sides["tf"])


def nudged_twins(plain: TracePair, found: Sequence[Trace]) -> TracePair:
    """The traces of nudged runs of the same scripts; a trace of a different run is left out."""
    sides = {trace.header.side: trace for trace in found}
    twins = [(trace, sides.get(trace.header.side)) for trace in plain]
    return TracePair._make(twin if twin and _is_nudged(trace, twin) else None for trace, twin in twins)


def _is_nudged(plain: Trace, twin: Trace) -> bool:
    """Whether a run began with the same batch, and with weights that are a few ulps away at most."""
    began = [key for key in plain.keys if key[0] == 0 and key[1] in ("batch", "weights")]
    gaps = [difference(plain[key], twin.get(key)) for key in began]
    few = tolerances.FLOOR_ULPS * tolerances.ulp(twin.header.nudge or "float32")
    return all(found.max_rel <= few for found in gaps)


def pair_models(pair_of_traces: TracePair, of_one_side: bool = False) -> Pairing:
    """Which weight is which: by the tf recorder's pairs, then by order and kind; in one framework by names first."""
    torch, tf = map(RecordedModel.of, pair_of_traces)
    return pair(torch, tf, by_name(torch, tf) if of_one_side else pair_of_traces.tf.header.explicit)


def by_values(pairing: Pairing, traces: TracePair) -> Pairing:
    """The pairing under which what could be paired otherwise has equal first weights, if there is one."""
    views = rename_pair(traces, pairing)
    step = min((step for step, stage, _ in views.torch.keys if stage == "weights"), default=END)

    def same(torch: int, tf: int) -> bool:
        crossed = pairing if torch == tf else pairing.crosswise(torch, tf)
        names = [tensor.name for tensor in crossed.pairs[tf][1].tensors.values() if tensor.name in crossed.weights]
        return _same(traces, crossed, step, names)

    for group in pairing.alike:
        for place in group:
            if not same(place, place):
                partner = next((other for other in group if other > place and same(other, place)), None)
                pairing = pairing if partner is None else pairing.crosswise(place, partner)
    for name in pairing.in_two_layouts:
        other = pairing.turned(name)
        if not _same(traces, pairing, step, [name]) and _same(traces, other, step, [name]):
            pairing = other
    return pairing


def _same(traces: TracePair, pairing: Pairing, step: Step, names: Iterable[str]) -> bool:
    """Whether weights, by their tf names, have equal values at the beginning of a step."""
    sides = rename_pair(traces, pairing)
    keys = [(step, "weights", pairing.weights[name]) for name in names]
    return all(_equal(sides.torch.get(key), sides.tf.get(key)) for key in keys)


def _equal(torch: np.ndarray | None, tf: np.ndarray | None) -> bool:
    return torch is not None and tf is not None and np.array_equal(torch, tf)


def audited_by_both(pair: TracePair) -> TracePair:
    """Both traces, restricted to the steps that both audited, and the end.

    Of a step that one side recorded from outside, the other's outputs and gradients are left out.
    """
    steps = [{step for step, _, _ in view.keys} for view in pair]
    outside = {step for view in pair for step in view.header.from_outside}
    return TracePair(*(of_steps(view, steps[0] & steps[1], outside) for view in pair))
