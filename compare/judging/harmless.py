"""What differs and reaches nothing: above all, gradients that the sides show differently and use alike.

A weight decay may be inside the tape or inside the optimizer, and so may a clip. Such a gradient is never blamed for
what parts at the same step; what one side does alone is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from compare.judging import tolerances
from compare.judging.difference import difference
from compare.judging.first_divergence import without_consequence
from compare.judging.gradient_use import Gradients, Use, from_multiple, uses_of
from compare.judging.not_shown import things
from compare.judging.stages import Harmless, StageRow
from compare.running.request import SIDES
from compare.traces.calls import split_call
from compare.traces.trace import Key, Trace, TracePair

SAME_STATE = Harmless("the state that the optimizers make of it agrees", lasting=True)
CLIP_EPSILON = (
    "as shown; once Keras' optimizer has clipped, {:.1e}, for PyTorch's clip_grad_norm_ adds "
    f"{tolerances.CLIP_EPSILON:.0e} to the norm"
)
CLIPPED_IN_THE_LOOP = (
    "all gradients are {:.1e} larger in tf, as where PyTorch's clip_grad_norm_ adds "
    f"{tolerances.CLIP_EPSILON:.0e} to the norm and tf's adds nothing, or clips gradients of another scale"
)
REACHED_NOTHING = "at steps where no update, buffer or loss differs"


def settled(rows: Sequence[StageRow], pair: TracePair) -> list[StageRow]:
    """The same rows; gradients that are used alike are marked as harmless.

    Not where the losses part, which come before: to read all weights again takes long.
    """
    steps = {row.step for row in rows if _is_shown_differently(row)}
    steps -= {row.step for row in rows if row.stage == "loss" and row.beyond}
    if not steps:
        return list(rows)
    uses = uses_of(pair)
    changed: dict[Key, StageRow] = {}
    for step in steps:
        of_step = {(row.stage, row.tensor): row for row in rows if row.step == step}
        changed |= {row.key: row for row in _Step(of_step, pair, uses).settled()}
    return [changed.get(row.key, row) for row in rows]


def _is_shown_differently(row: StageRow) -> bool:
    return row.stage == "gradient" and row.beyond and row.difference.kind == "value"


@dataclass(frozen=True)
class _Step:
    """The rows of one step by stage and tensor, both traces, and what the settings say of the optimizers."""

    rows: dict[tuple[str, str], StageRow]
    pair: TracePair
    uses: Sequence[Use]

    def settled(self) -> list[StageRow]:
        """The gradients that are harmless, and those that two clips move apart."""
        shown = [row for row in self.rows.values() if _is_shown_differently(row)]
        seen = {row.tensor: use for row in shown if (use := self._seen_decay(row))}
        others = next(iter(seen.values()), None)  # of a single number, which has no direction
        found = []
        for row in shown:
            use = seen.get(row.tensor, others)
            found.append(
                self._as_used(row, self.uses, lasting=False)
                or self._as_used(row, [use] if use else [], lasting=True)
                or self._by_state(row)
            )
        return [row for row in found if row] or self._clipped_in_the_loop(shown)

    def _clipped_in_the_loop(self, shown: Sequence[StageRow]) -> list[StageRow]:
        """All gradients, if one factor is between those of the sides that is what PyTorch's clip adds to the norm."""
        torch, tf = ([trace[row.key] for row in shown] for trace in self.pair)
        squares = sum(float(np.vdot(each, each)) for each in torch)
        if not 0 < squares < np.inf:
            return []
        more = sum(float(np.vdot(one, other - one)) for one, other in zip(torch, tf, strict=True)) / squares
        # The norm was at least what it is clipped to.
        if not 0 < more * np.sqrt(squares) <= tolerances.CLIP_EPSILON:
            return []
        if any(difference(own * (1 + more), tf[at]).max_rel > shown[at].allowed for at, own in enumerate(torch)):
            return []
        detail = CLIPPED_IN_THE_LOOP.format(more)
        return [replace(row, difference=replace(row.difference, detail=detail)) for row in shown]

    def _as_used(self, row: StageRow, uses: Sequence[Use], lasting: bool) -> StageRow | None:
        """The gradients agree as they are used, and no update was seen to say otherwise."""
        torch, tf = (trace[row.key] for trace in self.pair)
        weight = self._weight(row)
        for use in uses:
            used = use.of(row.tensor, torch, self._shown_by_tf, weight)
            found = difference(*used)
            if found.max_abs <= row.allowed * _largest(torch, used.torch):  # of two parts, which may cancel
                otherwise = self._follows("torch", row, torch, used.torch) or self._follows("tf", row, tf, used.tf)
                return None if otherwise else replace(row, harmless=Harmless(str(use), lasting, use.settings))
            if use.clip and found.max_rel <= tolerances.CLIP_EPSILON / use.clip.limit:
                # The gap stays that of what is shown: it is a setting of the two clips, and no rounded constant.
                return replace(row, difference=replace(row.difference, detail=CLIP_EPSILON.format(found.max_rel)))
        return None

    def _seen_decay(self, row: StageRow) -> Use | None:
        """A decay that one side's update shows: it goes where the other's gradient points, and not where its own does.

        An update shows this only where there is no momentum yet.
        """
        torch, tf = (trace[row.key] for trace in self.pair)
        weight = self._weight(row)
        for side, own, other in (("torch", torch, tf), ("tf", tf, torch)):
            if weight.any() and all(self._follows(each, row, other, own) for each in SIDES):
                decay = float(np.vdot(weight, other - own) / np.vdot(weight, weight))
                return Use(*((decay, 0.0) if side == "torch" else (0.0, decay)), None)
        return None

    def _weight(self, row: StageRow) -> np.ndarray:
        """The weight of a gradient as its step began; zeros, which no decay moves, where it was not recorded."""
        gradient = self.pair.torch[row.key]
        weight = self.pair.torch.get((row.step, "weights", split_call(row.tensor)[0]))
        return np.zeros_like(gradient) if weight is None or weight.shape != gradient.shape else weight

    @cached_property
    def _shown_by_tf(self) -> Gradients:
        """The gradients of all weights, for the norm of all together."""
        found = {row.tensor: self.pair.tf.get(row.key) for row in self.rows.values() if row.stage == "gradient"}
        return {name: gradient for name, gradient in found.items() if gradient is not None}

    def _by_state(self, row: StageRow) -> StageRow | None:
        """All that both optimizers keep of the gradient agrees, and not for being squared."""
        entries = [each for each in self._made_of(row) if each.stage == "state"]
        if not entries or not all(each.within for each in entries):
            return None
        torch, tf = (trace[row.key] for trace in self.pair)
        return replace(row, harmless=SAME_STATE) if difference(-torch, tf).max_rel > row.allowed else None

    def _follows(self, side: str, row: StageRow, gradient: np.ndarray, other: np.ndarray) -> bool:
        """Whether an update or a state of this weight is a multiple of `gradient`, and not of `other`."""
        trace: Trace = getattr(self.pair, side)
        for each in self._made_of(row):
            made = trace.get(each.key)
            if made is not None and from_multiple(made, gradient) <= each.allowed < from_multiple(made, other):
                return True
        return False

    def _made_of(self, row: StageRow) -> list[StageRow]:
        """The update of a gradient's weight, and its optimizer's state of the same shape."""
        shape, (weight, call) = row.difference.shape, split_call(row.tensor)
        return [
            each
            for (stage, tensor), each in self.rows.items()
            if each.difference.shape == shape
            and ((stage, tensor) == ("update", weight) or (stage == "state" and _weight_of(tensor) == (weight, call)))
        ]


