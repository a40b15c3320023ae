"""Proves the pairing of weights: one step of both sides from the same weights must compute the same.

Where layers of the same kind and shape could be paired crosswise, and the step disagrees, exchanges are tried.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import chain, pairwise
from typing import NamedTuple

from compare.inputs.expressions import terms
from compare.judging.by_outputs import by_outputs
from compare.judging.exchanges import exchanges, of_parts
from compare.judging.pairing_probe import Probe, Probed, under
from compare.judging.run import Run
from compare.judging.stages import StageRow
from compare.running.request import Start
from compare.traces.calls import without_call
from compare.traces.pairing import Pair, Pairing, RecordedModel
from compare.traces.step import END, Step
from compare.traces.trace import Trace
from compare.traces.weights import WeightGroup

# What a proof may cost, in tries and seconds: a wrong port agrees under no pairing, and a step of a large model takes
# many seconds.
MANY, FEW, OF_LARGE = (40, 60), (10, 15), (6, 60)
MOST_NAMED = 6  # layers in one finding
Likely = Callable[[Probed, StageRow], Iterable[Pairing]]


class Proven(NamedTuple):
    """A pairing, the start for it, the findings, and whether all agrees under it."""

    pairing: Pairing
    start: Start
    words: list[str]
    agrees: bool


def prove(
    run: Run,
    pairing: Pairing,
    precision: str,
    torch: Trace,
    start: Start,
    others: Sequence[Pairing] = (),
    hopeless: bool = False,
    ends: Collection[str] = (),
) -> Proven:
    """The pairing under which a step agrees furthest.

    `torch` is the trace of that step on PyTorch's side. `others` are pairings that are tried before any exchange. It is
    `hopeless` that a step agrees where the sides are set differently: less is then tried; and only what the outputs of
    layers show where a step agrees up to one of the layers in `ends`, which parts under any pairing.
    """
    likely = partial(_likely, others=others, ends=ends)
    most = FEW if hopeless else OF_LARGE if torch.header.is_large else MANY
    found = _furthest(Probe(run, precision, torch, start), pairing, likely, *most)
    ended = found.reached is not None and _is_output_of(found.reached, ends)
    words = _words(pairing, found.pairing, found.reached, ended)
    return Proven(found.pairing, under(found.pairing, start), words, found.reached is None)


def prove_later(
    run: Run, proven: Proven, precision: str, torch: Trace, others: Sequence[Pairing], until: Step
) -> Proven:
    """Another pairing under which the steps `until` there agree as well as the first, as `torch` shows them; or the one
    that the first proved.

    Twins, as two critics, may do the same in a first step, and not in a later one.
    """
    pairing = proven.pairing

    def likely(best: Probed, reached: StageRow) -> Iterator[Pairing]:
        return chain(others, of_parts(best.pairing), exchanges(best.pairing, reached))

    found = _furthest(Probe(run, precision, torch, proven.start, until), pairing, likely, *FEW)
    if found.reached is not None or _key(found.pairing) == _key(pairing):
        return proven
    steps = "the evaluation then agrees" if until is END else f"the steps up to {until} then agree, as the first does"
    words = say_against_names(found.pairing, steps) or [_say_moved(pairing, found.pairing, steps)]
    return Proven(found.pairing, under(found.pairing, proven.start), [*proven.words, *words], True)


def _furthest(probe: Probe, pairing: Pairing, likely: Likely, most: int, seconds: float) -> Probed:
    """What agrees furthest: from one pairing to the next that agrees further, so many tries and so long."""
    began, tried, best = time.monotonic(), {_key(pairing)}, probe(pairing)

    def untried(best: Probed, reached: StageRow) -> Iterator[Pairing]:
        by_what_they_put_out = by_outputs(best.pairing, probe.torch, best.tf)
        for candidate in chain([by_what_they_put_out], likely(best, reached)):
            if candidate is not by_what_they_put_out and (len(tried) > most or time.monotonic() - began > seconds):
                return
            if _key(candidate) not in tried:
                tried.add(_key(candidate))
                yield candidate

    while best.reached is not None:
        further = (found for found in map(probe, untried(best, best.reached)) if found.is_further_than(best))
        if (found := next(further, None)) is None:
            break
        best = found
    return best


def _likely(best: Probed, reached: StageRow, others: Sequence[Pairing], ends: Collection[str]) -> Iterable[Pairing]:
    if _is_output_of(reached, ends):
        return ()
    turned = best.pairing.turned(*best.pairing.in_two_layouts)
    return chain([turned], others, exchanges(best.pairing, reached))


def _is_output_of(row: StageRow, layers: Collection[str]) -> bool:
    return row.stage == "forward" and without_call(row.tensor) in layers


def _key(pairing: Pairing) -> frozenset[tuple[str, str]]:
    return frozenset(pairing.weights.items())


def _words(first: Pairing, chosen: Pairing, reached: StageRow | None, ended: bool) -> list[str]:
    """The findings about the pairing: none where it is the first, and proven, or the only one possible, or where a
    setting explains the place that it has `ended` at.
    """
    until = "a first step then agrees" if reached is None else f"a first step then agrees up to {reached}"
    said = say_without_rule(chosen, reached is None) + say_fused(chosen, reached is None)
    said += say_alone(chosen, ", begun at what does nothing") + say_untied(chosen)
    is_another = _key(chosen) != _key(first)
    said += say_against_names(chosen, until if is_another else "")
    if is_another:
        return said + ([_say_moved(first, chosen, until)] if _moved(first, chosen) else [])
    if reached is not None and chosen.alike and not ended:
        count = sum(map(len, chosen.alike))
        said.append(
            f"weights paired in order and by kind; {count} layers could be paired differently, but no other pairing "
            "that was tried makes the first step agree further"
        )
    return said


def _moved(first: Pairing, chosen: Pairing) -> list[Pair]:
    """The pairs that are new, but for those that are said to be against their names."""
    known = {(torch.path, tf.path) for torch, tf in [*first.pairs, *chosen.against_names]}
    return [(torch, tf) for torch, tf in chosen.pairs if (torch.path, tf.path) not in known]


def _say_moved(first: Pairing, chosen: Pairing, why: str) -> str:
    moved = _moved(first, chosen)
    places = sorted((_place(chosen.torch, torch), _place(chosen.tf, tf)) for torch, tf in moved)
    is_in_order = all(one[0] < other[0] and one[1] < other[1] for one, other in pairwise(places))
    return f"weights paired {'in order' if is_in_order else 'crosswise'} ({_which(moved)}): {why}"


def _place(model: RecordedModel, group: WeightGroup) -> int:
    """Where the layer of a group, or of a part of one, comes in the forward pass."""
    paths = [each.path for each in model.in_order()]
    around = (place for place, path in enumerate(paths) if f"{group.path}.".startswith(f"{path}."))
    return next(around, len(paths))


def say_without_rule(pairing: Pairing, proven: bool = False) -> list[str]:
    """The finding about kernels of layers that have no rule, or that were turned: how they were carried over."""
    weights = pairing.weights
    if not (which := [f"{name} is {weights[name]}" for name in pairing.loose]):
        return []
    unsure = [name for name in pairing.in_two_layouts if not proven]
    why = "which a first step proves" if proven else "as their shapes and names say"
    doubt = f", but {_first(unsure)} would fit as it is and transposed" if unsure else ""
    line = f"WEIGHTS = {_first_pair({pairing.loose[0]: weights[pairing.loose[0]]})}"
    return [
        f"weights of layers without a rule were carried over in the layout that fits ({_first(which)}), {why}{doubt}. "
        f"Where that is wrong, say which is which: {line}"
    ]


def say_fused(pairing: Pairing, proven: bool = False) -> list[str]:
    """The finding about query, key and value that one side has in one tensor: which part is which."""
    if not pairing.fused:
        return []
    which = _first([f"{name} is {expression}" for name, expression in pairing.fused.items()])
    doubt = "" if proven else f"; where they lie otherwise, say so: WEIGHTS = {_first_pair(pairing.fused)}"
    return [f"query, key and value, which one side keeps in one tensor, were paired as its parts ({which}){doubt}"]


def _first_pair(pairs: Mapping[str, str]) -> str:
    name, expression = next(iter(pairs.items()))
    return f"{{{name!r}: {expression!r}, ...}}"


def say_alone(pairing: Pairing, begun: str = "") -> list[str]:
    """The finding about weights that only one side's layers have; `begun` says with which values."""
    sides = [(side, list(names)) for side, names in (("torch", pairing.alone.torch), ("tf", pairing.alone.tf)) if names]
    return [
        f"{len(names)} {'weight' if len(names) == 1 else 'weights'} on the {side} side only ({_first(names)}){begun}. "
        "Leave them out there, or add them on the other side, where the training depends on them"
        for side, names in sides
    ]


def say_untied(pairing: Pairing) -> list[str]:
    """The finding about weights of which torch has one in two places, and tf one in each."""
    aliases = {name: alias for alias, name in pairing.torch.tied.items()}
    known = {name: terms(expression)[0].name for name, expression in pairing.untied.items()}
    return [
        f"torch's {aliases[weight]} is {weight}, one weight in two places; tf has {name} beside it, which begins with "
        "the same values and is trained apart. Use the weight that is its partner in both places of tf, too"
        for name, weight in known.items()
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
