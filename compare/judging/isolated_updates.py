"""What optimizers do differently by themselves in isolated steps, given the same gradients: their rates, and the rest.

Notice what is dragged along: an update is as far apart as the rates are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from compare.judging.difference import difference
from compare.judging.isolated_difference import OF_A_RATE_THAT_CHANGES, OPTIMIZER, RATE, IsolatedDifference
from compare.judging.isolated_gradients import IsolatedGradients
from compare.judging.isolation import Isolated
from compare.judging.settings import SettingRow
from compare.judging.stages import StageRow
from compare.traces.step import Step


@dataclass(frozen=True)
class IsolatedUpdates:
    """The updates of isolated steps; `settings` are those that differ."""

    isolated: Isolated
    gradients: IsolatedGradients
    settings: Sequence[SettingRow]

    def of_optimizers(self) -> Iterator[IsolatedDifference]:
        """The learning rate, and what an optimizer does of itself, given the same gradients."""
        rates = self.isolated.beyond("rate")
        of_optimizer = [row for row in self.settings if row.subject.startswith("optimizer")]
        if rates:
            yield IsolatedDifference(RATE, "", tuple(rates), tuple(row for row in of_optimizer if row.setting == "lr"))
        # Right with its own gradients, too: a bias that stands for two of torch's moves by both.
        wrong = {row.key for row in self._moved_otherwise(self.isolated.rows)}
        given = (row for row in self._moved_otherwise(self.isolated.given) if row.key in wrong)
        moved = [row for row in given if not (" + " in row.tensor and self.gradients.has_parted(row.tensor, row.step))]
        if moved:
            explained = {"lr", *(name for row in self.isolated.rows if row.harmless for name in row.harmless.settings)}
            acting = [row for row in of_optimizer if row.setting not in explained]
            yield IsolatedDifference(OPTIMIZER, "", tuple(moved), tuple(acting))

    def _moved_otherwise(self, rows: Iterable[StageRow]) -> list[StageRow]:
        """The updates that differ by more than the learning rate does."""
        rates = {row.step: row for row in self.isolated.rows if row.stage == "rate" and row.shown}
        moved = [row for row in rows if row.stage == "update" and row.beyond]
        return [row for row in moved if row.step not in rates or not self._follows_from(rates, row)]

    def _follows_from(self, rates: Mapping[Step, StageRow], update: StageRow) -> bool:
        """Whether two updates are as far apart as the learning rates, of which one may be of several groups.

        A velocity with the rate inside has those of the steps before, too, which must then be as far apart.
        """
        (torch, tf), [own, other] = self.isolated.shown(update), self._rate(rates[update.step])
        if torch is None or tf is None:
            return False
        before = [self._rate(row) for step, row in rates.items() if step < update.step]
        inside = any(row.setting == OF_A_RATE_THAT_CHANGES for row in self.settings)
        if own.shape != other.shape or (inside and not all(np.allclose(own * b, other * a) for a, b in before)):
            return True
        return any(difference(torch * b, tf * a).max_rel <= update.allowed for a, b in zip(own, other, strict=True))

    def _rate(self, row: StageRow) -> list[np.ndarray]:
        """Torch's learning rates and tf's, one of each group."""
        return [np.empty(0) if each is None else each.astype(np.float64).ravel() for each in self.isolated.shown(row)]
