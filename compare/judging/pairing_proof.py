"""Proves the pairing of weights: one step of both sides from the same weights must compute the same.

Where layers of the same kind and shape could be paired crosswise, and the step disagrees, exchanges are tried.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from itertools import chain, combinations

import numpy as np

from compare.judging import tolerances
from compare.judging.by_outputs import by_outputs
from compare.judging.order_of_calls import in_order_of_calls
from compare.judging.run import Run
from compare.judging.stages import StageRow, by_value, stage_rows
from compare.running.request import Start, Training
from compare.traces.calls import without_call
from compare.traces.pairing import Pair, Pairing
from compare.traces.renamed import rename_pair
from compare.traces.trace import Trace, TracePair

# What a proof may cost: a wrong port agrees under no pairing, and a step of a large model takes many seconds.
MOST_TRIES, MOST_SECONDS = 40, 60
FEW_TRIES, FEW_SECONDS = 10, 15
MOST_NAMED = 6  # layers in one finding
COMPUTED = ("forward", "loss", "gradient")
# A gradient that is zero in exact arithmetic (an attention's key bias) is noise, and proves nothing about a weight.
NOISE = 1e-6


def prove(
    run: Run,
    pairing: Pairing,
    precision: str,
    torch: Trace,
    start: Start,
    others: Sequence[Pairing] = (),
    hopeless: bool = False,
    ends: Collection[str] = (),
) -> tuple[Pairing, Start, list[str]]:
    """The pairing under which a step agrees furthest, the start for it, and the findings.

    `torch` is the trace of that step on PyTorch's side. `others` are pairings that are tried before any exchange. It is
    `hopeless` that a step agrees where the sides are set differently: less is then tried; and only what the outputs of
    layers show where a step agrees up to one of the layers in `ends`, which parts under any pairing.
    """

    def probe(candidate: Pairing) -> tuple[Pairing, StageRow | None, Trace]:
        [tf] = run(("tf", Training(precision, audits=(0,), steps=1, start=_under(candidate, start))))
        candidate = in_order_of_calls(candidate, torch, tf)
        return candidate, _reached(candidate, torch, tf), tf

    most, seconds = (FEW_TRIES, FEW_SECONDS) if hopeless else (MOST_TRIES, MOST_SECONDS)
    began, tried, (best, reached, tf) = time.monotonic(), {_key(pairing)}, probe(pairing)

    def untried() -> Iterator[Pairing]:
        if reached is None:
            return
        by_what_they_put_out = by_outputs(best, torch, tf)
        likely = chain([best.turned(*best.in_two_layouts)], others, _candidates(best, reached))
        for candidate in chain([by_what_they_put_out], () if _is_output_of(reached, ends) else likely):
            if candidate is not by_what_they_put_out and (len(tried) > most or time.monotonic() - began > seconds):
                return
            if _key(candidate) not in tried:
                tried.add(_key(candidate))
                yield candidate

    while reached is not None:
        for candidate in untried():
            candidate, further, shown = probe(candidate)
            if further is None or _place(candidate, further) > _place(best, reached):
                best, reached, tf = candidate, further, shown
                break
        else:
            break
    ended = reached is not None and _is_output_of(reached, ends)
    return best, _under(best, start), _words(pairing, best, reached, ended)


def _is_output_of(row: StageRow, layers: Collection[str]) -> bool:
    return row.stage == "forward" and without_call(row.tensor) in layers


def _key(pairing: Pairing) -> frozenset[tuple[str, str]]:
    return frozenset(pairing.weights.items())


def _under(pairing: Pairing, start: Start) -> Start:
    """The same initial weights, under another pairing's names."""
    return replace(start, names=tuple(pairing.weights.items()), alone=tuple(pairing.alone.tf.items()))


def _reached(pairing: Pairing, torch: Trace, tf: Trace) -> StageRow | None:
    """The first tensor that the step computes differently; None where all agree."""
    rows = stage_rows(*rename_pair(TracePair(torch, tf), pairing), [], "float64", lambda *_: tolerances.SAME_PART)
    gradients = [torch[key] for key in torch.keys if key[:2] == (0, "gradient")]
    noise = NOISE * max((float(np.abs(gradient).max(initial=0)) for gradient in gradients), default=0.0)
    unlike = [
        row
        for row in by_value(rows)
        if row.step == 0 and row.stage in COMPUTED and row.beyond and row.difference.max_abs > noise
    ]
    if not any(row.stage in ("loss", "gradient") for row in unlike):
        return None
    return unlike[0]


