"""Every private attribute of TensorFlow that this project uses; those of Keras are in keras_internals.py.

Written for TensorFlow 2.21. Gone: AttributeError; where lines are looked for, the judge says that they were not found.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from unittest.mock import patch

NUMBERED = "operation "  # how the scope begins of an operation whose number a tape keeps
Number = int | None  # of what a tape records; None where it is not known


def own_mathematics():
    """The module whose `cast` TensorFlow's own functions call."""
    from tensorflow.python.ops import math_ops

    return math_ops


def number_of_tensor(tensor) -> int:
    """What tells a tensor from all others of the process, also from those that are gone."""
    return tensor._id


def on_each_operation(see: Callable) -> Callable[[], None]:
    """Call `see(operation, inputs, outputs)` after each eager operation of this thread; returns what ends it."""
    from tensorflow.python.framework import op_callbacks

    def callback(op_type, inputs, attrs, outputs, op_name=None, graph=None):
        if graph is None:
            see(op_type.decode() if isinstance(op_type, bytes) else op_type, inputs, outputs)

    op_callbacks.add_op_callback(callback)
    ended = ExitStack()
    ended.callback(op_callbacks.remove_op_callback, callback)
    ended.enter_context(_in_python())
    return ended.close


def as_written() -> AbstractContextManager:
    """Inside, functions run in the lines of their files: tf.map_fn and loops would run copies that AutoGraph writes."""
    from tensorflow.python.autograph.core import ag_ctx

    return ag_ctx.ControlStatusCtx(status=ag_ctx.Status.DISABLED)


@contextmanager
def _in_python() -> Iterator[None]:
    """Inside, Python sees what each kernel is given, and reads the variables among it, which a kernel does unseen."""
    from tensorflow.python import pywrap_tfe
    from tensorflow.python.eager import core

    def slowly(*_, **__):
        raise core._FallbackException

    with patch.object(pywrap_tfe, "TFE_Py_FastPathExecute", slowly):
        yield


@contextmanager
def watched_kernels(ran: Callable[[str, Sequence, Sequence], None]) -> Iterator[None]:
    """Inside, every kernel that runs eagerly is told with what went in and what came out."""
    from tensorflow.python.eager import execute, record

    run = execute.execute

    def execute_and_tell(op_name, num_outputs, inputs, attrs, ctx, name=None):
        outputs = run(op_name, num_outputs, inputs, attrs, ctx, name)
        with record.stop_recording():
            ran(op_name.decode() if isinstance(op_name, bytes) else str(op_name), inputs, outputs)
        return outputs

    with _in_python(), patch.object(execute, "execute", execute_and_tell):
        yield


@contextmanager
def watched_gradients(
    number_of: Callable[[Sequence], Number],
    written: Callable[[str, Sequence, Sequence], Number],
    differentiate: Callable[[Number, Callable[[], Sequence]], Sequence],
    asked: Callable[[Sequence], AbstractContextManager],
) -> Iterator[None]:
    """Inside, every gradient that is computed is told.

    `number_of(outputs)` numbers what a tape records, and `written(name, inputs, outputs)` an operation whose gradient
    somebody wrote; `differentiate(number, compute)` gives what `compute` does, the gradients of its inputs.
    Around each pass, `asked(sources)` is told of what the gradients are wanted.
    """
    from tensorflow.python import pywrap_tfe
    from tensorflow.python.eager import backprop, execute, imperative_grad, record

    note, note_written = execute.record_gradient, record.record_operation
    gradient_of, run_backward = backprop._gradient_function, imperative_grad.imperative_grad

    def record_with_number(op_name, inputs, attrs, outputs):
        number = number_of(outputs)
        if number is None:
            return note(op_name, inputs, attrs, outputs)
        # The scope that a tape keeps for each operation is the one thing of it that the gradient is given.
        return pywrap_tfe.TFE_Py_RecordGradient(op_name, inputs, attrs, outputs, f"{NUMBERED}{number}")

    def gradient(op_name, attr_tuple, num_inputs, inputs, outputs, out_grads, skip_input_indices, scope):
        numbered = isinstance(scope, str) and scope.startswith(NUMBERED)

        def compute():
            given = op_name, attr_tuple, num_inputs, inputs, outputs, out_grads, skip_input_indices
            return gradient_of(*given, "" if numbered else scope)

        return differentiate(int(scope.removeprefix(NUMBERED)) if numbered else None, compute)

    def record_written(op_type, output_tensors, input_tensors, backward_function, forward_function=None):
        number = written(op_type, input_tensors, output_tensors)

        def backward(*gradients):
            return differentiate(number, lambda: backward_function(*gradients))

        return note_written(op_type, output_tensors, input_tensors, backward, forward_function)

    def backward_pass(tape, target, sources, *arguments, **named):
        with asked(sources):
            return run_backward(tape, target, sources, *arguments, **named)

    with ExitStack() as undo:
        undo.enter_context(patch.object(execute, "record_gradient", record_with_number))
        undo.enter_context(patch.object(record, "record_operation", record_written))
        undo.enter_context(patch.object(imperative_grad, "imperative_grad", backward_pass))
        undo.callback(pywrap_tfe.TFE_Py_RegisterGradientFunction, gradient_of)
        pywrap_tfe.TFE_Py_RegisterGradientFunction(gradient)
        yield