def _weight_of(entry: str) -> tuple[str, str]:
    """The weight of an entry of an optimizer's state, and the call."""
    name, call = split_call(entry)
    return name.rpartition(" ")[0], call


def _largest(*arrays: np.ndarray) -> float:
    """The largest magnitude; 0 where it is not finite."""
    largest = max(float(np.abs(array).max()) for array in arrays)
    return largest if np.isfinite(largest) else 0.0


def say_harmless(rows: Sequence[StageRow], first: StageRow | None) -> list[str]:
    """What differs up to the first divergence and reaches nothing, in one sentence, if there is such a thing."""
    found: dict[tuple[str, str], list[StageRow]] = {}
    for row in (*without_consequence(rows), *(row for row in rows if row.harmless)):
        if first is None or (row.step <= first.step and (row.stage, row.tensor) != (first.stage, first.tensor)):
            found.setdefault((row.harmless.why if row.harmless else REACHED_NOTHING, row.stage), []).append(row)
    said = [_said(stage, reason, group) for (reason, stage), group in found.items()]
    return [f"differs too, and reaches nothing: {'; '.join(said)}"] if said else []


def _said(stage: str, reason: str, rows: Sequence[StageRow]) -> str:
    """One stage's rows: "the gradient of 4 weights, at most 3.0e-02 apart (...)"."""
    gaps = [row.difference.max_rel for row in rows if np.isfinite(row.difference.max_rel)]
    apart = f", at most {max(gaps):.1e} apart" if gaps else ""
    return f"{things(stage, list(dict.fromkeys(row.tensor for row in rows)))}{apart} ({reason})"
