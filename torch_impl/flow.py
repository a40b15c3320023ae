"""From which layers' outputs and weights the gradient of a layer's input, or of the loss, comes on to with no other
layer between.
"""

from collections.abc import Callable, Iterable, Mapping

import torch
from torch.autograd.graph import Node

from torch_impl.weights.tensors import Parameter


class Flow:
    """Walks back through the graph that autograd has made of a step."""

    def __init__(self) -> None:
        self._sources: dict[Node, str] = {}
        self._weights: dict[int, str] = {}
        self.gradients: dict[str, set[str]] = {}  # by what is reached

    def watch(self, parameters: Mapping[str, Parameter]) -> Callable[[], None]:
        """Begin a pass; returns what ends it."""
        self._sources = {}
        self._weights = {id(parameter.variable): name for name, parameter in parameters.items()}
        return self._sources.clear

    def starts(self, name: str, tensor: torch.Tensor) -> None:
        """A tensor is what a layer hands on."""
        if tensor.grad_fn is not None:
            self._sources[tensor.grad_fn] = name

    def reaches(self, name: str, tensors: Iterable[torch.Tensor]) -> None:
        """These tensors are what a layer is given, or makes of it."""
        tensors = list(tensors)
        found = self.gradients.setdefault(name, set())
        found.update(self._weights[id(each)] for each in tensors if id(each) in self._weights and each.requires_grad)
        left = [each.grad_fn for each in tensors if each.grad_fn is not None]
        seen: set[Node] = set()
        while left:
            node = left.pop()
            if node in seen:
                continue
            seen.add(node)
            if node in self._sources:
                found.add(self._sources[node])
            elif node.next_functions:
                left += [before for before, _ in node.next_functions if before is not None]
            elif (weight := id(getattr(node, "variable", None))) in self._weights:
                found.add(self._weights[weight])
