"""TensorFlow's step as a graph against the same step run eagerly: they differ where tracing froze a Python value.

A user's own step is looked at in own_graphs.py: nothing of it is compiled here.
"""

from __future__ import annotations

import numpy as np

from compare.judging.comparison import DIVERGED
from compare.judging.curves import curve_gap, first_beyond
from compare.judging.judgement import Judgement
from compare.judging.run import Run
from compare.running.request import RequestFailedError, Training
from compare.traces.header import BY_ITSELF

EAGER_STEPS, OF_LARGE = 200, 5  # where the model is large: what is frozen shows in the second step already, or late


def graph_against_eager(run: Run, judgement: Judgement) -> list[str]:
    """What to say where TensorFlow's step computes something else as a graph than eagerly; empty if it does not."""
    precision, comparison = next(iter(judgement.comparisons.items()))
    graph, first = comparison.pair.tf, judgement.first_divergence
    if graph.header.compiled in (None, BY_ITSELF):
        return []
    if not graph.header.compiled:
        return ["TensorFlow's step cannot be compiled to a graph: it ran eagerly"]
    if judgement.verdict == DIVERGED and first is not None and first.step == 0:
        return []  # audited steps run eagerly, and no step ran before: nothing was frozen
    steps = min(graph.steps, OF_LARGE if graph.header.is_large else EAGER_STEPS)
    try:
        [trace] = run(("tf", Training(precision, audits=(), steps=steps, eager=True)))
    except RequestFailedError as error:
        return [f"TensorFlow's step runs only as a graph, eagerly it fails: {error}"]
    eager, envelope = trace.curves["loss"], comparison.envelope[:steps]
    step = first_beyond(curve_gap(graph.curves["loss"][:steps], eager), envelope)
    if step is None or not np.isfinite([graph.curves["loss"][step], eager[step]]).any():
        return []
    with_torch = first_beyond(curve_gap(comparison.pair.torch.curves["loss"][:steps], eager), envelope)
    agrees = "; eagerly the port agrees with torch" if with_torch is None else ""
    return [
        f"TensorFlow's step computes something else as a graph than eagerly: the loss parts at step {step} "
        f"(graph {graph.curves['loss'][step]}, eager {eager[step]}){agrees}: "
        "a Python value was frozen when the step was traced"
    ]
