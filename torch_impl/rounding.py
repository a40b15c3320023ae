"""Lets PyTorch's functions round otherwise, as another library's do: tanh(20) is 1 in one, and an ulp less in another.

Behind a unit that is saturated this is all that its gradient, 1 - tanh(x)^2, consists of. And where the gradients of
two calls cancel, as those of a critic's bias do, what is left is the order in which they were added up.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress

import numpy as np
import torch
from torch.overrides import TorchFunctionMode

# The functions of which no library rounds the last digit like another. Fused ones (nn.LSTM, scaled dot product
# attention) and compiled ones are left as they are: nothing can be put into them.
ROUNDED_OTHERWISE = frozenset(
    ("tanh", "sigmoid", "softmax", "log_softmax", "logsigmoid", "exp", "log", "erf", "gelu", "silu", "softplus")
)


@contextmanager
def functions_moved(seed: Sequence[int], ulps: int) -> Iterator[None]:
    """Inside, what these functions put out is up to so many ulps nearer to 0, at random from element to element, and so
    is what comes back to each function that is given a weight.

    Never farther from 0, so a share stays at most 1. Backward sees the moved values: they are moved where they stand.
    """
    with _Moving(np.random.default_rng(seed), ulps):
        yield


class _Moving(TorchFunctionMode):
    def __init__(self, generator: np.random.Generator, ulps: int):
        super().__init__()
        self._generator, self._ulps = generator, ulps

    def __torch_function__(self, function, types, args=(), kwargs=None):
        output = function(*args, **(kwargs or {}))
        if torch.compiler.is_compiling():  # which would make one constant of all that is random
            return output
        name = getattr(function, "__name__", "").rstrip("_")
        if name in ROUNDED_OTHERWISE and torch.is_tensor(output) and output.is_floating_point():
            values = output.data  # which shares the memory, and not the history
            values.mul_(self._factors(values))
        if any(map(_is_weight, _each(args))) or any(map(_is_weight, (kwargs or {}).values())):
            self._move_what_comes_back(output)
        return output

    def _move_what_comes_back(self, output) -> None:
        for each in _each(output if isinstance(output, (tuple, list)) else (output,)):
            # A weight that is set in place is such an output too, and would keep its hook for all runs to come.
            if torch.is_tensor(each) and each.is_floating_point() and each.grad_fn is not None:
                with suppress(RuntimeError):  # what torch.func maps or differentiates takes no hook
                    each.register_hook(lambda gradient: gradient * self._factors(gradient))

    def _factors(self, values: torch.Tensor) -> torch.Tensor:
        shares = torch.from_numpy(self._generator.random(tuple(values.shape))).to(values.dtype)
        return 1 - (self._ulps * torch.finfo(values.dtype).eps) * shares


def _each(values: Iterable) -> Iterator:
    """Values, and what is in lists and tuples of them: a recurrent layer is given a list of its weights."""
    for value in values:
        yield from _each(value) if isinstance(value, (tuple, list)) else (value,)


def _is_weight(value) -> bool:
    """Whether it is a parameter, or a part of one."""
    whole = getattr(value, "_base", None)
    return isinstance(value if whole is None else whole, torch.nn.Parameter)
