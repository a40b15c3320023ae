"""What the pairing of two models says: which weight, layer and output of one side is which of the other's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from compare.inputs.expressions import terms
from compare.traces.calls import split_call
from compare.traces.fitting import AS_IT_IS, is_moved, layouts
from compare.traces.loose import OWN, tensor_of
from compare.traces.matching import Pair, path_of, without_effect
from compare.traces.model import RecordedModel
from compare.traces.names import agreeing
from compare.traces.neighbours import with_unweighted
from compare.traces.weights import Tensor, WeightGroup


@dataclass(frozen=True)
class Alone:
    """Weights that one side's layer has and the other's does without, and the value with which they do nothing."""

    torch: dict[str, float]
    tf: dict[str, float]


@dataclass(frozen=True)
class Pairing:
    """Pairs of groups (torch, tf), and what was paired by name.

    `layouts` are those of torch's weights that are carried over in another one, by tf name.
    `calls` are the calls of layers that come in another order, torch's by tf's, and `evaluated_so` is whether they do
    so in an evaluation too. `fused` is what of the pairs by name was found: query, key and value, which one side has in
    one tensor. `untied` are those by name of which torch has one in two places.
    """

    torch: RecordedModel
    tf: RecordedModel
    pairs: tuple[Pair, ...]
    explicit: Mapping[str, str]
    layouts: Mapping[str, str] = field(default_factory=dict)
    calls: Mapping[str, str] = field(default_factory=dict)
    evaluated_so: bool = False
    fused: Mapping[str, str] = field(default_factory=dict)
    untied: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def weights(self) -> dict[str, str]:
        """TensorFlow's weights and buffers, and the expression of PyTorch's that each corresponds to."""
        found = dict(self.explicit)
        for torch, tf in self.pairs:
            for role, tensor in tf.tensors.items():
                if tensor.name not in found and (expression := self._expression(torch, role, tensor)):
                    found[tensor.name] = expression
        return found

    def _expression(self, torch: WeightGroup, role: str, tensor: Tensor) -> str | None:
        parts = [torch.tensors.get(part) for part in role.split(" + ")]
        layout = self.layouts.get(tensor.name, AS_IT_IS)
        if any(part is None or (part.shape != tensor.shape and not layout) for part in parts):
            return None
        return " + ".join(part.name + layout for part in parts if part)

    @property
    def alone(self) -> Alone:
        """The weights that the other side's layer does without: biases, scales."""
        found = Alone({}, {})
        for torch, tf in self.pairs:
            shared = {part for role in tf.tensors for part in role.split(" + ")}
            found.torch.update(_without_effect(torch, (role for role in torch.tensors if role not in shared)))
            lacking = (role for role in tf.tensors if not any(part in torch.tensors for part in role.split(" + ")))
            found.tf.update(_without_effect(tf, lacking))
        return found

    @property
    def loose(self) -> list[str]:
        """The tf names of kernels that are paired though a side has no rule for them, or in another layout."""
        single = [(torch, tf, tensor_of(tf)) for torch, tf in self.pairs if OWN & {torch.kind, tf.kind}]
        return [
            tensor.name
            for torch, tf, tensor in single
            if is_moved(self.layouts.get(tensor.name, AS_IT_IS)) or (torch.kind != tf.kind and len(tensor.shape) > 1)
        ]

    @property
    def without_rule(self) -> set[str]:
        """The torch side's layers with weights that have no rule on either side, so that their classes say nothing."""
        return {self.torch.layer_of(torch) for torch, tf in self.pairs if OWN & {torch.kind, tf.kind}}

    @property
    def parts_of_a_whole(self) -> set[str]:
        """The torch side's layers that are a part of a layer of tf's, as an attention's output, or hold one of tf's."""
        return {
            self.torch.layer_of(torch)
            for torch, tf in (*self._named_pairs, *self.pairs)
            if (self.torch.layer_of(torch) == torch.path) != (self.tf.layer_of(tf) == tf.path)
        }

    @property
    def in_two_layouts(self) -> list[str]:
        """The tf names of weights without a rule whose sizes are equal, so that two layouts fit."""
        single = [(tensor_of(torch), tensor_of(tf)) for torch, tf in self.pairs if OWN & {torch.kind, tf.kind}]
        return [tf.name for torch, tf in single if not tf.buffer and len(layouts(torch.shape, tf.shape)) > 1]

    def turned(self, *names: str) -> Pairing:
        """This pairing with these weights in the other layout that fits."""
        shapes = {tensor_of(tf).name: (tensor_of(torch).shape, tensor_of(tf).shape) for torch, tf in self.pairs}
        turned = dict(self.layouts)
        for name in names:
            fitting = layouts(*shapes[name])
            turned[name] = next(each for each in fitting if each != self.layouts.get(name, AS_IT_IS))
        return replace(self, layouts=turned)

    @cached_property
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
    def _in_part(self) -> set[str]:
        """TensorFlow's layers that are named as slices of PyTorch's, or as several side by side: so are the outputs."""
        return {
            self.tf.layer_of(group)
            for group in self.tf.weight_groups
            for name in _names(group)
            if any(sign in self.explicit.get(name, "") for sign in ("[", "cat("))
        }

    @property
    def parts(self) -> set[str]:
        """TensorFlow's layers of which several are one of PyTorch's."""
        found: dict[str, set[str]] = {}
        for torch, tf in (*self._named_pairs, *self.pairs):
            found.setdefault(self.torch.layer_of(torch), set()).add(self.tf.layer_of(tf))
        return {layer for layers in found.values() if len(layers) > 1 for layer in layers}

    @cached_property
    def outputs(self) -> dict[str, str]:
        """TensorFlow's outputs and PyTorch's: of paired layers, and of what both call as often next to such a one."""
        found = {}
        layers, in_part = self.layers, self._in_part
        for output in self.tf.outputs:
            layer, call = split_call(output)
            if layer in layers and layer not in in_part and f"{layers[layer]}{call}" in self.torch.outputs:
                found[output] = f"{layers[layer]}{call}"
        found = with_unweighted(self.torch, self.tf, found, {*layers, *layers.values()})
        return {tf: self.calls.get(tf, torch) for tf, torch in found.items()}

    @cached_property
    def evaluated(self) -> dict[str, str]:
        """The outputs of an evaluation at the end, where the calls of a layer may come in an order of their own."""
        outputs = self.outputs
        if not self.calls or self.evaluated_so:
            return outputs
        partners: dict[str, set[str]] = {}
        for tf, torch in outputs.items():
            partners.setdefault(split_call(tf)[0], set()).add(split_call(torch)[0])
        one = {layer: next(iter(found)) for layer, found in partners.items() if len(found) == 1}
        called = {tf: (split_call(tf), torch) for tf, torch in outputs.items()}
        return {tf: f"{one[layer]}{call}" if layer in one else torch for tf, ((layer, call), torch) in called.items()}

    @property
    def all_layers(self) -> dict[str, str]:
        """TensorFlow's layers and PyTorch's, including those without weights."""
        calls = {split_call(tf)[0]: split_call(torch)[0] for tf, torch in self.outputs.items()}
        return calls | self.layers

    @property
    def tf_names(self) -> dict[str, str]:
        """What TensorFlow calls PyTorch's layers and weights, where the two names differ."""
        both = (*self.weights.items(), *self.all_layers.items())
        return {torch: tf for tf, torch in both if torch != tf}

    @property
    def batch(self) -> dict[str, str]:
        """TensorFlow's arrays of a batch and PyTorch's: by name, or in order where the names differ."""
        if set(self.torch.batch) == set(self.tf.batch) or len(self.torch.batch) != len(self.tf.batch):
            return {name: name for name in self.tf.batch}
        return dict(zip(self.tf.batch, self.torch.batch, strict=True))

    @property
    def alike(self) -> list[list[int]]:
        """Groups of pairs, as indices, that could also be paired crosswise: same kinds, same shapes."""
        groups: dict[tuple, list[int]] = {}
        for place, (torch, tf) in enumerate(self.pairs):
            groups.setdefault((torch.kind, tf.kind, _shapes(torch), _shapes(tf)), []).append(place)
        return [group for group in groups.values() if len(group) > 1]

    @property
    def crosswise_layers(self) -> list[list[str]]:
        """The torch side's layers of these groups."""
        return [[self.torch.layer_of(self.pairs[place][0]) for place in group] for group in self.alike]

    @property
    def against_names(self) -> list[Pair]:
        """The pairs of groups of which each has one on the other side whose name agrees better with its own."""
        kinds: dict[tuple, list[Pair]] = {}
        for torch, tf in self.pairs:
            shape = tensor_of(tf).shape if OWN & {torch.kind, tf.kind} else None
            kinds.setdefault((torch.kind, tf.kind, shape), []).append((torch, tf))
        return [pair for pairs in kinds.values() for pair in _against_names(pairs)]

    def crosswise(self, one: int, other: int) -> Pairing:
        """This pairing with two partners exchanged."""
        pairs = list(self.pairs)
        (left, tf), (right, other_tf) = pairs[one], pairs[other]
        pairs[one], pairs[other] = (right, tf), (left, other_tf)
        return replace(self, pairs=tuple(pairs))


def _without_effect(group: WeightGroup, roles: Iterable[str]) -> dict[str, float]:
    trained = ((role, group.tensors[role]) for role in roles)
    return {tensor.name: without_effect(role) for role, tensor in trained if not tensor.buffer}


def _against_names(pairs: list[Pair]) -> list[Pair]:
    agree = agreeing([torch for torch, _ in pairs], [tf for _, tf in pairs], path_of)
    number = {id(group): place for place, groups in enumerate(agree) for each in groups for group in each}
    both = [(torch, tf) for torch, tf in pairs if id(torch) in number and id(tf) in number]
    return [(torch, tf) for torch, tf in both if number[id(torch)] != number[id(tf)]]


def _shapes(group: WeightGroup) -> tuple:
    return tuple((role, tensor.shape) for role, tensor in group.tensors.items())


def _names(group: WeightGroup) -> list[str]:
    return [tensor.name for tensor in group.tensors.values()]
