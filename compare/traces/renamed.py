"""The two traces of a port under shared names, so that the judge need not know how a port names its layers.

A tensor has PyTorch's name; where TensorFlow's is a slice or a sum of PyTorch's, that expression is the name.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from functools import cached_property, partial

import numpy as np

from compare.inputs.expressions import evaluate, terms
from compare.traces.calls import split_call, without_call
from compare.traces.held_otherwise import update_of, weights_of_one_side
from compare.traces.operations import Operations
from compare.traces.pairing import Pairing
from compare.traces.step import END, Step
from compare.traces.trace import EVALUATION, Key, Trace, TracePair

WEIGHT_STAGES = ("weights", "gradient", "state", "update", "buffer")
INSIDE = ("forward", "gradient")  # what is seen only while a step runs
ADDED = ("weights", "update", "buffer")
Source = Callable[[], np.ndarray | None]  # reads one tensor; None where a part of it was not recorded


class RenamedTrace(Trace):
    """A trace under different names."""

    def __init__(
        self,
        trace: Trace,
        sources: Mapping[Key, Source],
        names: Mapping[str, str] = {},
        weights: Mapping[str, Sequence[str]] = {},
        layers: Mapping[str, str] = {},
    ):
        """`names` are the new names of tensors in `apart`, where they change, `weights` those of weights; `layers` are
        the trace's own names of layers, by the new ones."""
        self.trace, self.header, self.curves, self.steps = trace, trace.header, trace.curves, trace.steps
        self.apart = {(stage, names.get(tensor, tensor)): each for (stage, tensor), each in trace.apart.items()}
        self._sources, self._weights, self._layers = sources, weights, layers

    @cached_property
    def operations(self) -> Operations | None:
        record = self.trace.operations
        if record is None:
            return None
        weights = {name: value for own, value in record.weights.items() for name in self._weights.get(own, (own,))}
        return replace(record, weights=weights)

    @property
    def keys(self) -> list[Key]:
        return list(self._sources)

    def __contains__(self, key: Key) -> bool:
        return key in self._sources

    def __getitem__(self, key: Key) -> np.ndarray:
        tensor = self._sources[key]()
        if tensor is None:
            raise KeyError(key)
        return tensor

    def get(self, key: Key) -> np.ndarray | None:
        source = self._sources.get(key)
        return source and source()

    def outputs_of(self, step: Step, layer: str) -> list[np.ndarray]:
        return self.trace.outputs_of(step, self._layers.get(layer, layer))

    def close(self) -> None:
        self.trace.close()


def rename_pair(pair: TracePair, pairing: Pairing) -> TracePair:
    """Both traces under shared names; a side that is None stays None."""
    return TracePair(pair.torch and rename_torch(pair.torch, pairing), pair.tf and rename_tf(pair.tf, pairing))


def rename(trace: Trace, pairing: Pairing) -> RenamedTrace:
    """A trace of either side under shared names."""
    return rename_torch(trace, pairing) if trace.header.side == "torch" else rename_tf(trace, pairing)


def of_steps(trace: Trace, steps: Collection[Step], outside: Collection[Step] = ()) -> RenamedTrace:
    """The same trace, restricted to these steps; of those that are seen from `outside`, without what is inside."""
    shown = [key for key in trace.keys if key[0] in steps and not (key[0] in outside and key[1] in INSIDE)]
    return RenamedTrace(trace, {key: partial(trace.get, key) for key in shown})


def without_evaluation(trace: Trace) -> RenamedTrace:
    """The same trace without its evaluations' losses, for a port of which a side has none."""
    shown = [key for key in trace.keys if key[0] is not END or key[1] != "loss"]
    kept = RenamedTrace(trace, {key: partial(trace.get, key) for key in shown})
    kept.curves = {name: curve for name, curve in trace.curves.items() if name not in EVALUATION}
    return kept


def rename_torch(trace: Trace, pairing: Pairing) -> RenamedTrace:
    """PyTorch's trace: its weights in the slices and sums that TensorFlow has."""
    used: dict[str, list[str]] = {}
    for expression in pairing.weights.values():
        for term in terms(expression):
            used.setdefault(term.name, []).append(expression)
    outputs = set(pairing.outputs.values())
    sources: dict[Key, Source] = {}
    for key in trace.keys:
        step, stage, tensor = key
        if stage in WEIGHT_STAGES:
            name, entry = _split(stage, tensor)
            for expression in used.get(name, ()):
                shared = (step, stage, f"{expression}{entry}")
                sources.setdefault(shared, partial(_evaluate, trace, shared, expression, entry))
        elif stage != "forward" or tensor in outputs:
            sources[key] = partial(trace.get, key)
    return _with_weights(RenamedTrace(trace, sources, weights=used), pairing)


def rename_tf(trace: Trace, pairing: Pairing) -> RenamedTrace:
    """TensorFlow's trace: its weights, outputs and batches under PyTorch's names."""
    weights, outputs, batch = pairing.weights, pairing.outputs, pairing.batch
    sources: dict[Key, Source] = {}
    for key in trace.keys:
        step, stage, tensor = key
        name, entry = _split(stage, tensor)
        by_stage = {"forward": pairing.evaluated if step is END else outputs, "batch": batch}
        shared = {**dict.fromkeys(WEIGHT_STAGES, weights), **by_stage}.get(stage, {name: name})
        if name in shared:
            sources[step, stage, f"{shared[name]}{entry}"] = partial(trace.get, key)
    layers = {without_call(shared): without_call(own) for own, shared in outputs.items()}
    view = RenamedTrace(trace, sources, weights, {name: (shared,) for name, shared in weights.items()}, layers)
    return _with_weights(view, pairing)


def _with_weights(view: RenamedTrace, pairing: Pairing) -> RenamedTrace:
    """The view in which the buffers of this side that are weights of the other's are weights too."""
    names = weights_of_one_side(pairing)
    if not names:
        return view
    sources: dict[Key, Source] = {}
    for step, stage, tensor in view.keys:
        if stage == "buffer" and tensor in names:
            shown = "weights" if step is END else "update"
            sources[step, shown, tensor] = partial(update_of, view, step, tensor)
        else:
            sources[step, stage, tensor] = partial(view.get, (step, stage, tensor))
    found = RenamedTrace(view, sources)
    found.apart = {("update" if name in names else stage, name): each for (stage, name), each in view.apart.items()}
    return found


def _split(stage: str, tensor: str) -> tuple[str, str]:
    """A weight, and what stands behind it: the name of the optimizer's entry, and the number of the call.

    A batch and an output are named as a whole.
    """
    if stage not in WEIGHT_STAGES:
        return tensor, ""
    label, call = split_call(tensor)
    name, _, entry = label.rpartition(" ") if stage == "state" else (label, "", "")
    return name, (f" {entry}" if entry else "") + call


def _evaluate(trace: Trace, shared: Key, expression: str, entry: str) -> np.ndarray | None:
    step, stage, _ = shared
    return evaluate(expression, lambda name: trace.get((step, stage, f"{name}{entry}")), stage in ADDED)
