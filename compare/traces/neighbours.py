"""Which output of a layer without weights is which of the other side's: by its kind, and the paired output next to it.

A side may have a layer of a kind where the other calls a function, and the other elsewhere: their order says nothing.
"""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence

from compare.traces.calls import split_call
from compare.traces.model import RecordedModel

Place = tuple[str, str | None]  # a kind, and the paired output before it (or behind it), by PyTorch's name


def with_unweighted(
    torch: RecordedModel, tf: RecordedModel, paired: Mapping[str, str], with_weights: Container[str]
) -> dict[str, str]:
    """Pairs of outputs, tf's and torch's, and those of layers without weights that both call as often behind the same
    paired output, or before it."""
    found, of_torch = dict(paired), {name: name for name in paired.values()}
    for backwards in (False, True):
        left = _by_place(torch, of_torch, backwards, with_weights, {*found.values()})
        for place, calls in _by_place(tf, paired, backwards, with_weights, found).items():
            if len(calls) == len(left.get(place, ())):
                found |= zip(calls, left[place], strict=True)
    return found


def _by_place(
    model: RecordedModel,
    names: Mapping[str, str],
    backwards: bool,
    with_weights: Container[str],
    paired: Container[str],
) -> dict[Place, list[str]]:
    """The outputs of layers without weights that are not paired yet, in the order of their making."""
    found: dict[Place, list[str]] = {}
    neighbour: str | None = None
    outputs: Sequence[str] = model.outputs[::-1] if backwards else model.outputs
    for output in outputs:
        neighbour = names.get(output, neighbour)
        layer, _ = split_call(output)
        if layer not in with_weights and layer in model.kinds and output not in paired:
            found.setdefault((model.kinds[layer], neighbour), []).append(output)
    return {place: calls[::-1] for place, calls in found.items()} if backwards else found
