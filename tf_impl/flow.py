"""Which layers' outputs and variables reach which layer, or the loss, with no other layer between."""

from collections.abc import Callable, Iterable, Mapping

import tensorflow as tf

from tf_impl.tensorflow_internals import number_of_tensor, on_each_operation
from tf_impl.weights.tensors import Parameter, resource


class Flow:
    """Follows values from operation to operation while a step runs eagerly."""

    def __init__(self) -> None:
        self._sources: dict[int, frozenset[str]] = {}  # by tensor
        self.reached: dict[str, set[str]] = {}  # by what is reached

    def watch(self, parameters: Mapping[str, Parameter]) -> Callable[[], None]:
        """Begin a pass; returns what ends it."""
        held = {name: resource(parameter.variable) for name, parameter in parameters.items()}
        self._sources = {
            number_of_tensor(each.handle): frozenset((name,)) for name, each in held.items() if each is not None
        }
        return on_each_operation(self._passes)

    def starts(self, name: str, tensor: tf.Tensor) -> None:
        """A tensor is what a layer hands on."""
        self._sources[number_of_tensor(tensor)] = frozenset((name,))

    def reaches(self, name: str, tensors: Iterable[tf.Tensor]) -> None:
        """These tensors are what a layer is given."""
        self.reached.setdefault(name, set()).update(
            *(self._sources.get(number_of_tensor(each), ()) for each in tensors)
        )

    def _passes(self, inputs: Iterable[tf.Tensor], outputs: Iterable[tf.Tensor]) -> None:
        sources = frozenset().union(*(self._sources.get(number_of_tensor(each), ()) for each in inputs))
        if sources:
            self._sources.update((number_of_tensor(each), sources) for each in outputs)
