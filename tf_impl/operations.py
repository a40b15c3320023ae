"""Records the operations of a step as TensorFlow's kernels, where the functions that a user calls have come apart."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager

import numpy as np
import tensorflow as tf

from compare.traces.operations import WRITTEN, OperationLog
from compare.traces.places import Called
from tf_impl.functional import FunctionalModels
from tf_impl.tensorflow_internals import as_written, number_of_tensor, watched_gradients, watched_kernels
from tf_impl.weights.tensors import resource

READS, WRITES = "ReadVariableOp", "AssignVariableOp"
ADDS_TO = ("AssignAddVariableOp", "AssignSubVariableOp")
STOPS = ("StopGradient", "PreventGradient")
SHAPE_ONLY = ("Shape", "ShapeN", "Size", "Rank", "ZerosLike", "OnesLike")  # what takes no more of a tensor


class Recording:
    """Between `start` and `stop`, every operation is noted in a log."""

    def __init__(self) -> None:
        self.log, self._undo = OperationLog(), ExitStack()
        self._numbers: dict[int, int] = {}  # of a tensor's value
        self._held: dict[int, int] = {}  # the number of the value that a variable holds, by its handle
        self._weights: set[int] = set()  # their handles
        self._given: dict[int, Sequence[int | None]] = {}  # the values of an operation's inputs; None where not known
        self._of: int | None = None  # the forward operation whose gradient is being computed
        self._is_of_weights = False  # the backward pass that is running
        self._reading = False
        self._functional = FunctionalModels()

    def start(self, weights: Mapping[str, tf.Variable]) -> None:
        """Begin; the step must run eagerly."""
        for name, weight in weights.items():
            if (variable := resource(weight)) is not None:
                handle = number_of_tensor(variable.handle)
                if handle not in self._held:
                    self._held[handle] = self._add(variable.value())
                self.log.weights[name] = self._held[handle]
        self._weights = {*self._held}
        gradients = self._operation_of, self._written, self._differentiate, self._asked
        self._undo.enter_context(as_written())
        self._undo.enter_context(self._functional.watched())
        self._undo.enter_context(watched_kernels(self._note))
        self._undo.enter_context(watched_gradients(*gradients))

    def stop(self) -> None:
        """End."""
        self._undo.close()

    def _note(self, name: str, inputs: Iterable, outputs: Iterable) -> None:
        if self.log.full or self._reading or (place := self._place()) is None:
            return
        inputs, outputs = list(inputs), list(outputs or ())
        handles = [each for each in inputs if each.dtype == tf.resource]
        given = [] if name in SHAPE_ONLY else [self._given_by(each) for each in inputs]
        results = [self._add(each) for each in outputs if _has_content(each)]
        if name == READS:
            self._held.setdefault(number_of_tensor(handles[0]), results[0])
        elif name == WRITES:
            self._held[number_of_tensor(handles[0])] = self._number(inputs[1])
        elif handles and name != "VarHandleOp":  # it may have changed the variable, which its next reader will see
            changed = self._read(*inputs) if name in ADDS_TO else self.log.value(None)
            self._held |= {number_of_tensor(each): changed for each in handles}
            results.append(changed)
        self._noted(name, given, results, place, name in STOPS)

    def _place(self) -> Called | None:
        called = self.log.place()
        return called and self._functional.with_lines(called)

    def _read(self, handle, moved_by) -> int:
        """The value that a variable has been moved to."""
        self._reading = True
        try:
            return self._add(tf.raw_ops.ReadVariableOp(resource=handle, dtype=moved_by.dtype))
        finally:
            self._reading = False

    def _given_by(self, tensor) -> int | None:
        """The number of the value that an operation is given by a tensor, or by the handle of a variable."""
        return self._held.get(number_of_tensor(tensor)) if tensor.dtype == tf.resource else self._number(tensor)

    def _noted(self, name: str, given: Sequence[int | None], results: Sequence[int], place, stops: bool = False) -> int:
        known = [each for each in given if each is not None]
        number = self.log.operation(name, known, results, place, self._of, stops)
        self._given[number] = given
        return number

    def _operation_of(self, outputs: Iterable) -> int | None:
        """The number of the operation that was just noted, if it was."""
        made = [self._numbers.get(number_of_tensor(each)) for each in outputs]
        last = len(self.log.operations) - 1
        known = last >= 0 and any(each in self.log.operations[last].outputs for each in made if each is not None)
        return last if known else None

    def _written(self, name: str, inputs: Sequence, outputs: Sequence) -> int | None:
        """Note an operation whose gradient somebody wrote, behind its parts."""
        if self.log.full or (place := self._place()) is None:
            return None
        given = [self._given_by(each) for each in inputs]
        inside = [self._number(each) for each in outputs if _has_content(each)]  # what its parts came to
        number = self._noted(f"{name}{WRITTEN}", [*given, *inside], [self._add(each) for each in outputs], place)
        self._given[number] = given
        return number

    @contextmanager
    def _asked(self, sources: Iterable) -> Iterator[None]:
        asked = [self._held[number] for each in sources if (number := number_of_tensor(each)) in self._weights]
        before, self._is_of_weights = self._is_of_weights, bool(asked)
        self.log.asked += [tuple(asked)] if asked else []
        try:
            yield
        finally:
            self._is_of_weights = before

    def _differentiate(self, number: int | None, compute: Callable[[], Sequence]) -> Sequence:
        """The gradients of what an operation was given, which are noted."""
        before, self._of = self._of, number if number is not None else self._of
        try:
            gradients = compute()
        finally:
            self._of = before
        if number is not None and self._is_of_weights and not self.log.full:
            of_each = gradients if isinstance(gradients, (list, tuple)) else [gradients]
            for value, gradient in zip(self._given[number], of_each, strict=False):
                if value is not None and gradient is not None:
                    self.log.edge(number, value, self._of_gradient(gradient))
        return gradients

    def _of_gradient(self, gradient: tf.Tensor | tf.IndexedSlices) -> int:
        return self._number(gradient) if isinstance(gradient, tf.Tensor) else self.log.value(lambda: _dense(gradient))

    def _number(self, tensor) -> int:
        known = self._numbers.get(number_of_tensor(tensor))
        return self._add(tensor) if known is None else known

    def _add(self, tensor) -> int:
        known = _has_content(tensor)
        number = self.log.value((lambda: _numpy(tensor)) if known else None, tensor.shape if known else ())
        self._numbers[number_of_tensor(tensor)] = number
        return number


def _has_content(tensor) -> bool:
    return tensor.dtype not in (tf.resource, tf.variant, tf.string)


def _dense(slices: tf.IndexedSlices) -> np.ndarray:
    values = _numpy(slices.values)
    whole = np.zeros((int(slices.dense_shape[0]), *values.shape[1:]), values.dtype)
    np.add.at(whole, slices.indices.numpy(), values)
    return whole


def _numpy(tensor) -> np.ndarray:
    array = tensor.numpy()
    return array.astype(np.float32) if tensor.dtype == tf.bfloat16 else array
