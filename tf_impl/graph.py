"""Traces the step into a graph, once for all batches. PyTorch has no such file: it runs a step as it is written."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from unittest.mock import patch

import tensorflow as tf

from compare.inputs.side import Side


def compile_step(side: Side, step: Callable, batches: Iterable[dict]) -> Callable:
    """`step(side, batch)` as a graph for batches of these shapes; errors of the tracing are raised."""
    signature = common_signature(batches)
    try:
        traced = tf.function(lambda batch: step(side, batch), autograph=False)
        graph = traced.get_concrete_function(signature)
    except Exception:
        # Only Python's own `if` and `while` on tensors need AutoGraph, which doubles the time of tracing.
        traced = tf.function(lambda batch: step(side, batch))
        graph = traced.get_concrete_function(signature)
    # A side's own pipeline may change the shapes; then each has a graph, and `traced` chooses.
    graph = graph if side.batches is None else traced
    # An audited step runs eagerly, since a graph holds no values to record.
    return lambda side, batch: step(side, batch) if tf.config.functions_run_eagerly() else graph(batch)


@contextmanager
def eagerly() -> Iterator[None]:
    """Inside, every tf.function runs as it is written."""
    before = tf.config.functions_run_eagerly()
    tf.config.run_functions_eagerly(True)
    try:
        yield
    finally:
        tf.config.run_functions_eagerly(before)


@contextmanager
def graphs_called() -> Iterator[list]:
    """Inside, the functions that run as graphs: those of a user's own step, or of what Keras makes of a model."""
    kind, called = type(tf.function(abs)), []
    call = kind.__call__

    def noting(self, *arguments, **named):
        if not tf.config.functions_run_eagerly():
            called.append(self)
        return call(self, *arguments, **named)

    with patch.object(kind, "__call__", noting):
        yield called


def common_signature(batches: Iterable[dict]) -> dict[str, tf.TensorSpec]:
    """The shapes and dtypes of all batches; a dimension that varies (a last partial batch) is None."""
    signature = {}
    for batch in batches:
        for name, tensor in batch.items():
            spec = tf.TensorSpec.from_tensor(tensor)
            signature[name] = signature[name].most_specific_common_supertype([spec]) if name in signature else spec
    return signature
