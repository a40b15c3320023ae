"""Gradients of isolated steps that differ by themselves: on their way back to layers, and of weights.

Notice what is dragged along: what comes back through a layer, a loss or what stands between that differs forward.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from compare.judging.isolated_difference import BACK, GRADIENT, IsolatedDifference
from compare.judging.isolation import Isolated, call_of
from compare.judging.not_shown import things
from compare.judging.stages import StageRow
from compare.traces.calls import without_call
from compare.traces.step import Step


def layers_of(kinds: Collection[str], weight: str) -> set[str]:
    """The layers that hold a weight, or the weights of an expression."""
    parts = weight.split(" + ")
    return {layer for layer in kinds if any(part.startswith((f"{layer}.", f"{layer}[")) for part in parts)}


@dataclass(frozen=True)
class IsolatedGradients:
    """The gradients of isolated steps; `kinds` are those of torch's layers."""

    isolated: Isolated
    kinds: Mapping[str, str]

    def back(self) -> Iterator[IsolatedDifference]:
        """Gradients that come back to outputs differently, and with which weights do not get the right ones."""
        right = self._apart_in(self.isolated.rows) - self._apart_in(self.isolated.given)
        found: list[str] = []
        for row in self.isolated.unexplained_back():
            call = call_of(row)
            if without_call(call) not in right and not self._is_turned(call, found):
                found.append(call)
                yield IsolatedDifference(BACK, self.kinds.get(without_call(call), ""), (row,))

    def _apart_in(self, rows: Iterable[StageRow]) -> set[str]:
        """The layers of which a weight has another gradient."""
        weights = [row.tensor for row in rows if row.stage == "gradient" and row.beyond]
        return {layer for weight in weights for layer in layers_of(self.kinds, weight)}

    def _is_turned(self, name: str, found: Iterable[str]) -> bool:
        """Whether a gradient comes to `name` in place of one of those found, or the other way round."""
        return any(self.isolated.ways.turns(name, each) for each in found)

    def of_weights(self) -> Iterator[IsolatedDifference]:
        """Gradients of weights, of layers that are given all that torch's are, which are then moved differently."""
        own = (row for row in self._moving() if not self.has_parted(without_call(row.tensor), row.step))
        return (IsolatedDifference(GRADIENT, "", (row,)) for row in own)

    def not_told(self) -> list[str]:
        """The weights whose gradients come through what differs with no layer between, where one of their own hides."""
        through = (
            without_call(row.tensor)
            for row in self._moving()
            if not layers_of(self.kinds, row.tensor) & self.isolated.computes_otherwise(row.step)
            and self.has_parted(without_call(row.tensor), row.step)
        )
        return list(dict.fromkeys(through))

    def _moving(self) -> Iterator[StageRow]:
        """The gradients that differ, and move their weights differently."""
        moved = {(row.step, row.tensor) for row in self.isolated.beyond("update")}
        moved |= {(row.step, row.tensor.rpartition(" ")[0]) for row in self.isolated.beyond("state")}
        # Right with the gradient that comes back in tf: a place whose gradient torch's layer does not use.
        right = {row.key for row in self.isolated.given if row.stage == "gradient" and row.within}
        back = [call_of(row) for row in self.isolated.unexplained_back()]
        for row in self.isolated.beyond("gradient"):
            weight = without_call(row.tensor)
            if (row.step, weight) in moved and row.key not in right and not self._is_turned(weight, back):
                yield row

    def has_parted(self, weight: str, step: Step) -> bool:
        """Whether a weight is of a layer that differs itself, or reaches what differs with no layer between that was
        given the gradient that came back to torch's.
        """
        layers, forward = layers_of(self.kinds, weight), self.isolated.parts_forward(step)
        ways = self.isolated.ways
        sources = {call for every in (ways.values, ways.gradients) for found in every.values() for call in found}
        soft = {call for call in sources if without_call(call) in layers} - self.isolated.handed_back
        if soft and "loss" in forward:  # as where a gradient is differentiated once more
            return True
        return bool(self.isolated.computes_otherwise(step) & layers) or any(
            self.isolated.reaches(each, forward) for each in (weight, *soft)
        )


def say_not_told(isolated: Isolated, kinds: Mapping[str, str]) -> list[str]:
    """Of which weights it cannot be told whether their gradients differ by themselves, in one sentence, if any."""
    hidden = IsolatedGradients(isolated, kinds).not_told()
    said = f"{things('gradient', hidden)} comes through what differs: correct that, and run again to see it by itself"
    return [said] if hidden else []
