"""What each difference does by itself: added to PyTorch's run, alone, how far does it move the loss?

Notice that it is measured where the difference was: in the isolated steps, right behind them, and in evaluation.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from compare.judging.difference import relative_gap
from compare.judging.isolated_difference import BACK, LOSS, OPTIMIZER, RATE, IsolatedDifference
from compare.judging.isolation import Isolated, call_of
from compare.judging.run import Run
from compare.judging.stages import StageRow
from compare.running.request import Training
from compare.traces.exchange import COMES_BACK
from compare.traces.step import END
from compare.traces.trace import EXCHANGED, ONCE_MORE, STAGES, Trace

MOST = 8  # differences whose effect is measured
SEQUENCES = ("RNN", "LSTM", "GRU")  # of whose several outputs one is shown


def with_effects(run: Run, isolated: Isolated, differences: Sequence[IsolatedDifference]) -> list[IsolatedDifference]:
    """The differences with their effects: of the first few, and where what differs can be added to torch's run; without
    gradients that reach no weight.
    """
    free = replace(isolated.training, follows=None)
    added = {number: _added(isolated, each) for number, each in enumerate(differences[:MOST])}
    paths = {number: isolated.directory / f"difference_{number}.npz" for number, arrays in added.items() if arrays}
    for number, path in paths.items():
        np.savez(path, allow_pickle=False, **added[number])
    if not paths:
        return list(differences)
    without = _without(run, isolated.pair.torch, free)
    added_to = [replace(free, injected=str(path), losses_alone=True) for path in paths.values()]
    alone = run(*(("torch", each) for each in added_to))
    moved = dict(zip(paths, alone, strict=True))
    found = [
        replace(each, effect=_effect(without, moved[number], each)) if number in moved else each
        for number, each in enumerate(differences)
    ]
    return [each for each in found if not _reaches_nothing(each, without)]


def _without(run: Run, isolated: Trace, free: Training) -> Trace:
    """Torch's run with nothing added: the one that was isolated, for it follows itself, unless that ended before."""
    if isolated.steps == free.steps:
        return isolated
    [trace] = run(("torch", free))
    return trace


def _added(isolated: Isolated, difference: IsolatedDifference) -> dict[str, np.ndarray]:
    """What tf has more than torch, by step, stage and label; empty where it is no single tensor of torch's."""
    added = {}
    for row in () if difference.kind in SEQUENCES else (*difference.rows, *_behind(isolated, difference)):
        torch, tf = isolated.shown(row)
        if torch is not None and tf is not None and torch.shape == tf.shape and _is_plain(row.tensor):
            added[f"{row.step}/{row.stage}/{row.tensor}"] = tf.astype(np.float64) - torch
    return added


def _is_plain(tensor: str) -> bool:
    return not any(sign in tensor for sign in ("[", " + ", ".T", "cat(", ".permute", ".reshape"))


def _behind(isolated: Isolated, difference: IsolatedDifference) -> list[StageRow]:
    """Where else the difference shows: a loss, in the gradients that come back; a rate, in updates."""
    if difference.place == LOSS:
        through = isolated.ways.values.get("loss", frozenset())
        return [row for row in isolated.beyond(COMES_BACK) if call_of(row) in through]
    if difference.place == RATE:
        return isolated.beyond("update")
    if difference.place == OPTIMIZER:
        return []
    named = {(row.stage, row.tensor) for row in difference.rows}
    return [
        row
        for row in isolated.beyond(*STAGES, *EXCHANGED)
        if (row.stage, row.tensor) in named and row not in difference.rows
    ]


def _effect(without: Trace, alone: Trace, difference: IsolatedDifference) -> float:
    """How far the loss is moved, relative: in a step, in the first batch's after the last, and in evaluation."""
    own = [row.difference.max_rel for row in difference.rows if row.stage == "loss"]
    pairs = zip(_losses(without), _losses(alone), strict=True)
    return max([*own, *(float(relative_gap(*pair).max()) for pair in pairs)])


def _reaches_nothing(difference: IsolatedDifference, without: Trace) -> bool:
    """Whether it is a gradient that ends before any weight, as of the zeros behind a relu, in a step that moves some.

    Where equal values stand side by side, each framework sends the gradient of a maximum to another of them.
    """
    if difference.place != BACK or difference.effect != 0:
        return False
    return any(stage == "update" and without[step, stage, tensor].any() for step, stage, tensor in without.keys)


def _losses(trace: Trace) -> list[np.ndarray]:
    found = (trace.curves["loss"], trace.curves.get(ONCE_MORE), trace.get((END, "loss", "loss")))
    return [np.zeros(()) if each is None else each for each in found]
