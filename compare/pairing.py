"""Which weight and which output of one side is which of the other: in order and by kind of layer, never by shape alone.

What cannot be told apart by that (two layers of the same kind and shape) is listed, to be proven by a probe.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import NamedTuple

from compare.expressions import terms
from compare.trace import FINAL, Trace
from compare.units import Tensor, Unit, from_json

Explicit = Iterable[tuple[str | None, str | None]]


class PairingError(Exception):
    """Weights that have no partner; the message names them and the line that would pair them."""


class Model(NamedTuple):
    """What a trace says of the model that it was recorded of."""

    units: list[Unit]
    kinds: dict[str, str]  # the kind of each layer that has outputs
    outputs: list[str]  # of one forward pass, in the order in which they were computed
    batch: list[str]

    @classmethod
    def of(cls, trace: Trace) -> Model:
        steps = [step for step, stage, _ in trace.keys if stage == "forward" and step != FINAL]
        first = min(steps, default=0)
        outputs = [tensor for step, stage, tensor in trace.keys if (step, stage) == (first, "forward")]
        batch = [tensor for step, stage, tensor in trace.keys if (step, stage) == (first, "batch")]
        return cls(from_json(trace.meta["units"]), trace.meta["kinds"], outputs, batch)

    def layer_of(self, unit: Unit) -> str:
        """The layer that a unit is, or is a part of."""
        inside = (name for name in self.kinds if unit.path == name or unit.path.startswith((f"{name}.", f"{name} ")))
        return max(inside, key=len, default=unit.path)

    def in_order(self, kind: str) -> list[Unit]:
        """The units of one kind, in the order in which the forward pass reached them; last those that it did not."""
        place = {name: index for index, name in reversed(list(enumerate(self.outputs)))}
        units = [unit for unit in self.units if unit.kind == kind]
        return sorted(units, key=lambda unit: place.get(self.layer_of(unit), len(place)))


@dataclass(frozen=True)
class Pairing:
    """Pairs of units (torch, tf), and what was paired by name."""

    torch: Model
    tf: Model
    pairs: tuple[tuple[Unit, Unit], ...]
    explicit: Mapping[str, str]
    how: str = "in order and by kind"

    @property
    def weights(self) -> dict[str, str]:
        """TensorFlow's weights, buffers among them, and the expression of PyTorch's that each corresponds to."""
        found = dict(self.explicit)
        for torch, tf in self.pairs:
            for role, tensor in tf.tensors.items():
                if tensor.name not in found and (expression := _expression(torch, role)):
                    found[tensor.name] = expression
        return found

    @property
    def layers(self) -> dict[str, str]:
        """TensorFlow's layers with weights and PyTorch's; where one is made of several, the last gives the output."""
        last = {self.tf.layer_of(tf): self.torch.layer_of(torch) for torch, tf in [*self._named_pairs, *self.pairs]}
        return {tf: torch for torch, tf in {torch: tf for tf, torch in last.items()}.items()}

    @property
    def _named_pairs(self) -> Iterable[tuple[Unit, Unit]]:
        """The units whose weights are paired by name."""
        torch = {term.name: unit for unit in self.torch.units for name in _names(unit) for term in terms(name)}
        tf = {name: unit for unit in self.tf.units for name in _names(unit)}
        return [(torch[terms(expression)[0].name], tf[name]) for name, expression in self.explicit.items()]

    @property
    def outputs(self) -> dict[str, str]:
        """TensorFlow's outputs and PyTorch's: of paired layers, and of others where both call as many of a kind."""
        found = {}
        layers = self.layers
        for output in self.tf.outputs:
            layer, call = _layer_and_call(output)
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
        """TensorFlow's layers and PyTorch's, those without weights too."""
        calls = {_layer_and_call(tf)[0]: _layer_and_call(torch)[0] for tf, torch in self.outputs.items()}
        return calls | self.layers

    @property
    def batch(self) -> dict[str, str]:
        """TensorFlow's arrays of a batch and PyTorch's: by name, or in order where the names differ."""
        if set(self.torch.batch) == set(self.tf.batch) or len(self.torch.batch) != len(self.tf.batch):
            return {name: name for name in self.tf.batch}
        return dict(zip(self.tf.batch, self.torch.batch, strict=True))

    @property
    def alike(self) -> list[list[int]]:
        """The pairs, by their places, that could as well be paired crosswise: same kind, same shapes."""
        groups: dict[tuple, list[int]] = {}
        for place, (_, tf) in enumerate(self.pairs):
            groups.setdefault((tf.kind, *_shapes(tf)), []).append(place)
        return [group for group in groups.values() if len(group) > 1]

    def crosswise(self, one: int, other: int) -> Pairing:
        """The same with two partners exchanged."""
        pairs = list(self.pairs)
        (left, tf), (right, other_tf) = pairs[one], pairs[other]
        pairs[one], pairs[other] = (right, tf), (left, other_tf)
        return replace(self, pairs=tuple(pairs))


def pair(torch: Model, tf: Model, explicit: Explicit = ()) -> Pairing:
    """Pair the weights of two models; PairingError where one is left over that is not said to be."""
    named = {name: expression for name, expression in explicit if name is not None and expression is not None}
    left_alone = {name for pair in explicit if None in pair for name in pair if name is not None}
    _check_explicit(torch, tf, named, left_alone)
    taken = {term.name for expression in named.values() for term in terms(expression)} | left_alone | set(named)
    pairs: list[tuple[Unit, Unit]] = []
    for kind in dict.fromkeys(unit.kind for unit in tf.units):
        sides = ([_without(unit, taken) for unit in model.in_order(kind)] for model in (torch, tf))
        pairs += _match(*([unit for unit in units if unit.tensors] for units in sides))
    pairing = Pairing(torch, tf, tuple(pairs), named)
    _check_nothing_left(pairing, left_alone)
    return pairing


def _match(torch: list[Unit], tf: list[Unit]) -> list[tuple[Unit, Unit]]:
    """In order, where every pair fits; else each with the first that fits, for a branch may be run earlier or later."""
    if len(torch) == len(tf) and all(_fits(*units) for units in zip(torch, tf, strict=True)):
        return list(zip(torch, tf, strict=True))
    free, pairs = list(torch), []
    for unit in tf:
        partner = next((other for other in free if _fits(other, unit)), None)
        if partner is not None:
            free.remove(partner)
            pairs.append((partner, unit))
    return pairs


def _fits(torch: Unit, tf: Unit) -> bool:
    """Whether the trained weights of both are the same in number and shape."""
    used = set()
    for role, tensor in tf.tensors.items():
        parts = role.split(" + ")
        if not tensor.buffer and any(
            part not in torch.tensors or torch.tensors[part].shape != tensor.shape for part in parts
        ):
            return False
        used |= set(parts)
    return all(role in used or tensor.buffer for role, tensor in torch.tensors.items())


def _expression(torch: Unit, role: str) -> str | None:
    parts = [torch.tensors.get(part) for part in role.split(" + ")]
    return " + ".join(part.name for part in parts) if all(parts) else None


def _shapes(unit: Unit) -> tuple:
    return tuple((role, tensor.shape) for role, tensor in unit.tensors.items())


def _names(unit: Unit) -> list[str]:
    return [tensor.name for tensor in unit.tensors.values()]


def _without(unit: Unit, taken: set[str]) -> Unit:
    return replace(unit, tensors={role: one for role, one in unit.tensors.items() if one.name not in taken})


def _layer_and_call(output: str) -> tuple[str, str]:
    """ "relu (call 2)" is of the layer "relu"."""
    layer, call, number = output.partition(" (call ")
    return layer, call + number


def _calls(model: Model, with_weights: set[str]) -> dict[str, list[str]]:
    """The outputs of layers without weights, by kind, in the order in which they were computed."""
    calls: dict[str, list[str]] = {}
    for output in model.outputs:
        layer, _ = _layer_and_call(output)
        if layer not in with_weights and layer in model.kinds:
            calls.setdefault(model.kinds[layer], []).append(output)
    return calls


def _tensors(model: Model) -> dict[str, Tensor]:
    return {tensor.name: tensor for unit in model.units for tensor in unit.tensors.values()}


def _check_explicit(torch: Model, tf: Model, named: Mapping[str, str], left_alone: set[str]) -> None:
    of_torch = {term.name for name in _tensors(torch) for term in terms(name)}
    for name in [*named, *(left_alone - of_torch)]:
        if name not in _tensors(tf):
            raise PairingError(f"WEIGHTS names {name!r}, which the tf side has not{_nearest(name, _tensors(tf))}")
    for expression in named.values():
        for term in terms(expression):
            if term.name not in of_torch:
                raise PairingError(
                    f"WEIGHTS names {term.name!r}, which the torch side has not{_nearest(term.name, of_torch)}"
                )


def _nearest(name: str, names: Iterable[str]) -> str:
    near = get_close_matches(name, list(names), 1, 0)
    return f": the nearest is {near[0]!r}" if near else ": it has no weights"


def _check_nothing_left(pairing: Pairing, left_alone: set[str]) -> None:
    used = {term.name for expression in pairing.weights.values() for term in terms(expression)} | left_alone
    torch = [one for one in _tensors(pairing.torch).values() if not {term.name for term in terms(one.name)} <= used]
    tf = [
        one for one in _tensors(pairing.tf).values() if one.name not in pairing.weights and one.name not in left_alone
    ]
    torch, tf = ([one for one in side if not one.buffer] for side in (torch, tf))
    if torch or tf:
        raise PairingError(_left_over(torch, tf))


def _left_over(torch: list[Tensor], tf: list[Tensor]) -> str:
    """Names what is left over, and the lines to write."""
    listed = [f"{side}: {', '.join(map(_described, left))}" for side, left in (("torch", torch), ("tf", tf)) if left]
    free, lines = list(torch), []
    for one in tf:
        partner = next((other for other in free if sorted(other.shape) == sorted(one.shape)), None)
        if partner is not None:
            free.remove(partner)
        lines.append(f"{one.name!r}: {partner.name if partner is not None else None!r}")
    lines += [f"None: {[other.name for other in free]!r}"] if free else []
    return (
        f"weights without a partner on the other side ({'; '.join(listed)}). Where that is meant, say which is which, "
        f"None for no partner (in a port so, for a recorder as its pairs): WEIGHTS = {{{', '.join(lines)}}}"
    )


def _described(tensor: Tensor) -> str:
    return f"{tensor.name} ({'x'.join(map(str, tensor.shape)) or 'scalar'})"
