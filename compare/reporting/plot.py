"""One plot a case: both loss curves, and below them the gap inside its envelope, on a log axis."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.figure import Figure

from compare.traces.trace import EVALUATION

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from compare.judging.comparison import Comparison
    from compare.reporting.outcome import Outcome

TORCH, TF = "#d1495b", "#2e6f9e"
PRECISION_COLOURS = {"float64": "#3a7d44", "float32": "#8d6a9f"}
SMALLEST = 1e-17  # where a gap of zero is drawn on the log axis


def plot_result(outcome: Outcome) -> Figure:
    """A figure of its own, drawn without a display."""
    figure = Figure(figsize=(8, 6), dpi=110, layout="constrained")
    losses, gaps = figure.subplots(2, 1, sharex=True, height_ratios=(3, 2))
    losses.set_title(f"{outcome.case}: {outcome.verdict}", loc="left", weight="bold")
    if outcome.judgement is None:
        losses.text(0.5, 0.5, "no curves: a run failed", transform=losses.transAxes, ha="center")
        return figure
    comparisons = list(outcome.judgement.comparisons.values())
    _plot_losses(losses, comparisons[-1])
    for comparison in comparisons:
        _plot_gap(gaps, comparison)
    gaps.set_yscale("log")
    gaps.set_xlabel("step")
    gaps.set_ylabel("relative gap of the loss")
    gaps.legend(fontsize="small", ncols=2)
    return figure


def image(figure: Figure, kind: str = "png") -> bytes:
    """A figure as a file of that kind: png, svg, pdf."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format=kind)
    return buffer.getvalue()


def _plot_losses(axes: Axes, comparison: Comparison) -> None:
    axes.plot(comparison.pair.torch.curves["loss"], color=TORCH, linewidth=2.5, alpha=0.6, label="torch")
    axes.plot(comparison.pair.tf.curves["loss"], color=TF, linewidth=1.2, linestyle="--", label="tf")
    for side, trace, colour, marker in zip(("torch", "tf"), comparison.pair, (TORCH, TF), "o+", strict=True):
        if EVALUATION[0] in trace.curves:
            points = (trace.curves[name] for name in EVALUATION)
            axes.plot(*points, marker, color=colour, fillstyle="none", label=f"{side}, held out")
    axes.set_ylabel(f"loss ({comparison.precision})")
    axes.legend()


def _plot_gap(axes: Axes, comparison: Comparison) -> None:
    colour = PRECISION_COLOURS[comparison.precision]
    steps = np.arange(len(comparison.gap))
    finite = np.where(np.isfinite(comparison.gap), comparison.gap, np.nan)
    axes.fill_between(
        steps, SMALLEST, comparison.envelope, color=colour, alpha=0.15, label=f"{comparison.precision} envelope"
    )
    axes.plot(steps, np.maximum(finite, SMALLEST), color=colour, linewidth=1, label=f"{comparison.precision} gap")
    if comparison.parts_at is not None:
        axes.axvline(comparison.parts_at, color=colour, linestyle=":", label=f"parts at step {comparison.parts_at}")
