"""A weight that is given as a function of others, `lambda weights: weights["fc.weight"].T`, written as an expression.

It is called once, with what stands for the weights, so that the same can be done to gradients, updates and states.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

MEANT = (
    "moved (.T, permute, reshape), sliced, indexed, added and joined (cat, np.concatenate) along the first axis, and "
    "no more"
)


class NotAnExpressionError(Exception):
    """A function that does what cannot be done to a gradient as well; the message says what."""


def written(function: Callable[[Any], Any]) -> Any:
    """The expression of what a function makes of the weights; NotAnExpressionError where there is none."""
    try:
        made = function(_Weights())
    except NotAnExpressionError:
        raise
    except Exception as error:
        raise NotAnExpressionError(f"fails ({type(error).__name__}: {error})") from error
    return str(made) if isinstance(made, _Weight) else made


class _Weights:
    """Stands for the weights of torch by name."""

    def __getitem__(self, name: str) -> _Weight:
        return _Weight([name])

    def __getattr__(self, name: str) -> Any:
        raise NotAnExpressionError(f"uses .{name} of all weights together: it is given them by name")


class _Weight:
    """Stands for a weight: the terms of a sum, each with what was done to it."""

    def __init__(self, terms: Sequence[str]):
        self._terms = tuple(terms)

    def __str__(self) -> str:
        return " + ".join(self._terms)

    def _then(self, step: str) -> _Weight:
        return _Weight([term + step for term in self._terms])

    @property
    def T(self) -> _Weight:  # noqa: N802 - as NumPy and PyTorch call it
        return self._then(".T")

    def t(self) -> _Weight:
        return self.T

    def permute(self, *axes: Any) -> _Weight:
        return self._then(f".permute({_numbers(axes)})")

    def reshape(self, *shape: Any) -> _Weight:
        return self._then(f".reshape({_numbers(shape)})")

    view = reshape

    def flatten(self) -> _Weight:
        return self.reshape(-1)

    ravel = flatten

    def transpose(self, *axes: Any) -> _Weight:
        if len(_flat(axes)) == 2:  # NumPy means an order of axes, PyTorch two axes that change places
            raise NotAnExpressionError("calls transpose with two axes: write .T")
        return self.permute(*axes) if axes else self.T

    def __getitem__(self, index: Any) -> _Weight:
        each = index if isinstance(index, tuple) else (index,)
        return self._then(f"[{', '.join(map(_place, each))}]")

    def __add__(self, other: Any) -> _Weight:
        if isinstance(other, int) and other == 0:  # where sum() begins
            return self
        if not isinstance(other, _Weight):
            raise NotAnExpressionError("adds what is not a weight")
        return _Weight([*self._terms, *other._terms])

    __radd__ = __add__

    def __array_ufunc__(self, function: Any, method: str, *given: Any, **options: Any) -> _Weight:
        return _called(function.__name__ if method == "__call__" else method, given, options)

    def __array_function__(self, function: Any, types: Any, given: Any, options: Any) -> _Weight:
        return _called(function.__name__, given, options)

    @classmethod
    def __torch_function__(cls, function: Any, types: Any, given: Any = (), options: Any = None) -> _Weight:
        return _called(function.__name__, given, options or {})

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # what NumPy and PyTorch look for in any object
            raise AttributeError(name)
        raise NotAnExpressionError(f"uses .{name}")

    def _unknown(self, *_: Any) -> _Weight:
        raise NotAnExpressionError("computes with a weight")

    __mul__ = __rmul__ = __truediv__ = __rtruediv__ = __sub__ = __rsub__ = __neg__ = __matmul__ = __pow__ = _unknown


def _called(name: str, given: Sequence[Any], options: dict[str, Any]) -> _Weight:
    """What a function of NumPy or PyTorch makes of weights."""
    if name in ("cat", "concat", "concatenate"):
        parts, *axis = given
        return _joined(parts, [*axis, *options.values()])
    if name in ("t", "transpose", "permute", "reshape", "flatten", "ravel") and not options:
        weight, *rest = given
        return getattr(weight, name)(*rest)
    if name == "add" and not options:
        return given[0] + given[1]
    raise NotAnExpressionError(f"calls {name}")


def _joined(parts: Iterable[Any], axis: Sequence[Any]) -> _Weight:
    if list(axis) not in ([], [0]):
        raise NotAnExpressionError(
            "joins along another axis than the first: join what is turned (.T), and turn it back"
        )
    return _Weight([f"cat({', '.join(map(str, parts))})"])


def _numbers(given: Sequence[Any]) -> str:
    return ", ".join(map(str, _flat(given))) or "()"


def _flat(given: Sequence[Any]) -> list[int]:
    """Numbers that were given one by one, or as one tuple."""
    return [int(each) for one in given for each in (one if isinstance(one, (tuple, list)) else (one,))]


def _place(each: Any) -> str:
    """A place of an index as it is written: a slice, one number from the front, or None for an axis of one element."""
    if isinstance(each, slice) and each.step is None:
        return ":".join("" if bound is None else str(int(bound)) for bound in (each.start, each.stop))
    if each is None or (isinstance(each, int) and not isinstance(each, bool) and each >= 0):
        return str(each)
    raise NotAnExpressionError("selects by something other than slices without a step, numbers from 0 on, and None")
