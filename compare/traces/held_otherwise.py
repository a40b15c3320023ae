"""A tensor that is a weight on one side and a buffer on the other, as an average of the weights often is.

A trace shows what a step adds to a weight, and what it leaves of a buffer: such a tensor is a weight on both sides.
"""

from __future__ import annotations

from math import prod

import numpy as np

from compare.inputs.expressions import terms
from compare.traces.model import RecordedModel
from compare.traces.paired import Pairing
from compare.traces.step import END, Step
from compare.traces.trace import Trace


def weights_of_one_side(pairing: Pairing) -> set[str]:
    """The shared names of what only one side holds as a weight."""
    torch, tf = _buffers(pairing.torch), _buffers(pairing.tf)
    return {
        expression
        for name, expression in pairing.weights.items()
        if (name in tf) != all(term.name in torch for term in terms(expression))
    }


def _buffers(model: RecordedModel) -> set[str]:
    return {terms(name)[0].name for name, tensor in model.tensors.items() if tensor.buffer}


def weights_alone(pairing: Pairing) -> tuple[int, int]:
    """How many numbers each side counts as weights, and the other as buffers."""
    torch, tf = _buffers(pairing.torch), _buffers(pairing.tf)
    names = weights_of_one_side(pairing)
    mixed = {name: expression for name, expression in pairing.weights.items() if expression in names}
    of_torch = {term.name for expression in mixed.values() for term in terms(expression)} - torch
    return _size(pairing.torch, of_torch), _size(pairing.tf, mixed.keys() - tf)


def _size(model: RecordedModel, names: set[str]) -> int:
    return sum(prod(tensor.shape) for name, tensor in model.tensors.items() if terms(name)[0].name in names)


def update_of(trace: Trace, step: Step, name: str) -> np.ndarray | None:
    """What a step added to a buffer; its values at the end of training."""
    after, before = trace.get((step, "buffer", name)), trace.get((step, "weights", name))
    if step is END:
        return after
    return None if after is None or before is None else after - before
