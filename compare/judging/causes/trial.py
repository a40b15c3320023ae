"""Tries a changed port: the step that parts, and the next, once more, with other files in the place of the user's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np

from compare.judging import tolerances
from compare.judging.causes.code import Code
from compare.judging.first_divergence import before_gradients, by_value, first_divergence
from compare.judging.harmless import settled
from compare.judging.judgement import Judgement
from compare.judging.run import Run, Wanted
from compare.judging.settings.values import DIFFERS, EQUAL, compare_values
from compare.judging.stage_rows import stage_rows
from compare.judging.stages import StageRow
from compare.judging.steps import Allow
from compare.running.request import RequestFailedError, Training
from compare.traces.header import Setting
from compare.traces.pairing import PairingError
from compare.traces.trace import Trace, TraceError, TracePair

STEPS = 2  # the second shows what the first leaves


class Patches:
    """Writes changed files where runs find them."""

    def __init__(self, directory: Path):
        self._directory, self._numbers = directory, count()
        self.original: dict[str, str] = {}  # the user's file, by the one that is read in its place

    def beside(self, name: str) -> Path:
        """A file of that name beside them, which no other has."""
        return self._directory / f"{name}_{next(self._numbers)}.json"

    def of(self, codes: Mapping[str, Code]) -> tuple[tuple[str, str], ...]:
        """The changed files, each with the file that holds its text."""
        written = []
        for file, code in codes.items():
            path = self._directory / f"changed_{next(self._numbers)}.py"
            path.write_text(code.text, encoding="utf-8")
            written.append((file, str(path)))
            self.original[str(path)] = file
        return tuple(written)


@dataclass(frozen=True)
class Tried:
    """What a trial shows: where it `parts` (None where all agrees), by how many rows `further` than `before`; how far
    apart it is now what parted then; and how many settings are `undone`, which agreed."""

    before: StageRow
    parts: StageRow | None
    further: int
    gap: float
    undone: int = 0

    @property
    def agrees(self) -> bool:
        return self.parts is None

    @property
    def closes_its_step(self) -> bool:
        """Whether all of the step agrees that parted."""
        return self.parts is None or self.parts.step != self.before.step

    def is_further(self, other: Tried | None) -> bool:
        """Whether what parted agrees, and more than in another trial: it is not merely missing now, nor does the same
        part a step later."""
        before, parts = self.before, self.parts
        same = parts is not None and (parts.stage, parts.tensor) == (before.stage, before.tensor)
        shown, others = (self.further, -self.undone), (other.further, -other.undone) if other else (0, 0)
        return not same and self.gap <= before.allowed and self.further > 0 and shown > others


@dataclass(frozen=True)
class Trial:
    """Runs tf's steps with changed files; `torch` are PyTorch's runs of them, as it is and nudged, made as `of_torch`
    says. `first` parts, and `agreed` are the settings of tf's that do not differ."""

    run: Run
    plain: Training
    of_torch: tuple[Wanted, Wanted]
    torch: tuple[Trace, Trace]
    first: StageRow
    allow: Allow
    agreed: Mapping[tuple[str, str], Any]

    @property
    def at(self) -> int:
        """The step that parts."""
        assert isinstance(self.first.step, int)
        return self.first.step

    @classmethod
    def of(cls, run: Run, judgement: Judgement, first: StageRow) -> Trial:
        """RequestFailedError where PyTorch's side fails."""
        precision, comparison = next(each for each in judgement.comparisons.items() if first in each[1].rows)
        at = int(first.step)  # type: ignore[arg-type]
        until = min(at + STEPS, *(trace.steps for trace in comparison.pair))
        plain = Training(precision, audits=tuple(range(at, until)), steps=until, follows=precision)
        # Behind a constant that was rounded, as much is allowed as that moves, as it was where the step was judged; the
        # right schedule of Keras' computes in float32, too.
        wide = float(tolerances.allowed_behind_leak(np.zeros(()), precision))
        is_behind_leak = first.allowed >= wide or first.stage == "rate"
        allow = tolerances.allowed_behind_leak if is_behind_leak else tolerances.allowed_in_step
        nudge = "float32" if is_behind_leak else precision
        of_torch = ("torch", plain), ("torch", replace(plain, nudge=nudge))
        torch, nudged = run(*of_torch)
        rows = (row for row in judgement.settings if row.verdict == EQUAL)
        agreed = {(row.tf_subject or row.subject, row.setting): row.tf for row in rows}
        return cls(run, plain, of_torch, (torch, nudged), first, allow, agreed)

    def __call__(self, patches: tuple[tuple[str, str], ...]) -> Tried | None:
        """None where the changed port does not run."""
        of_tf = "tf", replace(self.plain, patches=patches, eager=True)
        try:
            [tf] = self.run(of_tf)
            if _weights(tf) - _weights(self.torch[0]):  # the changed port has others, which pair otherwise
                tf, torch, nudged = self.run(of_tf, *self.of_torch)
                return replace(self, torch=(torch, nudged))._tried(tf)
        except (RequestFailedError, PairingError, TraceError):
            return None
        return self._tried(tf)

    def _tried(self, tf: Trace) -> Tried:
        rows, parts = self._judged(tf, self.allow)
        if parts is not None and parts.difference.max_rel <= tolerances.allowed_where_leak_enters(0.0):
            # The right function may round a constant, or compute in float32, as tf.nn.ctc_loss does.
            rows = by_value(self._judged(tf, tolerances.allowed_behind_leak)[0])
            parts = parted(rows)
        own = next((number for number, row in enumerate(rows) if row.key == self.first.key), 0)
        shown = rows[own].key == self.first.key and rows[own].shown
        further = (len(rows) if parts is None else rows.index(parts)) - own
        gap = rows[own].difference.max_rel if shown else float("inf")
        return Tried(self.first, parts, further, gap, sum(map(self._undoes, tf.header.settings)))

    def _judged(self, tf: Trace, allow: Allow) -> tuple[list[StageRow], StageRow | None]:
        """The rows of the steps, and where they part."""
        torch, nudged = self.torch
        rows = settled(stage_rows(torch, tf, [(torch, nudged)], self.plain.precision, allow), TracePair(torch, tf))
        return rows, parted(rows)

    def _undoes(self, setting: Setting) -> bool:
        """Whether a setting of the changed port, which agreed, differs now."""
        known = self.agreed.get((setting.subject, setting.setting), setting.value)
        return compare_values(known, setting.value) == DIFFERS


def _weights(trace: Trace) -> set[str]:
    return {name for _, stage, name in trace.keys if stage == "weights"}


def parted(rows: list[StageRow]) -> StageRow | None:
    """Where the steps part."""
    return first_divergence(rows) or before_gradients(rows)
