"""Adds to PyTorch's run what one difference of TensorFlow's is, and nothing else: so its effect on the loss shows."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import torch

from compare.inputs.side import every_optimizer
from compare.traces.exchange import COMES_BACK, GIVEN, Calls, label_of, tensors_by_argument
from compare.traces.recording import Recording
from compare.traces.step import END, Step
from torch_impl.weights.parameters import named_buffers, named_parameters

Added = dict[tuple[str, str], np.ndarray]  # by stage and label, at one step


class Injection:
    """Adds arrays to what layers are given and put out, to gradients, updates and running statistics, step by step."""

    def __init__(self, path: Path):
        """`path` is an .npz file of arrays by "step/stage/label"."""
        self._added: dict[str, Added] = {}
        with np.load(path, allow_pickle=False) as file:
            for key in file.files:
                step, stage, label = key.split("/", 2)
                self._added.setdefault(step, {})[stage, label] = file[key]

    def begin(self, recording: Recording, model, optimizer) -> list[Callable[[], None]]:
        """Begin a pass; returns what ends it."""
        step: Step = END if recording.at_end else recording.steps
        self._recording, self._calls, self._now = recording, Calls(), self._added.get(str(step), {})
        known = [each for each in every_optimizer(optimizer).values() if isinstance(each, torch.optim.Optimizer)]
        ends = [each.register_step_pre_hook(lambda *_: self._add_to_gradients(model)).remove for each in known[:1]]
        return ends + [
            each.register_step_post_hook(lambda *_: self._add_to_weights(model)).remove for each in known[-1:]
        ]

    def watch(self, name: str, layer) -> list[Callable[[], None]]:
        """Add to every call of a layer; returns what ends that."""
        call = name

        def given(layer, arguments, options):
            nonlocal call
            if self._recording.is_paused:
                return None
            call = self._calls.next_of(name)
            own = tensors_by_argument(layer.forward, arguments, options, torch.is_tensor)
            moved = {id(tensor): self._with(GIVEN, label_of(call, part), tensor) for part, tensor in own.items()}
            return tuple(moved.get(id(each), each) for each in arguments), {
                key: moved.get(id(each), each) for key, each in options.items()
            }

        def handed_on(layer, arguments, output):
            first, *others = output if isinstance(output, tuple) else (output,)
            if self._recording.is_paused or not torch.is_tensor(first):
                return None
            first = self._with("forward", call, first)
            if first.requires_grad:
                first.register_hook(partial(self._with, COMES_BACK, label_of(call, 0)))
            return (first, *others) if isinstance(output, tuple) else first

        before = layer.register_forward_pre_hook(given, with_kwargs=True)
        return [before.remove, layer.register_forward_hook(handed_on).remove]

    def end_step(self, loss) -> None:
        """Nothing is left to be added."""

    def close(self) -> None:
        """Nothing is held open."""

    def _with(self, stage: str, label: str, tensor: torch.Tensor) -> torch.Tensor:
        added = self._now.get((stage, label))
        return tensor if added is None or added.shape != tensor.shape else tensor + _as(added, tensor)

    def _add_to_gradients(self, model) -> None:
        for name, parameter in named_parameters(model).items():
            if parameter.variable.grad is not None:
                parameter.variable.grad = self._with("gradient", name, parameter.variable.grad)

    def _add_to_weights(self, model) -> None:
        """After the last optimizer's update; another loss may still go back through what the weights were used for."""
        for stage, named in (("update", named_parameters(model)), ("buffer", named_buffers(model))):
            for name, parameter in named.items():
                weight = parameter.variable.data  # a change of which autograd does not count
                if (moved := self._with(stage, name, weight)) is not weight:
                    weight.copy_(moved)


def _as(array: np.ndarray, tensor: torch.Tensor) -> torch.Tensor:
    return torch.from_numpy(array).to(tensor.dtype)
