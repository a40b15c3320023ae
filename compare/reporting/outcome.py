"""One case after its runs: the judgement, or what went wrong. Tables and plots are made from it."""

from __future__ import annotations

from dataclasses import dataclass

from compare.inputs.subject import Subject
from compare.judging.comparison import ERROR
from compare.judging.judgement import Judgement


@dataclass(frozen=True)
class Outcome:
    """One case after its runs.

    `inputs_sha256` is of the file that both sides read; empty where there was none. `judgement` is None where a run
    failed; `errors` then say why; `in_short` is the first with its lists cut. `traceback` is of a fault in judging,
    which is this program's own. `warnings` are those of the frameworks in any of its runs.
    """

    subject: Subject
    inputs_sha256: str
    judgement: Judgement | None
    errors: tuple[str, ...] = ()
    traceback: str = ""
    in_short: str = ""
    warnings: tuple[str, ...] = ()

    @property
    def case(self) -> str:
        """The name of the case, of the port's file, or of the two traces."""
        return self.subject.name

    @property
    def seed(self) -> int:
        """The seed of its data, batch order, initial weights and nudges."""
        return self.subject.seed

    @property
    def verdict(self) -> str:
        """ "equivalent", "diverged", "not decreasing" or "error"."""
        return self.judgement.verdict if self.judgement else ERROR

    @property
    def findings(self) -> tuple[str, ...]:
        """In sentences: where the sides part, and what else to know; for a run that failed, why."""
        return self.judgement.findings if self.judgement else self.errors
