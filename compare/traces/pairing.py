"""Which weight and output of one side is which of the other: by kind of layer, never by shape alone.

Layers of the same kind and shapes are told apart by their names where these agree, else by what trains, else in order.
They are listed by `alike`, for the judge to prove by a probe.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from compare.inputs.expressions import ExplicitPairs, terms
from compare.traces.calls import split_call
from compare.traces.model import RecordedModel
from compare.traces.names import agreeing
from compare.traces.unpaired import PairingError, check_explicit, check_nothing_left, is_named
from compare.traces.weights import Tensor, WeightGroup

__all__ = ["Pair", "Pairing", "PairingError", "RecordedModel", "pair"]

Pair = tuple[WeightGroup, WeightGroup]  # torch, tf


@dataclass(frozen=True)
class Pairing:
    """Pairs of groups (torch, tf), and what was paired by name."""

    torch: RecordedModel
    tf: RecordedModel
    pairs: tuple[Pair, ...]
    explicit: Mapping[str, str]

    @property
    def weights(self) -> dict[str, str]:
        """TensorFlow's weights and buffers, and the expression of PyTorch's that each corresponds to."""
        found = dict(self.explicit)
        for torch, tf in self.pairs:
            for role, tensor in tf.tensors.items():
                if tensor.name not in found and (expression := _expression(torch, role, tensor)):
                    found[tensor.name] = expression
        return found

    @property
    def layers(self) -> dict[str, str]:
        """TensorFlow's layers with weights and PyTorch's; where several make one, the last gives the output."""
        last = {self.tf.layer_of(tf): self.torch.layer_of(torch) for torch, tf in [*self._named_pairs, *self.pairs]}
        return {tf: torch for torch, tf in {torch: tf for tf, torch in last.items()}.items()}

    @property
    def _named_pairs(self) -> Iterable[Pair]:
        """The groups whose weights are paired by name."""
        torch = {
            term.name: group for group in self.torch.weight_groups for name in _names(group) for term in terms(name)
        }
        tf = {name: group for group in self.tf.weight_groups for name in _names(group)}
        return [(torch[terms(expression)[0].name], tf[name]) for name, expression in self.explicit.items()]

    @property
    def outputs(self) -> dict[str, str]:
        """TensorFlow's outputs and PyTorch's: of paired layers, and of other kinds that both call equally often."""
        found = {}
        layers = self.layers
        for output in self.tf.outputs:
            layer, call = split_call(output)
            if layer in layers and f"{layers[layer]}{call}" in self.torch.outputs:
                found[output] = f"{layers[layer]}{call}"
        with_weights = {*layers, *layers.values()}
        torch, tf = (_calls(model, with_weights) for model in (self.torch, self.tf))
        for kind, calls in tf.items():
            if len(calls) == len(torch.get(kind, ())):
                found |= zip(calls, torch[kind], strict=True)
        return found

    @property
    def all_layers(self) -> dict[str, str]:
        """TensorFlow's layers and PyTorch's, including those without weights."""
        calls = {split_call(tf)[0]: split_call(torch)[0] for tf, torch in self.outputs.items()}
        return calls | self.layers

    @property
    def batch(self) -> dict[str, str]:
        """TensorFlow's arrays of a batch and PyTorch's: by name, or in order where the names differ."""
        if set(self.torch.batch) == set(self.tf.batch) or len(self.torch.batch) != len(self.tf.batch):
            return {name: name for name in self.tf.batch}
        return dict(zip(self.tf.batch, self.torch.batch, strict=True))

    @property
    def alike(self) -> list[list[int]]:
        """Groups of pairs, as indices, that could also be paired crosswise: same kind, same shapes."""
        groups: dict[tuple, list[int]] = {}
        for place, (_, tf) in enumerate(self.pairs):
            groups.setdefault((tf.kind, *_shapes(tf)), []).append(place)
        return [group for group in groups.values() if len(group) > 1]

    @property
    def against_names(self) -> list[Pair]:
        """The pairs of groups of which each has one on the other side whose name agrees better with its own."""
        found = []
        for kind in dict.fromkeys(tf.kind for _, tf in self.pairs):
            pairs = [pair for pair in self.pairs if pair[1].kind == kind]
            agree = agreeing([torch for torch, _ in pairs], [tf for _, tf in pairs], _path)
            number = {id(group): place for place, groups in enumerate(agree) for each in groups for group in each}
            for torch, tf in pairs:
                if id(torch) in number and id(tf) in number and number[id(torch)] != number[id(tf)]:
                    found.append((torch, tf))
        return found

    def crosswise(self, one: int, other: int) -> Pairing:
        """This pairing with two partners exchanged."""
        pairs = list(self.pairs)
        (left, tf), (right, other_tf) = pairs[one], pairs[other]
        pairs[one], pairs[other] = (right, tf), (left, other_tf)
        return replace(self, pairs=tuple(pairs))


def pair(torch: RecordedModel, tf: RecordedModel, explicit: ExplicitPairs = (), by_name: bool = True) -> Pairing:
    """Pair the weights of two models; PairingError where one is left over that `explicit` does not leave unpaired.

    Where it is not `by_name`, the names of layers count for nothing.
    """
    check_explicit(torch.tensors, tf.tensors, explicit)
    named = {name: expression for name, expression in explicit if name is not None and expression is not None}
    torch_named = [expression for _, expression in explicit if expression is not None]
    tf_named = {name for name, _ in explicit}
    pairs: list[Pair] = []
    for kind in dict.fromkeys(group.kind for group in tf.weight_groups):
        of_torch = [_only(group, lambda name: not is_named(name, torch_named)) for group in torch.in_order(kind)]
        of_tf = [_only(group, lambda name: name not in tf_named) for group in tf.in_order(kind)]
        left_torch, left_tf = ([group for group in groups if group.tensors] for groups in (of_torch, of_tf))
        pairs += _match(left_torch, left_tf, by_name)
    pairing = Pairing(torch, tf, tuple(pairs), named)
    check_nothing_left(torch.tensors, tf.tensors, pairing.weights, explicit)
    return pairing


def _match(torch: list[WeightGroup], tf: list[WeightGroup], named: bool) -> list[Pair]:
    """Among those that fit each other: by name, unless in order alone; then what trains and what is frozen; in order.

    The sides may run branches in another order, so one that does not fit is no reason for another to have no partner.
    """
    free, left, pairs = list(torch), list(tf), []
    while left:
        like = [group for group in left if _shapes(group) == _shapes(left[0])]
        left = [group for group in left if group not in like]
        fitting = [group for group in free if _fits(group, like[0])]
        found = _among_alike(fitting, like, named)
        free = [group for group in free if all(group is not one for one, _ in found)]
        pairs += found
    place = {id(group): number for number, group in enumerate(tf)}
    return sorted(pairs, key=lambda pair: place[id(pair[1])])


def _among_alike(torch: list[WeightGroup], tf: list[WeightGroup], named: bool) -> list[Pair]:
    """Pairs of groups of the same shapes."""
    by_name = agreeing(torch, tf, _path) if named else []
    known = {id(group) for groups in by_name for each in groups for group in each}
    rest = tuple([group for group in each if id(group) not in known] for each in (torch, tf))
    return [pair for of_torch, of_tf in [*by_name, rest] for pair in _in_order(of_torch, of_tf)]


def _in_order(torch: list[WeightGroup], tf: list[WeightGroup]) -> list[Pair]:
    """In order; if both sides train as many, those that train and those that are frozen apart."""
    if Counter(map(_trains, torch)) != Counter(map(_trains, tf)):
        return list(zip(torch, tf, strict=False))
    return list(zip(sorted(torch, key=_trains), sorted(tf, key=_trains), strict=True))


def _trains(group: WeightGroup) -> bool:
    return any(tensor.trainable for tensor in group.tensors.values())


def _path(group: WeightGroup) -> str:
    return group.path


def _fits(torch: WeightGroup, tf: WeightGroup) -> bool:
    """Whether the weights of both agree in number and shape, and their buffers, where there is nothing else."""
    if all(tensor.buffer for tensor in tf.tensors.values()):
        return bool(_shapes(tf)) and _shapes(torch) == _shapes(tf)
    used = set()
    for role, tensor in tf.tensors.items():
        parts = role.split(" + ")
        if not tensor.buffer and any(
            part not in torch.tensors or torch.tensors[part].shape != tensor.shape for part in parts
        ):
            return False
        used |= set(parts)
    return all(role in used or tensor.buffer for role, tensor in torch.tensors.items())


def _expression(torch: WeightGroup, role: str, tensor: Tensor) -> str | None:
    parts = role.split(" + ")
    if any(part not in torch.tensors or torch.tensors[part].shape != tensor.shape for part in parts):
        return None
    return " + ".join(torch.tensors[part].name for part in parts)


def _shapes(group: WeightGroup) -> tuple:
    return tuple((role, tensor.shape) for role, tensor in group.tensors.items())


def _names(group: WeightGroup) -> list[str]:
    return [tensor.name for tensor in group.tensors.values()]


def _only(group: WeightGroup, wanted: Callable[[str], bool]) -> WeightGroup:
    return replace(group, tensors={role: one for role, one in group.tensors.items() if wanted(one.name)})


def _calls(model: RecordedModel, with_weights: set[str]) -> dict[str, list[str]]:
    """The outputs of layers without weights, by kind, in the order in which they were computed."""
    calls: dict[str, list[str]] = {}
    for output in model.outputs:
        layer, _ = split_call(output)
        if layer not in with_weights and layer in model.kinds:
            calls.setdefault(model.kinds[layer], []).append(output)
    return calls
