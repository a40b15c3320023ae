"""Records what each layer is given and hands on, and the gradient that comes back, for tf's layers to be given."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial, wraps
from pathlib import Path
from typing import Any

import numpy as np
import torch

from compare.running.request import Training
from compare.traces.exchange import AGAIN, COMES_BACK, GIVEN, HANDED_ON, Calls, label_of, tensors_by_argument
from compare.traces.recording import Recording
from torch_impl.flow import Flow
from torch_impl.injection import Injection
from torch_impl.weights.parameters import named_parameters
from torch_impl.weights.tensors import to_numpy


class Exchange:
    """Watches what layers exchange in one pass after another."""

    _recording: Recording

    def __init__(self) -> None:
        self.flow = Flow()

    def begin(self, recording: Recording, model, *_: Any) -> list[Callable[[], None]]:
        """Begin a pass: the calls of each layer are counted anew."""
        self._recording, self._calls = recording, Calls()
        self._came_back: set[str] = set()
        self._differentiated: list[torch.Tensor] = []
        return [self.flow.watch(named_parameters(model)), self._watch_backward()]

    def end_step(self, loss) -> None:
        """From where the gradient of the loss comes on; a loop may give its loss without the graph."""
        own = [loss] if torch.is_tensor(loss) and loss.requires_grad else self._differentiated
        self.flow.reaches("loss", own)
        self._differentiated = []

    @property
    def gradients(self) -> Mapping[str, set[str]]:
        """From which outputs and weights the gradient of each layer's input and output, or of the loss, comes on."""
        return self.flow.gradients

    def close(self) -> None:
        """Nothing is held open."""

    def watch(self, name: str, layer) -> list[Callable[[], None]]:
        """Record every call of a layer; returns what ends that."""
        call = name

        def given(layer, arguments, options):
            nonlocal call
            if not self._recording.is_paused:
                call = self._calls.next_of(name)
                own = tensors_by_argument(layer.forward, arguments, options, is_given)
                self.flow.reaches(call, own.values())
                for part, tensor in own.items():
                    self._recording.tensor(GIVEN, label_of(call, part), to_numpy(tensor))

        def handed_on(layer, arguments, output):
            if not self._recording.is_paused:
                for place, tensor in enumerate(tensors_in(output)):
                    self.flow.reaches(label_of(call, place), [tensor])
                    self.flow.starts(call, tensor)
                    self._recording.tensor(HANDED_ON, label_of(call, place), to_numpy(tensor))
                    # What is not differentiated takes no hook, nor does a view that is changed in place.
                    with suppress(RuntimeError):
                        tensor.register_hook(partial(self._comes_back, call, place))

        before = layer.register_forward_pre_hook(given, with_kwargs=True)
        return [before.remove, layer.register_forward_hook(handed_on).remove]

    def _watch_backward(self) -> Callable[[], None]:
        """Keep what is differentiated; returns what ends that."""
        backward = torch.autograd.backward

        @wraps(backward)
        def watch(tensors, *arguments, **options):
            self._differentiated += filter(torch.is_tensor, [tensors] if torch.is_tensor(tensors) else tensors)
            return backward(tensors, *arguments, **options)

        torch.autograd.backward = watch
        return partial(setattr, torch.autograd, "backward", backward)

    def _comes_back(self, call: str, place: int, gradient: torch.Tensor) -> None:
        label = label_of(call, place)
        if label in self._came_back:
            label = label_of(call, f"{place}{AGAIN}")
        if label not in self._came_back and np.any(values := to_numpy(gradient)):
            self._came_back.add(label)
            self._recording.tensor(COMES_BACK, label, values)


def exchange_of(training: Training) -> Exchange | Injection | None:
    """What a run is asked to leave of its layers' exchange, or what is added to it."""
    if training.injected is not None:
        return Injection(Path(training.injected))
    return Exchange() if training.exchanges else None


def is_given(value) -> bool:
    """Whether an argument is a tensor that a layer computes with; a mask of booleans is not."""
    return torch.is_tensor(value) and value.dtype != torch.bool


def tensors_in(output) -> list[torch.Tensor]:
    """Every tensor of a layer's output, in order."""
    if torch.is_tensor(output):
        return [output]
    inner = output.values() if hasattr(output, "values") else output if isinstance(output, (list, tuple)) else ()
    return [tensor for each in inner for tensor in tensors_in(each)]
