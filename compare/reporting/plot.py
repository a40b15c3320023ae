"""One plot per case: both loss curves, and below them the gap inside its envelope, on a log axis."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import numpy as np

from compare.traces.step import END
from compare.traces.trace import EVALUATION

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from compare.judging.comparison import Comparison
    from compare.reporting.outcome import Outcome

SIDE_COLOURS = {"torch": "#d1495b", "tf": "#2e6f9e"}
PRECISION_COLOURS = {"float64": "#3a7d44", "float32": "#8d6a9f"}
# A layout that is computed takes as long as all else; the legend, of two or three rows, is below the frame.
FRAME = {"left": 0.12, "right": 0.97, "top": 0.93, "bottom": 0.17, "hspace": 0.06}
SMALLEST = 1e-17  # where a gap of zero is drawn on the log axis


def plot_result(outcome: Outcome) -> Figure:
    """A new figure, which needs no display; where a run failed, it says so."""
    from matplotlib.figure import Figure  # slow to import

    figure = Figure(figsize=(8, 6), dpi=110)
    losses, gaps = figure.subplots(2, 1, sharex=True, height_ratios=(3, 2), gridspec_kw=FRAME)
    losses.set_title(f"{outcome.case}: {outcome.verdict}", loc="left", weight="bold")
    if outcome.judgement is None:
        losses.text(0.5, 0.5, "no curves: a run failed", transform=losses.transAxes, ha="center")
        return figure
    comparisons = list(outcome.judgement.comparisons.values())
    _plot_losses(losses, comparisons[-1], outcome.judgement.sides)
    for comparison in comparisons:
        _plot_gap(gaps, comparison)
    gaps.set_yscale("log")
    gaps.minorticks_off()  # there is no room for any, and they take as long as all else
    gaps.yaxis.set_major_formatter("{x:.0e}")  # the usual powers of ten are formulas, which take as long as all else
    gaps.set_xlabel("step")
    gaps.set_ylabel("relative gap of the loss")
    figure.legend(*gaps.get_legend_handles_labels(), loc="lower center", fontsize="small", ncols=4)
    return figure


def image(figure: Figure, kind: str = "png") -> bytes:
    """A figure as the bytes of a png, svg or pdf file; ValueError for a kind that matplotlib cannot write."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format=kind)
    return buffer.getvalue()


def _plot_losses(axes: Axes, comparison: Comparison, names: tuple[str, str]) -> None:
    """Torch's curve is wide and pale, so that TensorFlow's, thin and dashed, is seen on top of an equal one."""
    torch, tf = comparison.pair
    axes.plot(torch.curves["loss"], color=SIDE_COLOURS["torch"], linewidth=2.5, alpha=0.6, label=names[0])
    axes.plot(tf.curves["loss"], color=SIDE_COLOURS["tf"], linewidth=1.2, linestyle="--", label=names[1])
    for side, colour, trace, marker in zip(names, SIDE_COLOURS.values(), comparison.pair, "o+", strict=True):
        if EVALUATION[0] in trace.curves:
            steps, losses = (trace.curves[name] for name in EVALUATION)
            axes.plot(steps, losses, marker, color=colour, fillstyle="none", label=f"{side}, held out")
    axes.set_ylabel(f"loss ({comparison.precision})")
    axes.legend()


def _plot_gap(axes: Axes, comparison: Comparison) -> None:
    """The gap as a line, left out where it is infinite; the envelope as an area."""
    precision, envelope = comparison.precision, comparison.envelope
    colour = PRECISION_COLOURS[precision]
    steps = np.arange(len(comparison.gap))
    finite = np.where(np.isfinite(comparison.gap), comparison.gap, np.nan)
    axes.fill_between(steps, SMALLEST, envelope, color=colour, alpha=0.15, label=f"{precision}, free, allowed")
    axes.plot(steps, np.maximum(finite, SMALLEST), color=colour, linewidth=1, label=f"{precision}, free")
    if comparison.steps_judged:
        loss = comparison.series[0]
        heights = np.maximum(np.where(np.isfinite(loss.gap), loss.gap, np.nan), SMALLEST)
        axes.plot(loss.steps, heights, ".", color=colour, markersize=3, label=f"{precision}, step by step")
    if comparison.parts_at is not None:
        at = comparison.parts_at
        where = f"step {at}" if at is not END else "the end"
        axes.axvline(steps[-1] if at is END else at, color=colour, linestyle=":", label=f"parts at {where}")
