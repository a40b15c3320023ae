"""Watches PyTorch's modules and optimizers by their own hooks; compare/traces/watching.py says what is recorded."""

import torch
from torch import nn

from compare.traces import recorder
from compare.traces.header import Header
from torch_impl import runtime, settings, weights
from torch_impl.weights import layers


class Recorder(recorder.Recorder[nn.Module, torch.optim.Optimizer, torch.Tensor]):
    """Two lines in a loop: make it before the first step, and call `step` after each update."""

    weights = weights

    def _header(self) -> Header:
        return Header(
            side="torch",
            versions=runtime.versions(),
            weight_groups=tuple(weights.weight_groups(self._model)),
            kinds=layers.named_kinds(self._model),
            settings=tuple(settings.describe(self._model, self._optimizer, self._loss)),
        )

    def _rates(self, optimizer: torch.optim.Optimizer) -> weights.Rates | None:
        return weights.Rates(optimizer) if isinstance(optimizer, torch.optim.Optimizer) else None

    def _watch_layers(self) -> None:
        for name, layer in layers.named_layers(self._model).items():

            def watch(layer, _, output, name=name):
                self._evaluated_in_training |= self._recording.at_end and layer.training
                if (value := layers.output_to_canonical(layer, output)) is not None:
                    self._recording.tensor("forward", name, value)

            self._detach.append(layer.register_forward_hook(watch).remove)

    def _watch_optimizer(self, optimizer: torch.optim.Optimizer) -> None:
        if not isinstance(optimizer, torch.optim.Optimizer):  # one of the user's own: only what it does is seen
            return

        def before(_, arguments, named):
            own = [parameter for group in optimizer.param_groups for parameter in group["params"]]
            # A closure computes the gradients of this step: what is there before it is the last step's.
            with_closure = any(callable(argument) for argument in (*arguments, *named.values()))
            self._before_update({} if with_closure else {id(parameter): parameter.grad for parameter in own})

        def after(*_):
            self._after_update(optimizer)

        self._detach.append(optimizer.register_step_pre_hook(before).remove)
        self._detach.append(optimizer.register_step_post_hook(after).remove)
