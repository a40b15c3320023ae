"""Records the operations of a step as TensorFlow's kernels, where the functions that a user calls have come apart."""

from collections.abc import Iterable
from contextlib import ExitStack

import numpy as np
import tensorflow as tf

from compare.traces.operations import OperationLog
from tf_impl.keras_internals import number_of_tensor, watched_kernels

READS, WRITES = "ReadVariableOp", "AssignVariableOp"
STOPS = ("StopGradient", "PreventGradient")
SHAPE_ONLY = ("Shape", "ShapeN", "Size", "Rank", "ZerosLike", "OnesLike")  # what takes no more of a tensor


class Recording:
    """Between `start` and `stop`, every operation is noted in a log."""

    def __init__(self, log: OperationLog):
        self.log, self._undo = log, ExitStack()
        self._numbers: dict[int, int] = {}  # of a tensor's value
        self._held: dict[int, int] = {}  # the number of the value that a variable holds, by its handle
        self._of: int | None = None  # the forward operation whose gradient is being computed

    def start(self) -> None:
        """Begin; the step must run eagerly."""
        self._undo.enter_context(watched_kernels(self._note, self._operation_of, self._differentiate))

    def stop(self) -> None:
        """End."""
        self._undo.close()

    def _note(self, name: str, inputs: Iterable, outputs: Iterable) -> None:
        if self.log.full or (place := self.log.place()) is None:
            return
        inputs, outputs = list(inputs), list(outputs or ())
        handles = [each for each in inputs if each.dtype == tf.resource]
        given = [] if name in SHAPE_ONLY else [self._number(each) for each in inputs if each.dtype != tf.resource]
        given += [self._held[at] for each in handles if (at := number_of_tensor(each)) in self._held]
        results = [self._add(each) for each in outputs if _has_content(each)]
        if name == READS:
            self._held.setdefault(number_of_tensor(handles[0]), results[0])
        elif name == WRITES:
            self._held[number_of_tensor(handles[0])] = given[0]
        elif handles and name != "VarHandleOp":  # it may have changed the variable, which its next reader will see
            changed = self.log.value(None)
            self._held |= {number_of_tensor(each): changed for each in handles}
            results.append(changed)
        self.log.operation(name, given, results, place, self._of, name in STOPS)

    def _operation_of(self, outputs: Iterable) -> int | None:
        """The number of the operation that was just noted, if it was."""
        made = [self._numbers.get(number_of_tensor(each)) for each in outputs]
        last = len(self.log.operations) - 1
        known = last >= 0 and any(each in self.log.operations[last].outputs for each in made if each is not None)
        return last if known else None

    def _differentiate(self, number: int | None, gradients: Iterable, compute):
        """The gradients that an operation passes on, where `gradients` are those of what it computed."""
        if number is not None and not self.log.full:
            for value, gradient in zip(self.log.operations[number].outputs, gradients, strict=False):
                if isinstance(gradient, tf.Tensor) and _has_content(gradient):
                    self.log.gradients.append((value, self._number(gradient)))
        before, self._of = self._of, number if number is not None else self._of
        try:
            return compute()
        finally:
            self._of = before

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


def _numpy(tensor) -> np.ndarray:
    array = tensor.numpy()
    return array.astype(np.float32) if tensor.dtype == tf.bfloat16 else array