def _place(pairing: Pairing, row: StageRow) -> tuple[int, int]:
    """How far a step agreed, in the order of its stages, and of PyTorch's layers."""
    outputs = pairing.torch.outputs
    return COMPUTED.index(row.stage), outputs.index(row.tensor) if row.tensor in outputs else 0


def _candidates(pairing: Pairing, reached: StageRow) -> Iterator[Pairing]:
    """Other pairings: a weight in another layout; two layers exchanged, nearest first to where the step parts; three
    rotated."""
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


def _runs_at(pairing: Pairing, number: int) -> int:
    """The place of a layer of torch among the outputs; behind all, where it has none."""
    outputs, layer = pairing.torch.outputs, pairing.torch.layer_of(pairing.pairs[number][0])
    return outputs.index(layer) if layer in outputs else len(outputs)


def _words(first: Pairing, chosen: Pairing, reached: StageRow | None, ended: bool) -> list[str]:
    """The findings about the pairing: none where it is the first, and proven, or the only one possible, or where a
    setting explains the place that it has `ended` at.
    """
    until = "a first step then agrees" if reached is None else f"a first step then agrees up to {reached}"
    said = say_without_rule(chosen, reached is None) + say_alone(chosen, ", begun at what does nothing")
    is_another = _key(chosen) != _key(first)
    said += say_against_names(chosen, until if is_another else "")
    if is_another:
        known = {(torch.path, tf.path) for torch, tf in [*first.pairs, *chosen.against_names]}
        moved = [(torch, tf) for torch, tf in chosen.pairs if (torch.path, tf.path) not in known]
        return said + ([f"weights paired crosswise ({_which(moved)}): {until}"] if moved else [])
    if reached is not None and chosen.alike and not ended:
        count = sum(map(len, chosen.alike))
        said.append(
            f"weights paired in order and by kind; {count} layers could be paired differently, but no other pairing "
            "that was tried makes the first step agree further"
        )
    return said


def say_without_rule(pairing: Pairing, proven: bool = False) -> list[str]:
    """The finding about kernels of layers that have no rule, or that were turned: how they were carried over."""
    weights = pairing.weights
    if not (which := [f"{name} is {weights[name]}" for name in pairing.loose]):
        return []
    unsure = [name for name in pairing.in_two_layouts if not proven]
    why = "which a first step proves" if proven else "as their shapes and names say"
    doubt = f", but {_first(unsure)} would fit as it is and transposed" if unsure else ""
    line = f"WEIGHTS = {{{pairing.loose[0]!r}: {weights[pairing.loose[0]]!r}, ...}}"
    return [
        f"weights of layers without a rule were carried over in the layout that fits ({_first(which)}), {why}{doubt}. "
        f"Where that is wrong, say which is which: {line}"
    ]


def say_alone(pairing: Pairing, begun: str = "") -> list[str]:
    """The finding about weights that only one side's layers have; `begun` says with which values."""
    sides = [(side, list(names)) for side, names in (("torch", pairing.alone.torch), ("tf", pairing.alone.tf)) if names]
    return [
        f"{len(names)} {'weight' if len(names) == 1 else 'weights'} on the {side} side only ({_first(names)}){begun}. "
        "Leave them out there, or add them on the other side, where the training depends on them"
        for side, names in sides
    ]


def say_against_names(pairing: Pairing, why: str = "") -> list[str]:
    """The finding that names agree and the pairing contradicts them; `why` says what speaks for the pairing."""
    if not (against := pairing.against_names):
        return []
    return [
        f"weights paired against their names (in tf {_which(against)} of torch){why and f': {why}'}. Layers of the "
        "same names play different parts: exchange them in the tf model, or weights that are loaded by name go wrong"
    ]


def _which(pairs: Sequence[Pair]) -> str:
    return _first([f"{tf.path} is {torch.path}" for torch, tf in pairs])


def _first(named: Sequence[str]) -> str:
    return ", ".join(named if len(named) <= MOST_NAMED else [*named[:MOST_NAMED], f"{len(named) - MOST_NAMED} more"])
