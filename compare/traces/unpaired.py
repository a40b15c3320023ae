"""Weights without a partner on the other side: the error names them and the line that would pair them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches

from compare.inputs.expressions import FORMS, WHOLE, ExplicitPairs, Term, shape_of, terms
from compare.traces.fitting import Shape, layouts
from compare.traces.fused import slices_of, together
from compare.traces.used_twice import say_used_twice
from compare.traces.weights import Tensor

Tensors = Mapping[str, Tensor]  # by name


MOST_LISTED = 4


class PairingError(Exception):
    """Weights that cannot be paired; the message names them and the line that would pair them.

    `in_short` is the same with long lists cut to their first entries and a count.
    """

    def __init__(self, message: str, in_short: str = ""):
        super().__init__(message)
        self.in_short = in_short or message


def check_explicit(torch: Tensors, tf: Tensors, explicit: ExplicitPairs) -> None:
    """PairingError where `explicit` names a weight that does not exist, pairs two of different shapes, or uses one
    part of a weight twice and another not at all.
    """
    shapes = _whole_shapes(torch)
    for name, expression in explicit:
        if name is not None and name not in tf:
            nearest = _nearest(name, {own: tensor.shape for own, tensor in tf.items()}, ", as PyTorch lays it out")
            raise PairingError(f"WEIGHTS names {name!r}, which the tf side does not have{nearest}")
        for term in [] if expression is None else _terms(expression):
            if term.name not in shapes:
                nearest = _nearest(term.name, shapes)
                raise PairingError(f"WEIGHTS names {term.name!r}, which the torch side does not have{nearest}")
        if name is not None and expression is not None:
            _check_shape(name, tf[name].shape, expression, shapes)
    if said := say_used_twice(shapes, explicit):
        raise PairingError(said)


def _check_shape(name: str, shape: Shape, expression: str, shapes: Mapping[str, Shape]) -> None:
    try:
        found = shape_of(expression, shapes.__getitem__)
    except (ValueError, IndexError) as error:
        raise PairingError(f"WEIGHTS: {expression!r} does not fit the shapes of its weights ({error})") from error
    if found == shape:
        return
    fitting = layouts(found, shape)
    # What is done to one weight can be done to a sum or a slice only behind each part.
    meant = f": {expression + fitting[0]!r} would fit" if fitting and " + " not in expression else f": expected {FORMS}"
    raise PairingError(
        f"WEIGHTS pairs {name!r} ({_written(shape)}) with {expression!r} ({_written(found)}), whose shape "
        f"differs{meant}"
    )


def _whole_shapes(torch: Tensors) -> dict[str, Shape]:
    """The shapes of torch's tensors by name; of one that is listed in slices, up to the last."""
    shapes: dict[str, Shape] = {}
    for name, one in torch.items():
        for term in terms(name):
            rows = max(term.rows.stop or 0, shapes.get(term.name, (0,))[0]) if term.rows != WHOLE else None
            shapes[term.name] = one.shape if rows is None else (rows, *one.shape[1:])
    return shapes


def is_named(tensor: str, expressions: Iterable[str]) -> bool:
    """Whether one of the expressions covers a tensor of torch, which may itself be a slice."""
    [(name, rows)] = terms(tensor)
    named = [term for expression in expressions for term in terms(expression) if term.name == name]
    return any(rows == WHOLE or term.rows in (WHOLE, rows) for term in named)


def _terms(expression: str) -> tuple[Term, ...]:
    try:
        return terms(expression)
    except ValueError as error:
        raise PairingError(f"WEIGHTS: {error}") from error


def _nearest(name: str, shapes: Mapping[str, Shape], laid_out: str = "") -> str:
    near = get_close_matches(name, list(shapes), 1, 0)
    return f": the nearest is {near[0]!r} ({_written(shapes[near[0]])}{laid_out})" if near else ": it has no weights"


def check_nothing_left(
    torch: Tensors, tf: Tensors, weights: Mapping[str, str], explicit: ExplicitPairs, why: str
) -> None:
    """PairingError where a weight is in no pair and `explicit` does not leave it unpaired; buffers may be left over.

    `why` is what the error begins with.
    """
    without = [(name, expression) for name, expression in explicit if None in (name, expression)]
    used = [*weights.values(), *(expression for _, expression in without if expression is not None)]
    torch_left = [one for name, one in torch.items() if not one.buffer and not is_named(name, used)]
    known = {*weights, *(name for name, _ in without)}
    tf_left = [one for name, one in tf.items() if not one.buffer and name not in known]
    if torch_left or tf_left:
        buffers = [one for name, one in torch.items() if one.buffer and not is_named(name, used)]
        of_tf = [one for name, one in tf.items() if one.buffer and name not in known]
        raise _left_over(torch_left, tf_left, why, buffers, of_tf)


def _left_over(
    torch: list[Tensor], tf: list[Tensor], why: str, torch_buffers: Sequence[Tensor], tf_buffers: Sequence[Tensor]
) -> PairingError:
    """The weights that are left over, and the WEIGHTS line to write; one side may hold as buffers what is averaged."""
    sides = {side: list(map(_described, left)) for side, left in (("torch", torch), ("tf", tf)) if left}
    (slices, wholes), (joined, parts) = slices_of(torch, tf), together(torch, tf)
    fused, whole = {**joined, **slices}, (*wholes, *parts)
    lines, free = _lines([*(one for one in torch if one not in whole), *torch_buffers], [*tf, *tf_buffers], fused)
    alone = [repr(one.name) for one in free if not one.buffer]
    said = [_say_left_over(sides, lines, alone, most) for most in (len(torch) + len(tf), MOST_LISTED)]
    return PairingError(*(f"{why}. So there are {each}" if why else each for each in said))


def _lines(torch: Iterable[Tensor], tf: Iterable[Tensor], fused: Mapping[str, str]) -> tuple[list[str], list[Tensor]]:
    """A line for each tensor of tf but for buffers that no weight fits, and what is left of torch's."""
    lines, free = [], list(torch)
    for one in tf:
        fitting = (other for other in free if layouts(other.shape, one.shape) and not (other.buffer and one.buffer))
        partner = None if one.name in fused else next(fitting, None)
        if partner is not None:
            free.remove(partner)
            lines.append(f"{one.name!r}: {partner.name + layouts(partner.shape, one.shape)[0]!r}")
        elif one.name in fused or not one.buffer:
            lines.append(f"{one.name!r}: {fused.get(one.name)!r}")
    return lines, free


def _say_left_over(sides: Mapping[str, list[str]], lines: list[str], alone: list[str], most: int) -> str:
    """The sentence, with lists of `most` entries."""
    listed = "; ".join(f"{side}: {_cut(left, most)}" for side, left in sides.items())
    pairs = filter(None, [_cut(lines, most), f"None: [{_cut(alone, most)}]" if alone else ""])
    return (
        f"weights without a partner on the other side ({listed}). If that is intended, say which is which, "
        "None for no partner, in the port (or as the recorder's pairs=); a weight of torch is "
        f"{FORMS}: WEIGHTS = {{{', '.join(pairs)}}}"
    )


def _cut(entries: list[str], most: int) -> str:
    more = len(entries) - most
    return ", ".join(entries[:most]) + (f", ... and {more} more" if more > 0 else "")


def _described(tensor: Tensor) -> str:
    return f"{tensor.name} ({_written(tensor.shape)})"


def _written(shape: Shape) -> str:
    return "x".join(map(str, shape)) or "scalar"
