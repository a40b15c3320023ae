"""Layers that a step calls several times, by each side in an order of its own: which call is which, their outputs say.

So it is with a discriminator that is shown what is real first, or what is generated. The layers of a model are called
together: what one of them cannot tell apart, another does.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from compare.judging.nearest_calls import Call, Calls, Likeness, nearest
from compare.traces.calls import number_of_call, split_call
from compare.traces.pairing import Pairing
from compare.traces.step import END
from compare.traces.trace import Trace


def in_order_of_calls(pairing: Pairing, torch: Trace, tf: Trace) -> Pairing:
    """The pairing under which a call of tf's is that of torch's whose output in the first step is the same.

    What has no such partner stays in order.
    """
    step = min((step for step, stage, _ in torch.keys if stage == "forward" and step is not END), default=END)
    plain = replace(pairing, calls={}, evaluated_so=False) if pairing.calls else pairing
    likeness = Likeness(step, torch, tf)
    found = dict(plain.outputs)
    for layers in _called_in_turn(plain):
        found |= _together(layers, likeness)
    for group in _of_kinds(plain, found):
        found |= _partners([group], nearest([group], likeness))
    calls = {of_tf: of_torch for of_tf, of_torch in found.items() if plain.outputs[of_tf] != of_torch}
    return _with_evaluation(replace(plain, calls=calls), Likeness(END, torch, tf)) if calls else plain


def _with_evaluation(pairing: Pairing, likeness: Likeness) -> Pairing:
    """The same pairing; the calls of an evaluation come in the training's order where its outputs agree better so."""

    def agreeing(outputs: Mapping[str, str]) -> int:
        return sum(sum(likeness.levels(*call)) for call in outputs.items())

    return replace(pairing, evaluated_so=agreeing(pairing.outputs) > agreeing(pairing.evaluated))


def _called_in_turn(pairing: Pairing) -> list[list[Calls]]:
    """The calls of layers that are called several times, those together that both sides call in turn."""
    places = [{name: place for place, name in enumerate(side.outputs)} for side in (pairing.tf, pairing.torch)]

    def in_turn(one: Calls, other: Calls) -> bool:
        sides = zip(zip(*one, strict=True), zip(*other, strict=True), places, strict=True)
        return all(_alternate([at[call] for call in left], [at[call] for call in right]) for left, right, at in sides)

    found: list[list[Calls]] = []
    for calls in _by_layer(pairing):
        together = next((each for each in found if len(each[0]) == len(calls) and in_turn(each[0], calls)), None)
        if together is None:
            found.append([calls])
        else:
            together.append(calls)
    return found


def _by_layer(pairing: Pairing) -> Iterable[Calls]:
    """The calls, tf's and torch's, of each layer that has several, and one partner in all of them."""
    found: dict[str, list[Call]] = {}
    for of_tf, of_torch in pairing.outputs.items():
        found.setdefault(split_call(of_tf)[0], []).append((of_tf, of_torch))
    for calls in found.values():
        partners = {split_call(of_torch)[0] for _, of_torch in calls}
        same = all(split_call(of_tf)[1] == split_call(of_torch)[1] for of_tf, of_torch in calls)
        if len(calls) > 1 and len(partners) == 1 and same:
            yield sorted(calls, key=lambda call: number_of_call(call[0]))


def _alternate(one: list[int], other: list[int]) -> bool:
    """Whether of two layers each is called once between two calls of the other."""
    first, second = sorted((one, other))
    turns = [place for both in zip(first, second, strict=True) for place in both]
    return turns == sorted(turns)


def _together(layers: list[Calls], likeness: Likeness) -> dict[str, str]:
    """The calls of torch's by tf's: one order for all layers, but for those whose outputs show another one."""
    order = nearest(layers, likeness)

    def is_apart(calls: Calls) -> bool:
        return _same(calls, nearest([calls], likeness), likeness) > _same(calls, order, likeness)

    apart = [calls for calls in layers if is_apart(calls)]
    if not apart or len(layers) == 1:
        return _partners(layers, order)
    if len(apart) == len(layers):
        return {tf: torch for calls in layers for tf, torch in _together([calls], likeness).items()}
    return _together([calls for calls in layers if calls not in apart], likeness) | _together(apart, likeness)


def _same(calls: Calls, order: list[int], likeness: Likeness) -> int:
    """How many calls put out the same in this order."""
    return sum(likeness.is_same(calls[place][0], calls[other][1]) for place, other in enumerate(order))


def _partners(layers: list[Calls], order: list[int]) -> dict[str, str]:
    return {calls[place][0]: calls[other][1] for calls in layers for place, other in enumerate(order)}


def _of_kinds(pairing: Pairing, partners: Mapping[str, str]) -> Iterable[Calls]:
    """The calls of each kind of layers without weights: a side may call another one of them."""
    found: dict[str, list[Call]] = {}
    for of_tf, of_torch in partners.items():
        layer, _ = split_call(of_tf)
        if layer not in pairing.layers:
            found.setdefault(pairing.tf.kinds[layer], []).append((of_tf, of_torch))
    return (group for group in found.values() if len(group) > 1)
