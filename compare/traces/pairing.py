"""Which weight and output of one side is which of the other: in order and by kind of layer, never by shape alone.

Layers that this cannot tell apart (same kind, same shapes) are listed by `alike`, for the judge to prove by a probe.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from compare.inputs.expressions import ExplicitPairs, terms
from compare.traces.calls import split_call
from compare.traces.model import RecordedModel
from compare.traces.unpaired import PairingError, check_explicit, check_nothing_left, is_named
from compare.traces.weights import WeightGroup

__all__ = ["Pairing", "PairingError", "RecordedModel", "pair"]


@dataclass(frozen=True)
class Pairing:
    """Pairs of groups (torch, tf), and what was paired by name."""

    torch: RecordedModel
    tf: RecordedModel
    pairs: tuple[tuple[WeightGroup, WeightGroup], ...]
    explicit: Mapping[str, str]

    @property
    def weights(self) -> dict[str, str]:
        """TensorFlow's weights and buffers, and the expression of PyTorch's that each corresponds to."""
        found = dict(self.explicit)
        for torch, tf in self.pairs:
            for role, tensor in tf.tensors.items():
                if tensor.name not in found and (expression := _expression(torch, role)):
                    found[tensor.name] = expression
        return found

    @property
    def layers(self) -> dict[str, str]:
        """TensorFlow's layers with weights and PyTorch's; where several make one, the last gives the output."""
        last = {self.tf.layer_of(tf): self.torch.layer_of(torch) for torch, tf in [*self._named_pairs, *self.pairs]}
        return {tf: torch for torch, tf in {torch: tf for tf, torch in last.items()}.items()}

    @property
    def _named_pairs(self) -> Iterable[tuple[WeightGroup, WeightGroup]]:
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

    def crosswise(self, one: int, other: int) -> Pairing:
        """This pairing with two partners exchanged."""
        pairs = list(self.pairs)
        (left, tf), (right, other_tf) = pairs[one], pairs[other]
        pairs[one], pairs[other] = (right, tf), (left, other_tf)
        return replace(self, pairs=tuple(pairs))


def pair(torch: RecordedModel, tf: RecordedModel, explicit: ExplicitPairs = ()) -> Pairing:
    """Pair the weights of two models; PairingError where one is left over that `explicit` does not leave unpaired."""
    check_explicit(torch.tensors, tf.tensors, explicit)
    named = {name: expression for name, expression in explicit if name is not None and expression is not None}
    torch_named = [expression for _, expression in explicit if expression is not None]
    tf_named = {name for name, _ in explicit}
    pairs: list[tuple[WeightGroup, WeightGroup]] = []
    for kind in dict.fromkeys(group.kind for group in tf.weight_groups):
        of_torch = [_only(group, lambda name: not is_named(name, torch_named)) for group in torch.in_order(kind)]
        of_tf = [_only(group, lambda name: name not in tf_named) for group in tf.in_order(kind)]
        pairs += _match(*([group for group in groups if group.tensors] for groups in (of_torch, of_tf)))
    pairing = Pairing(torch, tf, tuple(pairs), named)
    check_nothing_left(torch.tensors, tf.tensors, pairing.weights, explicit)
    return pairing


def _match(torch: list[WeightGroup], tf: list[WeightGroup]) -> list[tuple[WeightGroup, WeightGroup]]:
    """In order, if every pair fits; else each with the first that fits: the sides may run branches in another order."""
    if len(torch) == len(tf) and all(_fits(*groups) for groups in zip(torch, tf, strict=True)):
        return list(zip(torch, tf, strict=True))
    free, pairs = list(torch), []
    for group in tf:
        partner = next((other for other in free if _fits(other, group)), None)
        if partner is not None:
            free.remove(partner)
            pairs.append((partner, group))
    return pairs


def _fits(torch: WeightGroup, tf: WeightGroup) -> bool:
    """Whether the trained weights of both agree in number and shape."""
    used = set()
    for role, tensor in tf.tensors.items():
        parts = role.split(" + ")
        if not tensor.buffer and any(
            part not in torch.tensors or torch.tensors[part].shape != tensor.shape for part in parts
        ):
            return False
        used |= set(parts)
    return all(role in used or tensor.buffer for role, tensor in torch.tensors.items())


def _expression(torch: WeightGroup, role: str) -> str | None:
    parts = role.split(" + ")
    if any(part not in torch.tensors for part in parts):
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
