"""Which weight of one side is which of the other: by kind of layer, never by shape alone.

Layers of the same kind and shapes are told apart by their names where these agree, else by the layers that they come
behind, else by what trains, else in order. The judge proves it by a probe. Notice what has no rule: see loose.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from itertools import pairwise

from compare.inputs.expressions import ExplicitPairs
from compare.traces.attentions import fused_attentions
from compare.traces.loose import OWN, match_loose
from compare.traces.matching import Pair, fits, match, of_a_shape
from compare.traces.model import RecordedModel
from compare.traces.names import numbers
from compare.traces.other_sizes import say_other_sizes
from compare.traces.paired import Pairing
from compare.traces.pointwise import match_pointwise
from compare.traces.tied import untied
from compare.traces.unpaired import PairingError, check_explicit, check_nothing_left, is_named
from compare.traces.weights import WeightGroup

__all__ = ["Pair", "Pairing", "PairingError", "RecordedModel", "pair"]

Groups = list[WeightGroup]


def pair(
    torch: RecordedModel,
    tf: RecordedModel,
    explicit: ExplicitPairs = (),
    by_name: bool = True,
    turned: bool = False,
    as_numbered: bool = False,
) -> Pairing:
    """Pair the weights of two models; PairingError where one is left over that `explicit` does not leave unpaired.

    Where it is not `by_name`, the names of layers count for nothing; `turned` prefers the other layout where two fit.
    Tf's layers are in the order of the forward pass, or `as_numbered`: Keras numbers them as they are made, and runs
    the branches of a functional model in an order of its own.
    """
    check_explicit(torch.tensors, tf.tensors, explicit)
    named = {name: expression for name, expression in explicit if name is not None and expression is not None}
    of_torch, of_tf = _unnamed(torch, tf, explicit)
    if fused := fused_attentions(of_torch, of_tf):
        of_torch, of_tf = _unnamed(torch, tf, (*explicit, *fused.items()))
    numbered = sorted(of_tf, key=lambda group: numbers(group.path))
    of_tf = numbered if as_numbered else of_tf
    pointwise = match_pointwise(of_torch, of_tf, by_name)
    pairs: list[Pair] = pointwise.pairs
    rest = _left(of_torch, of_tf, pairs)
    kinds = dict.fromkeys(group.kind for group in tf.weight_groups if group.kind not in OWN)
    for kind in sorted(kinds, key=_is_norm):
        of_kind = [[group for group in groups if group.kind == kind] for groups in rest]
        behind = _behind([of_torch], pairs) | _behind([of_tf, numbered], pairs) if _is_norm(kind) else {}
        pairs += match(of_kind[0], of_kind[1], fits, of_a_shape, by_name, behind)
    loose = match_loose(*_left(of_torch, of_tf, pairs), by_name, turned)
    laid_out = pointwise.layouts | loose.layouts
    pairing = Pairing(torch, tf, (*pairs, *loose.pairs), named | fused, laid_out, fused=fused)
    known = {*pairing.weights, *pairing.alone.tf, *(name for name, _ in explicit)}
    left = [one for name, one in tf.tensors.items() if not one.buffer and name not in known]
    if twice := untied(torch.tensors, left, torch.tied):
        pairing = replace(pairing, explicit={**pairing.explicit, **twice}, untied=twice)
    explicit = (
        *explicit,
        *((None, name) for name in pairing.alone.torch),
        *((name, None) for name in pairing.alone.tf),
    )
    unmatched = _left(of_torch, of_tf, pairs)
    why = say_other_sizes(*([group for group in groups if group.kind not in OWN] for groups in unmatched))
    check_nothing_left(torch.tensors, tf.tensors, pairing.weights, explicit, why)
    return pairing


def _left(torch: Groups, tf: Groups, pairs: Iterable[Pair]) -> tuple[Groups, Groups]:
    """The groups of both sides that are in no pair."""
    paired = {id(group) for pair in pairs for group in pair}
    return [group for group in torch if id(group) not in paired], [group for group in tf if id(group) not in paired]


def _unnamed(torch: RecordedModel, tf: RecordedModel, explicit: ExplicitPairs) -> tuple[list[WeightGroup], ...]:
    """What is to be paired of both sides."""
    expressions = [expression for _, expression in explicit if expression is not None]
    names = {name for name, _ in explicit}
    return _free(torch, lambda name: not is_named(name, expressions)), _free(tf, lambda name: name not in names)


def _free(model: RecordedModel, wanted: Callable[[str], bool]) -> list[WeightGroup]:
    """The groups in the order of the forward pass, without what is paired by name."""
    groups = [_only(group, wanted) for group in model.in_order()]
    return [group for group in groups if group.tensors]


def _is_norm(kind: str) -> bool:
    return kind.endswith("Norm")


def _behind(orders: Iterable[Sequence[WeightGroup]], pairs: Sequence[Pair]) -> dict[int, int]:
    """Of each normalisation, by its id, the number of the pair that the layer before it is in: in that order of the
    layers in which most normalisations come right behind one."""
    number = {id(group): place for place, pair in enumerate(pairs) for group in pair}
    found = (
        {
            id(group): number[id(before)]
            for before, group in pairwise(order)
            if _is_norm(group.kind) and id(before) in number
        }
        for order in orders
    )
    return max(found, key=len)


def _only(group: WeightGroup, wanted: Callable[[str], bool]) -> WeightGroup:
    return replace(group, tensors={role: one for role, one in group.tensors.items() if wanted(one.name)})
