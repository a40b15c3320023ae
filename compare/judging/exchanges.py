"""Other pairings that may be the right one: layers that could be each other exchanged, one by one or part by part."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import combinations

from compare.judging.stages import StageRow
from compare.traces.pairing import Pairing


def exchanges(pairing: Pairing, reached: StageRow) -> Iterator[Pairing]:
    """A weight in another layout; two layers exchanged, nearest first to where the step parts; three rotated."""
    yield from map(pairing.turned, pairing.in_two_layouts)
    outputs = pairing.torch.outputs
    place = outputs.index(reached.tensor) if reached.stage == "forward" and reached.tensor in outputs else len(outputs)

    def distance(number: int) -> int:
        runs_at = _runs_at(pairing, number)
        return abs(place - runs_at) if runs_at < len(outputs) else len(outputs)

    for size in (2, 3):
        # What runs behind the place where the step parts cannot have made it part.
        behind = {number for number in range(len(pairing.pairs)) if place < _runs_at(pairing, number) < len(outputs)}
        circles = [
            places for group in pairing.alike for places in combinations(group, size) if not behind.issuperset(places)
        ]
        for places in sorted(circles, key=lambda places: (min(map(distance, places)), sum(map(distance, places)))):
            turned = pairing.crosswise(*places[:2])
            if size == 2:
                yield turned
            else:
                yield turned.crosswise(*places[1:])
                yield pairing.crosswise(*places[1:]).crosswise(*places[:2])


def of_parts(pairing: Pairing) -> Iterator[Pairing]:
    """Two parts of the model exchanged whole, where layer by layer one could be the other: the twins of a critic.

    A part is what one module of torch holds, or what takes the same place in every group of layers alike.
    """
    alike = {place: number for number, group in enumerate(pairing.alike) for place in group}
    parts: dict[tuple, list[list[int]]] = defaultdict(list)
    for inside in _by_module(pairing).values():
        if len(inside) > 1 and all(place in alike for place in inside.values()):
            key = tuple(sorted((path, alike[place]) for path, place in inside.items()))
            parts[key].append([inside[path] for path, _ in key])
    for size in {len(group) for group in pairing.alike}:
        groups = [group for group in pairing.alike if len(group) == size]
        if len(groups) > 1:
            parts[("in order", size)] = [list(places) for places in zip(*groups, strict=True)]
    for twins in parts.values():
        for one, other in combinations(twins, 2):
            exchanged = pairing
            for places in zip(one, other, strict=True):
                exchanged = exchanged.crosswise(*places)
            yield exchanged


def _by_module(pairing: Pairing) -> dict[str, dict[str, int]]:
    """Of each module of torch the places of its layers' pairs, by their paths inside it."""
    found: dict[str, dict[str, int]] = defaultdict(dict)
    for place, (torch, _) in enumerate(pairing.pairs):
        names = torch.path.split(".")
        for depth in range(1, len(names)):
            found[".".join(names[:depth])][".".join(names[depth:])] = place
    return found


def _runs_at(pairing: Pairing, number: int) -> int:
    """The place of a layer of torch among the outputs; behind all, where it has none."""
    outputs, layer = pairing.torch.outputs, pairing.torch.layer_of(pairing.pairs[number][0])
    return outputs.index(layer) if layer in outputs else len(outputs)
