"""Records the operations of a step beneath autograd, where the functions that a user calls have come apart."""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from unittest.mock import patch

import torch
from torch.nn import functional as F
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode, _disable_current_modes

from compare.traces.operations import UNREDUCED, WRITTEN, OperationLog
from compare.traces.places import Called
from torch_impl import tensors

MOST_HELD = 2e9  # bytes of tensors, which are kept so that no other takes the place of one in memory


class Recording:
    """Between `start` and `stop`, every operation is noted in a log."""

    def __init__(self) -> None:
        self.log, self._undo = OperationLog(), ExitStack()
        self._numbers: dict[int, tuple[int, int]] = {}  # of a tensor's value, with the version of its memory
        self._in_memory: dict[tuple, int] = {}  # the same by where a tensor lies
        self._versions: dict[int, int] = {}  # how often each memory was written to
        self._written: dict[int, tuple[int, Called]] = {}  # by what, last: a value of it, and its place
        self._nodes: dict[int, int] = {}  # the operation of each node of autograd, by the node's number
        self._hooked: set[int] = set()
        self._weights: dict[int, torch.Tensor] = {}  # by what tells a tensor from others
        self._is_of_weights = False  # the backward pass that is running
        self._last_node = 0
        self._in_function = False  # whose gradient the user wrote
        self._without: set[int] = set()  # values that are computed without the gradients that they would have
        self._held: list[torch.Tensor] = []
        self._bytes = 0.0

    def start(self, weights: Mapping[str, torch.Tensor]) -> None:
        """Begin; attention is computed in its parts, of which the other side may have some."""
        self.log.weights.update({name: self._number(tensor) for name, tensor in weights.items()})
        self._weights = {id(tensor): tensor for tensor in weights.values()}
        self._last_node = torch.autograd._get_sequence_nr()
        self._undo.enter_context(sdpa_kernel(SDPBackend.MATH))
        run_backward = torch.autograd._engine_run_backward
        # Bound to the class that it is called on; in some versions of PyTorch it is written in C.
        apply = next(vars(each)["apply"] for each in torch.autograd.Function.__mro__ if "apply" in vars(each))

        def hooked(outputs, gradients, retain_graph, create_graph, inputs, *arguments, **named):
            with _disable_current_modes():
                self._hook(outputs)
                self._ask(inputs)
            return run_backward(outputs, gradients, retain_graph, create_graph, inputs, *arguments, **named)

        def applied(function, *arguments, **named):
            before, self._in_function = self._in_function, True
            try:
                result = apply.__get__(None, function)(*arguments, **named)
            finally:
                self._in_function = before
            return self._applied(function, arguments, result)

        self._undo.enter_context(patch.object(torch.autograd, "_engine_run_backward", hooked))
        self._undo.enter_context(patch.object(torch.autograd.Function, "apply", classmethod(applied)))
        self._undo.enter_context(_Dispatch(self))
        self._undo.enter_context(_Losses(self))

    def stop(self) -> None:
        """End, and forget the tensors."""
        self._undo.close()
        self._held.clear()

    def _run(self, function, arguments: tuple, named: dict):
        """The result of an operation, which is noted."""
        if self.log.full or (place := self.log.place()) is None:
            return function(*arguments, **named)
        grad_enabled = torch.is_grad_enabled()
        given = [] if tensors.takes_shape_only(function) else list(tensors.inside((arguments, named)))
        with torch.no_grad():
            inputs = [self._number(each) for each in given]
        result = function(*arguments, **named)
        with torch.no_grad():
            written = list(tensors.written(function, arguments, named))
            for memory in {tensors.memory(tensor) for tensor in written}:
                self._versions[memory] = self._versions.get(memory, 0) + 1
            outputs = [self._add(each) for each in [*tensors.inside(result), *written]]
        stops = not self._in_function and any(each.requires_grad for each in given)
        stops &= not grad_enabled or (function is torch.ops.aten.detach.default and not self._in_backward())
        if not grad_enabled and (stops or not self._without.isdisjoint(inputs)):
            stops = True
            self._without.update(outputs)
        number = self.log.operation(str(function), inputs, outputs, place, self._of(), stops)
        for tensor in written:
            self._written[tensors.memory(tensor)] = outputs[-1], place
        node = torch.autograd._get_sequence_nr()
        if node != self._last_node and grad_enabled:  # autograd has made a node for it
            self._nodes[node - 1] = number
        self._last_node = node
        return result

    def _applied(self, function, arguments: tuple, result):
        """The result of a function whose gradient the user wrote; it is noted as one operation behind its parts."""
        nodes = {each.grad_fn for each in tensors.inside(result) if each.grad_fn is not None}
        if nodes and not self.log.full and (place := self.log.place()) is not None:
            with _disable_current_modes(), torch.no_grad():
                inputs = [self._number(each) for each in [*tensors.inside(arguments), *tensors.inside(result)]]
                outputs = [self._add(each, anew=True) for each in tensors.inside(result)]
            number = self.log.operation(f"{function.__name__}{WRITTEN}", inputs, outputs, place, self._of())
            self._nodes |= {node._sequence_nr(): number for node in nodes}
        return result

    def _reduced(self, function, arguments: tuple, named: dict, begun: int, result: torch.Tensor) -> None:
        """Note what a loss has before it takes the mean or the sum, behind the parts of it that began as `begun`."""
        if self.log.full or (place := self.log.place()) is None:
            return
        with _disable_current_modes(), torch.no_grad():
            try:
                parts = function(*arguments, **named | {"reduction": "none"})
            except Exception:  # a user's loop goes on
                return
            inputs = [self._number(each) for each in tensors.inside((arguments, named))]
            inside = [value for each in self.log.operations[begun:] for value in each.outputs]
            inputs += [value for value in inside if self.log.values[value].shape]
            unreduced = self.log.value(lambda: tensors.to_array(parts))
            self.log.operation(f"{function.__name__}{UNREDUCED}", inputs, [unreduced], place, self._of())
            self.log.operation(named["reduction"], [unreduced], [self._add(result, anew=True)], place, self._of())

    @staticmethod
    def _in_backward() -> bool:
        return torch._C._current_autograd_node() is not None

    def _of(self) -> int | None:
        node = torch._C._current_autograd_node()
        return None if node is None else self._nodes.get(node._sequence_nr())

    def _number(self, tensor: torch.Tensor) -> int:
        """The number of the value that a tensor has now."""
        version = self._versions.get(tensors.memory(tensor), 0)
        known, seen = self._numbers.get(id(tensor), (0, -1))
        if seen == version:
            return known
        if (lies := tensors.place(tensor, version)) in self._in_memory:
            return self._in_memory[lies]
        number = self._add(tensor)
        if version and (written := self._written.get(tensors.memory(tensor))):
            self.log.operation("written in place", [written[0], *([known] if seen >= 0 else [])], [number], written[1])
        return number

    def _add(self, tensor: torch.Tensor, anew: bool = False) -> int:
        number = self.log.value(lambda: tensors.to_array(tensor))
        version = self._versions.get(tensors.memory(tensor), 0)
        self._numbers[id(tensor)] = number, version
        lies = tensors.place(tensor, version)
        self._in_memory[lies] = number if anew else self._in_memory.get(lies, number)
        self._held.append(tensor)
        self._bytes += tensor.numel() * tensor.element_size()
        if self._bytes > MOST_HELD:
            self.log.capped = f"the step computes more than {MOST_HELD / 1e9:.0f} GB"
        return number

    def _ask(self, inputs: Sequence[torch.Tensor]) -> None:
        """Begin a backward pass, of all weights where it names no inputs."""
        asked = [each for each in inputs if id(each) in self._weights] if inputs else self._weights.values()
        self._is_of_weights = bool(asked)
        if self._is_of_weights:
            self.log.asked.append(tuple(self._number(each) for each in asked))

    def _hook(self, outputs) -> None:
        """Have every node of the graph tell what it passes back."""
        nodes = [each.grad_fn for each in outputs if getattr(each, "grad_fn", None) is not None]
        while nodes:
            node = nodes.pop()
            sequence = node._sequence_nr()
            if sequence in self._hooked:
                continue
            self._hooked.add(sequence)
            nodes += [following for following, _ in node.next_functions if following is not None]
            if sequence in self._nodes:
                node.register_hook(
                    lambda passed, _, of=(self._nodes[sequence], node.next_functions): self._passed(*of, passed)
                )

    def _passed(self, number: int, before, gradients) -> None:
        """Note what a node passes back to those before it."""
        if self.log.full or not self._is_of_weights:
            return
        with _disable_current_modes(), torch.no_grad():
            for (node, place), gradient in zip(before, gradients, strict=True):
                if gradient is not None and (value := self._made_by(node, place)) is not None:
                    self.log.edge(number, value, self._number(gradient))

    def _made_by(self, node, place: int) -> int | None:
        """The value that a node of autograd stands for: what it computed, or a weight."""
        if (weight := getattr(node, "variable", None)) is not None:
            return self._number(weight)
        number = None if node is None else self._nodes.get(node._sequence_nr())
        outputs = () if number is None else self.log.operations[number].outputs
        return outputs[place] if place < len(outputs) else None


class _Losses(TorchFunctionMode):
    """Sees the losses of torch.nn.functional, which are often one operation, or come apart into others."""

    def __init__(self, recording: Recording):
        super().__init__()
        self._recording = recording

    def __torch_function__(self, function, types, arguments=(), named=None):
        named, begun = named or {}, len(self._recording.log.operations)
        result = function(*arguments, **named)
        if getattr(function, "__module__", "") == F.__name__ and named.get("reduction", "none") != "none":
            self._recording._reduced(function, arguments, named, begun, result)
        return result


class _Dispatch(TorchDispatchMode):
    def __init__(self, recording: Recording):
        super().__init__()
        self._recording = recording

    def __torch_dispatch__(self, function, types, arguments=(), named=None):
        return self._recording._run(function, arguments, named or {})
