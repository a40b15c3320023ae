"""Watches PyTorch's modules and optimizers by their own hooks; compare/traces/watching.py says what is recorded."""

import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from functools import partial

import torch
from torch import nn

from compare.inputs.given_optimizer import refuse_what_is_none, strangers
from compare.traces import recorder
from compare.traces.header import Header
from torch_impl import operations, runtime, settings, weights
from torch_impl.one_model import as_one
from torch_impl.weights import layers
from torch_impl.wrappers import unwrapped_optimizer


class Recorder(recorder.Recorder[nn.Module, torch.optim.Optimizer, torch.Tensor]):
    """Two lines in a loop: make it before the first step, and call `step` after each update."""

    weights = weights
    loss_calls = staticmethod(settings.loss_calls)
    _operation_recording = operations.Recording
    _autocast: torch.dtype | None = None  # what a step's forward pass was lowered to

    def _header(self) -> Header:
        with _under(self._autocast, self._model):
            described = settings.describe(self._model, self._optimizer, self._loss)
        return Header(
            side="torch",
            versions=runtime.versions(),
            weight_groups=tuple(weights.weight_groups(self._model)),
            kinds=layers.named_kinds(self._model),
            settings=tuple(described),
            tied=_tied(self._model),
            made_at=settings.made_at(self._model, self._optimizer),
            flags_set_at=settings.flags_set_at(self._model),
            strange=strangers(self._optimizer, self._model.parameters(), _held_by),
        )

    def _as_written(self, model, optimizer):
        model, optimizer = as_one(model), unwrapped_optimizer(optimizer)
        refuse_what_is_none(optimizer, model.parameters())
        return model, optimizer

    def _rates(self, optimizer: torch.optim.Optimizer) -> weights.Rates | None:
        return weights.Rates(optimizer) if isinstance(optimizer, torch.optim.Optimizer) else None

    def _is_replica(self) -> bool:
        spread = torch.distributed.is_available() and torch.distributed.is_initialized()
        return spread and torch.distributed.get_world_size() > 1

    def _watch_layers(self) -> None:
        if "torch._dynamo" in sys.modules:  # what torch.compile makes runs no hooks: audited steps run as written
            stance = torch.compiler.set_stance("force_eager")
            self._detach.append(partial(stance.__exit__, None, None, None))
        if self._exchange is not None:
            self._detach += self._exchange.begin(self._recording, self._model, self._optimizer)
        for name, layer in layers.named_layers(self._model).items():
            if self._exchange is not None:
                self._detach += self._exchange.watch(name, layer)

            def watch(layer, _, output, name=name):
                self._evaluated_in_training |= self._recording.at_end and layer.training
                self._autocast = self._autocast or _autocast_of(self._model)
                self._record_output(name, layers.output_to_canonical(layer, output))

            self._detach.append(layer.register_forward_hook(watch).remove)

    def _watch_optimizer(self, optimizer: torch.optim.Optimizer) -> None:
        if not isinstance(optimizer, torch.optim.Optimizer):  # one of the user's own: only what it does is seen
            return

        def given():
            own = [parameter for group in optimizer.param_groups for parameter in group["params"]]
            self._before_update({id(parameter): parameter.grad for parameter in own})

        def before(_, arguments, named):
            # A closure computes the gradients of this step: what is there before it is the last step's.
            if not any(map(callable, (*arguments, *named.values()))):
                return given()
            arguments = tuple(_followed_by(given, each) if callable(each) else each for each in arguments)
            return arguments, {
                name: _followed_by(given, each) if callable(each) else each for name, each in named.items()
            }

        def after(*_):
            self._after_update(optimizer)

        self._detach.append(optimizer.register_step_pre_hook(before).remove)
        self._detach.append(optimizer.register_step_post_hook(after).remove)


def _tied(model: nn.Module) -> dict[str, str]:
    """Further names of weights that are in several places, and their first."""
    first = {id(parameter): name for name, parameter in model.named_parameters()}
    every = model.named_parameters(remove_duplicate=False)
    return {name: first[id(parameter)] for name, parameter in every if first[id(parameter)] != name}


def _held_by(optimizer) -> list:
    return [parameter for group in getattr(optimizer, "param_groups", ()) for parameter in group["params"]]


def _followed_by(once: Callable[[], None], closure: Callable) -> Callable:
    """A closure, behind whose first call something is done."""
    left = [once]

    def followed(*arguments, **named):
        result = closure(*arguments, **named)
        while left:
            left.pop()()
        return result

    return followed


def _device(model: nn.Module) -> str:
    return next((parameter.device.type for parameter in model.parameters()), "cpu")


def _autocast_of(model: nn.Module) -> torch.dtype | None:
    """What autocast lowers this model to, right now; None where it is off."""
    return torch.get_autocast_dtype(_device(model)) if torch.is_autocast_enabled(_device(model)) else None


def _under(dtype: torch.dtype | None, model: nn.Module) -> AbstractContextManager:
    """The autocast of the forward pass once more: a model is described at its update, where autocast is off."""
    return torch.autocast(_device(model), dtype) if dtype else nullcontext()
