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
    """An outcome with its tables and its plot, made when they are asked for."""

    @property
    def settings(self) -> pd.DataFrame:
        """The rows of settings.csv: a row a setting of optimizer, layer or loss."""
        return self._table("settings")

    @property
    def curves(self) -> pd.DataFrame:
        """The rows of curves.csv: a row a step and precision."""
        return self._table("curves")

    @property
    def epochs(self) -> pd.DataFrame:
        """The rows of epochs.csv: a row an epoch and precision."""
        return self._table("epochs")

    @property
    def stages(self) -> pd.DataFrame:
        """The rows of stages.csv: a row a tensor at an audited step."""
        return self._table("stages")

    @property
    def summary(self) -> dict[str, Any]:
        """The row of summary.csv."""
        from compare.reporting import tables

        return tables.summary_row(self)

    def plot(self, path: Path | str | None = None) -> Figure:
        """Both loss curves, and below them the gap inside its envelope; written to `path` if given."""
        from compare.reporting.files import write_all
        from compare.reporting.plot import image, plot_result

        figure = plot_result(self)
        if path is not None:
            write_all({Path(path): image(figure, Path(path).suffix[1:] or "png")})
        return figure

    def _table(self, name: str) -> pd.DataFrame:
        import pandas as pd

        from compare.reporting import tables

        return pd.DataFrame(tables.ROWS[name](self))
