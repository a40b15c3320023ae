"""Proves the pairing of weights: one step of both sides from the same weights must compute the same.

Where layers of the same kind and shape could be paired crosswise, and the step disagrees, exchanges are tried.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations, islice

import numpy as np

from compare.judging import tolerances
from compare.judging.judgement import Run
from compare.judging.stages import StageRow, by_value, stage_rows
from compare.running.request import Start, Training
from compare.traces.pairing import Pairing
from compare.traces.renamed import rename_pair
from compare.traces.trace import Trace, TracePair

MOST_TRIES = 40
COMPUTED = ("forward", "loss", "gradient")
# A gradient that is zero in exact arithmetic (an attention's key bias) is noise, and proves nothing about a weight.
NOISE = 1e-6


def prove(run: Run, pairing: Pairing, precision: str, torch: Trace, start: Start) -> tuple[Pairing, Start, list[str]]:
    """The pairing under which a step agrees furthest, the start for it, and the findings.

    `torch` is the trace of that step on PyTorch's side.
    """

    def reached_by(candidate: Pairing) -> StageRow | None:
        [tf] = run(("tf", Training(precision, audits=(0,), steps=1, start=_under(candidate, start))))
        return _reached(candidate, torch, tf)

    best, reached, tries = pairing, reached_by(pairing), 0
    while reached is not None and tries < MOST_TRIES:
        for candidate in islice(_candidates(best, reached), MOST_TRIES - tries):
            tries += 1
            further = reached_by(candidate)
            if further is None or _place(candidate, further) > _place(best, reached):
                best, reached = candidate, further
                break
        else:
            break
    return best, _under(best, start), _words(pairing, best, reached)


def _under(pairing: Pairing, start: Start) -> Start:
    """The same initial weights, under another pairing's names."""
    return replace(start, names=tuple(pairing.weights.items()))


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
    """Other pairings: two layers exchanged, first those nearest to where the step parts; then three rotated."""
    outputs = pairing.torch.outputs
    place = outputs.index(reached.tensor) if reached.stage == "forward" and reached.tensor in outputs else len(outputs)

    def distance(number: int) -> int:
        layer = pairing.torch.layer_of(pairing.pairs[number][0])
        return abs(place - outputs.index(layer)) if layer in outputs else len(outputs)

    for size in (2, 3):
        circles = [places for group in pairing.alike for places in combinations(group, size)]
        for places in sorted(circles, key=lambda places: (min(map(distance, places)), sum(map(distance, places)))):
            turned = pairing.crosswise(*places[:2])
            if size == 2:
                yield turned
            else:
                yield turned.crosswise(*places[1:])
                yield pairing.crosswise(*places[1:]).crosswise(*places[:2])


def _words(ordered: Pairing, chosen: Pairing, reached: StageRow | None) -> list[str]:
    """The findings about the pairing: none where it is in order, and proven or the only one possible."""
    if chosen is not ordered:
        moved = [
            f"{tf.path} is {torch.path}" for (torch, tf), plain in zip(chosen.pairs, ordered.pairs, strict=True)
            if torch is not plain[0]
        ]  # fmt: skip
        until = "a first step then agrees" if reached is None else f"a first step then agrees up to {reached}"
        return [f"weights paired crosswise ({', '.join(moved)}): {until}"]
    if reached is not None and ordered.alike:
        count = sum(map(len, ordered.alike))
        return [
            f"weights paired in order and by kind; {count} layers could be paired differently, but no other pairing "
            "that was tried makes the first step agree further"
        ]
    return []
