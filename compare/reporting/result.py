"""The result of one case, for whoever works with it in Python: its outcome, with the tables and the plot of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from compare.reporting.outcome import Outcome

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class Result(Outcome):
    """An outcome with its tables and its plot, made when they are asked for.

    The tables are those of the CSV files, column by column: `results/README.md` explains each. In pandas, a number that
    is missing is NaN. A run that failed has tables without rows.
    """

    @property
    def settings(self) -> pd.DataFrame:
        """How both sides are set, in PyTorch's terms: a row a setting of optimizer, layer or loss."""
        return self._table("settings")

    @property
    def curves(self) -> pd.DataFrame:
        """Both losses, their relative gap and its envelope: a row a precision and step, counted from 0."""
        return self._table("curves")

    @property
    def epochs(self) -> pd.DataFrame:
        """What both sides came to in an epoch, counted from 1: a row a precision, epoch and metric.

        A metric is the mean over the epoch's examples, "evaluation_loss" the loss of the held-out batch after it.
        """
        return self._table("epochs")

    @property
    def stages(self) -> pd.DataFrame:
        """How far each tensor differs: a row a precision, audited step, stage and tensor."""
        return self._table("stages")

    @property
    def summary(self) -> dict[str, Any]:
        """The row of summary.csv, by its columns; what a run that failed could not measure is left out."""
        from compare.reporting import rows

        return rows.summary(self)

    def plot(self, path: Path | str | None = None) -> Figure:
        """Both loss curves, and below them the gap inside its envelope.

        Written to `path` if given, as its suffix says: png, svg, pdf. Raises OSError where that cannot be done,
        ValueError for another suffix.
        """
        from compare.reporting.files import write_all
        from compare.reporting.plot import image, plot_result

        figure = plot_result(self)
        if path is not None:
            write_all({Path(path): image(figure, Path(path).suffix[1:] or "png")})
        return figure

    def _table(self, name: str) -> pd.DataFrame:
        import pandas as pd

        from compare.reporting.tables import COLUMNS, ROWS

        return pd.DataFrame(ROWS[name](self), columns=COLUMNS[name])
