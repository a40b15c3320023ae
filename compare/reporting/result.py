"""The result of one case for use in Python: its outcome, with its tables and its plot."""

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
    """An outcome with its tables and its plot, made on demand.

    The tables have the columns of the CSV files, which `results/README.md` explains. A missing number is NaN. After a
    failed run the tables have no rows.
    """

    @property
    def settings(self) -> pd.DataFrame:
        """The settings of both sides, in PyTorch's terms: a row per setting of optimizer, layer or loss."""
        return self._table("settings")

    @property
    def curves(self) -> pd.DataFrame:
        """Both losses, their relative gap and its envelope: a row per precision and step, counted from 0."""
        return self._table("curves")

    @property
    def epochs(self) -> pd.DataFrame:
        """The metrics of both sides: a row per precision, epoch (from 1) and metric.

        A metric is the mean over the epoch's examples; "evaluation_loss" is the loss of the held-out batch after it.
        """
        return self._table("epochs")

    @property
    def stages(self) -> pd.DataFrame:
        """How far each tensor differs: a row per precision, audited step, stage and tensor."""
        return self._table("stages")

    @property
    def differences(self) -> pd.DataFrame:
        """Every difference by itself: a row each, in the order of causes."""
        return self._table("differences")

    @property
    def lines(self) -> pd.DataFrame:
        """Where a port parts in its code: a row per line of each side, of what both have and of where they part."""
        return self._table("lines")

    @property
    def causes(self) -> pd.DataFrame:
        """Why a port parts: a row per change of tf's side, in the order in which they were found."""
        return self._table("findings")

    @property
    def patch(self) -> str:
        """These changes as a patch; empty where none was found."""
        return self.judgement.patch if self.judgement else ""

    @property
    def summary(self) -> dict[str, Any]:
        """The row of summary.csv, by column; for a run that failed, what was not measured is left out."""
        from compare.reporting import rows

        return rows.summary(self)

    def plot(self, path: Path | str | None = None) -> Figure:
        """Both loss curves, and below them the gap inside its envelope.

        Written to `path` if given, in the format of its suffix: png, svg, pdf. Raises OSError where that fails,
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
