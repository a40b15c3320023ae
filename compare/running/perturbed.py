"""What rounding may do to a run of PyTorch's beyond a nudge of its weights: to gradients, to an optimizer's constants,
and to what functions put out.

It knows PyTorch's optimizers by their parameter groups and hooks; anything else stays as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import Any

import numpy as np

from compare.inputs.arrays import ulp
from compare.inputs.side import every_optimizer
from compare.running.request import Training


@contextmanager
def perturbed(
    optimizer: Any,
    functions_moved: Callable[[Sequence[int], int], AbstractContextManager[None]],
    training: Training,
    seed: int,
) -> Iterator[None]:
    """Does to a run what its training asks for; `functions_moved(seed, ulps)` lets functions round otherwise."""
    if training.rounded:
        round_constants(optimizer)
    with ExitStack() as moved:
        if training.follows is not None and training.ulps > 1:
            moved.enter_context(gradients_moved(optimizer, [seed, training.sample]))
            moved.enter_context(functions_moved([seed, training.sample], training.ulps))
        yield


def round_constants(optimizer: Any) -> None:
    """Round every number in the parameter groups to float32, as a constant that leaks through it is."""
    for group in _groups(optimizer):
        group.update({name: _rounded(value) for name, value in group.items()})


@contextmanager
def gradients_moved(optimizer: Any, seed: Sequence[int]) -> Iterator[None]:
    """Before each update, each gradient moves by an ulp of the largest in its tensor, up or down at random.

    A convolution or a product that sums in blocks errs by as much, wherever a small gradient stands beside a large one;
    an optimizer that divides by the gradient's size then shows it. A zero stays zero.
    """
    generator = np.random.default_rng(seed)

    def move(moving: Any, *_: Any) -> None:
        for parameter in (each for group in moving.param_groups for each in group["params"]):
            if parameter.grad is not None and not parameter.grad.is_sparse:
                _move(parameter.grad.detach().numpy(), generator)

    hooked = [each for each in every_optimizer(optimizer).values() if hasattr(each, "register_step_pre_hook")]
    handles = [each.register_step_pre_hook(move) for each in hooked]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


def _move(gradient: np.ndarray, generator: np.random.Generator) -> None:
    """In place."""
    largest = np.abs(gradient).max(initial=0)
    if gradient.dtype.kind == "f" and np.isfinite(largest):
        sign = np.where(generator.random(gradient.shape) < 0.5, -1, 1)
        gradient += np.where(gradient == 0, 0, sign * largest * ulp(gradient.dtype.name)).astype(gradient.dtype)


def _groups(optimizer: Any) -> Iterator[dict]:
    for each in every_optimizer(optimizer).values():
        yield from getattr(each, "param_groups", ())


def _rounded(value: Any) -> Any:
    if isinstance(value, tuple):
        return tuple(map(_rounded, value))
    return float(np.float32(value)) if isinstance(value, float) else value
