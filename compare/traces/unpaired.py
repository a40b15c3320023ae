"""Weights without a partner on the other side: the error names them and the line that would pair them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches

from compare.inputs.expressions import ExplicitPairs, Term, terms
from compare.traces.weights import Tensor

Tensors = Mapping[str, Tensor]  # by name


class PairingError(Exception):
    """Weights that cannot be paired; the message names them and the line that would pair them."""


def check_explicit(torch: Tensors, tf: Tensors, explicit: ExplicitPairs) -> None:
    """PairingError where `explicit` names a weight that does not exist."""
    of_torch = {term.name for name in torch for term in terms(name)}
    for name, expression in explicit:
        if name is not None and name not in tf:
            raise PairingError(f"WEIGHTS names {name!r}, which the tf side does not have{_nearest(name, tf)}")
        for term in [] if expression is None else _terms(expression):
            if term.name not in of_torch:
                nearest = _nearest(term.name, of_torch)
                raise PairingError(f"WEIGHTS names {term.name!r}, which the torch side does not have{nearest}")


def is_named(tensor: str, expressions: Iterable[str]) -> bool:
    """Whether one of the expressions covers a tensor of torch, which may itself be a slice."""
    whole = slice(None, None)
    [(name, rows)] = terms(tensor)
    named = [term for expression in expressions for term in terms(expression) if term.name == name]
    return any(rows == whole or term.rows in (whole, rows) for term in named)


def _terms(expression: str) -> tuple[Term, ...]:
    try:
        return terms(expression)
    except ValueError as error:
        raise PairingError(f"WEIGHTS: {error}") from error


def _nearest(name: str, names: Iterable[str]) -> str:
    near = get_close_matches(name, list(names), 1, 0)
    return f": the nearest is {near[0]!r}" if near else ": it has no weights"


def check_nothing_left(torch: Tensors, tf: Tensors, weights: Mapping[str, str], explicit: ExplicitPairs) -> None:
    """PairingError where a weight is in no pair and `explicit` does not leave it unpaired; buffers may be left over."""
    without = [(name, expression) for name, expression in explicit if None in (name, expression)]
    used = [*weights.values(), *(expression for _, expression in without if expression is not None)]
    torch_left = [one for name, one in torch.items() if not one.buffer and not is_named(name, used)]
    known = {*weights, *(name for name, _ in without)}
    tf_left = [one for name, one in tf.items() if not one.buffer and name not in known]
    if torch_left or tf_left:
        raise PairingError(_left_over(torch_left, tf_left))


def _left_over(torch: list[Tensor], tf: list[Tensor]) -> str:
    """The weights that are left over, and the WEIGHTS line to write."""
    listed = [f"{side}: {', '.join(map(_described, left))}" for side, left in (("torch", torch), ("tf", tf)) if left]
    free, lines = list(torch), []
    for one in tf:
        partner = next((other for other in free if sorted(other.shape) == sorted(one.shape)), None)
        if partner is not None:
            free.remove(partner)
        lines.append(f"{one.name!r}: {partner.name if partner is not None else None!r}")
    lines += [f"None: {[other.name for other in free]!r}"] if free else []
    return (
        f"weights without a partner on the other side ({'; '.join(listed)}). If that is intended, say which is which, "
        f"None for no partner, in the port (or as the recorder's pairs=): WEIGHTS = {{{', '.join(lines)}}}"
    )


def _described(tensor: Tensor) -> str:
    return f"{tensor.name} ({'x'.join(map(str, tensor.shape)) or 'scalar'})"
