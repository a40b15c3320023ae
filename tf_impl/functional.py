"""Which line of a functional model runs: Keras runs its layers by itself, far from the lines that put them together.

PyTorch has no such file: its modules run where they are called.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from compare.traces.places import Called, next_call, stack
from tf_impl.keras_internals import kept_at_nodes, watched_nodes


def written_down():
    """Inside, a model is made, and what is put into it keeps the lines where that was done."""
    return kept_at_nodes(stack)


@dataclass
class _Run:
    """A functional model that runs: how many of the user's lines are around it, and the line of what runs of it."""

    outside: int
    written: Called | None = None
    call: int = 0


@dataclass
class FunctionalModels:
    """The functional models that run, the outermost first."""

    _running: list[_Run] = field(default_factory=list)

    def watched(self):
        """Inside, each that runs is known."""
        return watched_nodes(self._around, self._runs)

    @contextmanager
    def _around(self) -> Iterator[None]:
        called = stack()
        self._running.append(_Run(len(called.own) if called else 0))
        try:
            yield
        finally:
            self._running.pop()

    def _runs(self, written: Called | None) -> None:
        if self._running:  # what is only described runs in none
            self._running[-1].written, self._running[-1].call = written, next_call()

    def with_lines(self, called: Called) -> Called:
        """The lines that are running, with those of the functional models among them."""
        own, calls = list(called.own), list(called.calls)
        for run in self._running:
            line = next(iter(run.written.own), None) if run.written else None
            if line is None or line in own:
                continue
            place = max(0, len(called.own) - run.outside)
            own.insert(place, line)
            if calls:
                calls.insert(place, run.call)
        return called._replace(own=tuple(own), calls=tuple(calls))
