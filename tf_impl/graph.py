"""The step traced into a graph, once for all batches. PyTorch has no such file: it runs a step as it is written."""

from collections.abc import Callable, Iterable

import tensorflow as tf

from compare.inputs.side import Side


def compile_step(side: Side, step: Callable, batches: Iterable[dict]) -> Callable:
    """`step(side, batch)` as a graph for batches of these shapes; raises what tracing raises where it cannot be one."""
    signature = common_signature(batches)
    try:
        graph = tf.function(lambda batch: step(side, batch), autograph=False).get_concrete_function(signature)
    except Exception:
        # Only Python's own `if` and `while` on tensors need AutoGraph, which takes as long again to convert the code.
        graph = tf.function(lambda batch: step(side, batch)).get_concrete_function(signature)
    # An audited step runs as it is written, for a graph holds no values to look at.
    return lambda side, batch: step(side, batch) if tf.config.functions_run_eagerly() else graph(batch)


def common_signature(batches: Iterable[dict]) -> dict[str, tf.TensorSpec]:
    """The shapes and dtypes of all batches; a dimension that varies among them (a last partial batch) stays open."""
    signature = {}
    for batch in batches:
        for name, tensor in batch.items():
            spec = tf.TensorSpec.from_tensor(tensor)
            signature[name] = signature[name].most_specific_common_supertype([spec]) if name in signature else spec
    return signature
