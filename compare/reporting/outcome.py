"""What is known of one case after its runs: the judgement, or what went wrong. Tables and plots are made of it."""

from __future__ import annotations

from dataclasses import dataclass

from compare.inputs.subject import Subject
from compare.judging.comparison import ERROR
from compare.judging.judgement import Judgement


@dataclass(frozen=True)
class Outcome:
    """What is known of one case after its runs; `judgement` is None where a run failed."""

    subject: Subject
    inputs_sha256: str
    judgement: Judgement | None
    errors: tuple[str, ...] = ()

    @property
    def case(self) -> str:
        return self.subject.name

    @property
    def seed(self) -> int:
        return self.subject.seed

    @property
    def verdict(self) -> str:
        """ "equivalent", "diverged", "not decreasing" or "error"."""
        return self.judgement.verdict if self.judgement else ERROR

    @property
    def findings(self) -> tuple[str, ...]:
        return self.judgement.findings if self.judgement else self.errors
