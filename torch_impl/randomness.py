"""Switches dropout off: two frameworks cannot generate the same masks."""

import copy
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import wraps
from unittest.mock import patch

import torch
from torch import _VF, nn

from compare.inputs.side import Side, every_optimizer
from compare.traces.settings.dropout import DropoutCalls, drops, mute_own
from torch_impl.runtime import set_seed
from torch_impl.weights.layers import every_layer

# The layers that are random, their attribute that is a rate, and the name of that setting.
RANDOM = (
    (nn.modules.dropout._DropoutNd, "p", "p"),
    (nn.MultiheadAttention, "dropout", "dropout"),
    (nn.RNNBase, "dropout", "dropout between layers"),
)

# What all functions of dropout call in the end, however they were imported: (input, rate, training).
KERNELS = [
    f"{kind}{in_place}"
    for kind in ("dropout", "alpha_dropout", "feature_dropout", "feature_alpha_dropout")
    for in_place in ("", "_")
]

SAMPLE = torch.bernoulli
_CALLS = DropoutCalls()


def mute(model) -> dict[str, dict[str, float]]:
    """Set the rate of every dropout layer to zero; returns the former rates by the layer's path and by setting."""
    had: dict[str, dict[str, float]] = {}
    for path, layer in every_layer(model).items():
        for attribute, setting in (
            (attribute, setting) for kind, attribute, setting in RANDOM if isinstance(layer, kind)
        ):
            rate = getattr(layer, attribute, None)
            if isinstance(rate, (int, float)) and rate > 0 and getattr(layer, "num_layers", 2) > 1:
                had[path] = {setting: float(rate)}
                setattr(layer, attribute, 0.0)
        if not type(layer).__module__.startswith("torch.nn."):
            own = mute_own(type(layer).__name__, vars(layer), lambda name, value, to=layer: setattr(to, name, value))
            had |= {path: had.get(path, {}) | own} if own else {}
    return had


def restart(side: Side) -> Callable[[], None]:
    """What puts weights, buffers and the state of optimizers back to what they are now, and no random numbers."""
    stateful = [side.model, *every_optimizer(side.optimizer).values(), side.schedule]
    states = [(each, copy.deepcopy(each.state_dict())) for each in stateful if hasattr(each, "state_dict")]

    def back() -> None:
        for each, state in states:
            each.load_state_dict(copy.deepcopy(state))

    return back


def reseed(side: Side, seed: int) -> None:
    """Give all random numbers that the side may draw another state."""
    set_seed(seed)


@contextmanager
def switched_off() -> Iterator[DropoutCalls]:
    """Functions of dropout drop nothing inside; yields what notes the rates that they are called with."""
    attention = nn.functional.scaled_dot_product_attention
    with ExitStack() as undo:
        for module in (_VF, torch):
            for name in KERNELS:
                undo.enter_context(patch.object(module, name, _dropping_nothing(getattr(torch, name))))
        undo.enter_context(patch.object(nn.functional, attention.__name__, _attending_to_all(attention)))
        undo.enter_context(patch.object(torch, "bernoulli", _expected(SAMPLE, _filled)))
        undo.enter_context(patch.object(torch.Tensor, "bernoulli_", _expected(torch.Tensor.bernoulli_, _fill)))
        yield _CALLS


def _dropping_nothing(kernel: Callable) -> Callable:
    @wraps(kernel)
    def call(input, p, train):
        if train:
            _CALLS.add(p)
        return kernel(input, 0.0, train)

    return call


def _attending_to_all(attention: Callable) -> Callable:
    @wraps(attention)
    def call(query, key, value, attn_mask=None, dropout_p=0.0, *others, **named):
        _CALLS.add(dropout_p)
        return attention(query, key, value, attn_mask, 0.0, *others, **named)

    return call


def _expected(sample: Callable, fill: Callable) -> Callable:
    """A mask made by hand, in `drop_path` or `DropBlock.forward`, is what it is on average: nothing is dropped."""

    @wraps(sample)
    def call(input, p=None, **named):
        given = {} if p is None else {"p": p}
        if not drops(sys._getframe(1).f_code.co_qualname):
            return sample(input, **given, **named)
        kept = torch.as_tensor(p if p is not None else input if sample is SAMPLE else 0.5)
        _CALLS.add(1 - kept.detach().double().mean())
        return fill(input, kept)

    return call


def _filled(input, value):
    return value.to(input.dtype).expand_as(input).clone()


def _fill(input, value):
    return input.copy_(value.expand_as(input))
