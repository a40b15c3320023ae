"""The result of one case: the verdict, the findings, and the tables and the plot that show them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from compare.inputs import Inputs
from compare.study import Judgement
from compare.verdict import ERROR

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class Subject:
    """What a result is of, where that is no case with inputs of its own: a port, or two recorded loops."""

    name: str
    seed: int = 0
    steps: int = 0
    steps_per_epoch: int = 1


@dataclass(frozen=True)
class Result:
    """What is known of one case after its runs; `judgement` is None where a run failed."""

    inputs: Inputs | Subject
    inputs_sha256: str
    judgement: Judgement | None
    errors: tuple[str, ...] = ()

    @property
    def case(self) -> str:
        return self.inputs.name

    @property
    def seed(self) -> int:
        return self.inputs.seed

    @property
    def verdict(self) -> str:
        """ "equivalent", "diverged", "not decreasing" or "error"."""
        return self.judgement.verdict if self.judgement else ERROR

    @property
    def findings(self) -> tuple[str, ...]:
        return self.judgement.findings if self.judgement else self.errors

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
        from compare.report import tables

        return tables.summary_row(self)

    def plot(self, path: Path | str | None = None) -> Figure:
        """Both loss curves, and below them the gap inside its envelope; written to `path` if given."""
        from compare.report.files import write_all
        from compare.report.plot import image, plot_result

        figure = plot_result(self)
        if path is not None:
            write_all({Path(path): image(figure, Path(path).suffix[1:] or "png")})
        return figure

    def _table(self, name: str) -> pd.DataFrame:
        import pandas as pd

        from compare.report import tables

        return pd.DataFrame(tables.ROWS[name](self))
