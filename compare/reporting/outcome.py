"""What is known of one case after its runs: the judgement, or what went wrong. Tables and plots are made of it."""

from __future__ import annotations

from dataclasses import dataclass

from compare.inputs.subject import Subject
from compare.judging.comparison import ERROR
from compare.judging.judgement import Judgement


@dataclass(frozen=True)
class Outcome:
    """What is known of one case after its runs.

    `inputs_sha256` is of the file that both sides read; empty where there was none. `judgement` is None where a run
    failed, and `errors` then say why; `traceback` is of a fault in judging, which is this program's own.
    """

    subject: Subject
    inputs_sha256: str
    judgement: Judgement | None
    errors: tuple[str, ...] = ()
    traceback: str = ""

    @property
    def case(self) -> str:
        """Its name: of a case, of a port's file, or of two traces."""
        return self.subject.name

    @property
    def seed(self) -> int:
        """Of its data, batch order, initial weights and nudges."""
        return self.subject.seed

    @property
    def verdict(self) -> str:
        """ "equivalent", "diverged", "not decreasing" or "error"."""
        return self.judgement.verdict if self.judgement else ERROR

    @property
    def findings(self) -> tuple[str, ...]:
        """In sentences: where the sides part, and what else is to be known; of a run that failed, why."""
        return self.judgement.findings if self.judgement else self.errors
