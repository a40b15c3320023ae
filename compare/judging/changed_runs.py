"""Runs of a port with changes that may give tf's weights other names or shapes: these are paired anew."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from compare.judging.run import Run, Wanted
from compare.running.request import RequestFailedError, Training
from compare.traces.pairing import RecordedModel
from compare.traces.trace import Trace


@dataclass(frozen=True)
class ChangedRuns:
    """Runs under the port's own pairing, and where that does not fit a changed port, under its own.

    `plain` makes the first; `raw` runs a side from its own weights, of which tf's are `described`; `paired` gives the
    runs under the pairing of another tf side, from a trace of it.
    """

    plain: Run
    raw: Run
    described: Trace
    paired: Callable[[Trace], Run]

    def __call__(self, *wanted: Wanted) -> list[Trace]:
        """RequestFailedError and PairingError where the changed port does not run either."""
        try:
            return self.plain(*wanted)
        except RequestFailedError:
            changed = next((each for _, each in wanted if each.patches), None)
            if changed is None:
                raise
            as_it_is = Training(changed.precision, audits=(0,), steps=1, eager=True, patches=changed.patches)
            [tf] = self.raw(("tf", as_it_is))
            if RecordedModel.of(tf).tensors == RecordedModel.of(self.described).tensors:
                raise
        return self.paired(tf)(*wanted)
