"""The ways that values and gradients go between layers, weights and the loss, with no other layer between.

Notice which of them carry a difference back: what tf computes otherwise explains another gradient where tf
differentiates it, or lacks what torch differentiates; not where tf has the value and stops its gradient.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from compare.inputs.expressions import terms

Sources = Mapping[str, frozenset[str]]  # by what they reach: a call of a layer, an output of it, or the loss


@dataclass(frozen=True)
class Ways:
    """Whose values and gradients go where in tf, and whose gradients in torch, all by torch's names."""

    values: Sources
    gradients: Sources
    torch: Sources

    @classmethod
    def of(
        cls,
        tf: Mapping[str, Collection[str]],
        gradients: Mapping[str, Collection[str]],
        torch: Mapping[str, Collection[str]],
        weights: Mapping[str, str],
        calls: Collection[str],
    ) -> Ways:
        """From what both runs saw; `weights` are torch's expressions by tf's names, `calls` torch's that tf has."""
        values, gradients = (
            {to: frozenset(weights.get(each, each) for each in sources) for to, sources in seen.items()}
            for seen in (tf, gradients)
        )
        theirs = {to: _through(sources, torch, calls) for to, sources in torch.items()}
        # A weight of tf's may be several of torch's.
        of_several = {each: {term.name for term in terms(each)} for each in weights.values()}
        shared = {
            to: sources | {each for each, parts in of_several.items() if parts & sources}
            for to, sources in theirs.items()
        }
        return cls(values, gradients, shared)

    @classmethod
    def alike(cls, values: Sources) -> Ways:
        """Where both sides differentiate all that reaches anything."""
        return cls(values, values, values)

    def carries(self, name: str, to: str) -> bool:
        """Whether what is computed otherwise at `to` explains that another gradient comes back to `name`."""
        none: frozenset[str] = frozenset()
        lacks = name in self.torch.get(to, none) and name not in self.values.get(to, none)
        return lacks or name in self.gradients.get(to, none)

    def reached_by(self, name: str) -> set[str]:
        """Where another gradient of `name` may come from, directly."""
        return {to for to in {*self.gradients, *self.torch} if self.carries(name, to)}

    def turns(self, name: str, other: str) -> bool:
        """Whether somewhere a gradient comes on to one of two in torch, and to the other in its place in tf."""
        both = [(self.torch[to], tf) for to, tf in self.gradients.items() if to in self.torch]
        return any({name, other} <= torch ^ tf and len({name, other} & torch) == 1 for torch, tf in both)


def _through(sources: Collection[str], every: Mapping[str, Collection[str]], calls: Collection[str]) -> frozenset[str]:
    """The sources; in place of a call that the other side does not have, those of what it was given."""
    found: set[str] = set()
    seen: set[str] = set()
    left = list(sources)
    while left:
        each = left.pop()
        if each in every and each not in calls:
            left += [] if each in seen else every[each]
            seen.add(each)
        else:
            found.add(each)
    return frozenset(found)
