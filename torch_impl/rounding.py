"""Lets PyTorch's functions round otherwise, as another library's do: tanh(20) is 1 in one, and an ulp less in another.

Behind a unit that is saturated this is all that its gradient, 1 - tanh(x)^2, consists of.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

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
    """Inside, what these functions put out is up to so many ulps nearer to 0, at random from element to element.

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
            self._move(output)
        return output

    def _move(self, output: torch.Tensor) -> None:
        values = output.data  # which shares the memory, and not the history
        shares = torch.from_numpy(self._generator.random(tuple(values.shape))).to(values.dtype)
        values.mul_(1 - (self._ulps * torch.finfo(values.dtype).eps) * shares)
