"""The two workers: requests go in, and calls block until they are fulfilled.

Each side fulfils its requests in order, one at a time. A worker that dies, hangs or cannot import fails the request
that it had; the next request gets a new process.
"""

from __future__ import annotations

import queue
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import CancelledError, Future
from concurrent.futures import ThreadPoolExecutor as Threads
from dataclasses import dataclass
from pathlib import Path

from compare.running.process import WorkerProcess
from compare.running.request import SIDES, Request


@dataclass(frozen=True)
class Progress:
    """How many batches of a request were used so far; `asked` before it is begun, `done` when it is fulfilled.

    At its end come its `warnings`.
    """

    side: str
    request: Request
    step: int
    done: bool = False
    warnings: tuple[str, ...] = ()
    asked: bool = False


Watcher = Callable[[Progress], None]


class Pool:
    """Both sides' workers; a context manager that leaves no process behind.

    `pythons` maps "torch" and "tf" to the interpreters that have them; a worker that is silent for `timeout` seconds is
    taken to hang; `kept` is the number of cases whose built sides it keeps.
    """

    def __init__(
        self,
        directory: Path,
        pythons: Mapping[str, str | None],
        threads: int = 1,
        timeout: float = 120,
        kept: int = 1,
    ):
        self._processes: dict[str, WorkerProcess] = {}
        self._threads = {side: Threads(1, f"{side}-worker") for side in SIDES}
        try:
            for side in SIDES:
                log = directory / f"{side}.log"
                self._processes[side] = WorkerProcess(side, pythons.get(side), threads, timeout, kept, log)
        except BaseException:
            self.__exit__()
            raise

    def __enter__(self) -> Pool:
        return self

    def __exit__(self, *_: object) -> None:
        for threads in self._threads.values():
            threads.shutdown(wait=False, cancel_futures=True)
        for process in self._processes.values():
            process.close()

    def fulfil(
        self,
        requests: Sequence[tuple[str, Request]],
        watcher: Watcher = lambda progress: None,
        queued: Callable[[], None] = lambda: None,
    ) -> None:
        """Fulfil all (side, request) pairs; blocks until the last is done.

        `watcher` is called from other threads; `queued` once all are queued. Raises RequestFailedError when the first
        fails (those not yet begun are dropped), and FrameworkUnavailableError where a worker cannot start.
        """
        futures: list[Future[None]] = []
        ended = queue.SimpleQueue[Future[None]]()
        for side, request in requests:
            futures.append(self._submit(side, request, watcher, futures))
        queued()
        for future in futures:
            future.add_done_callback(ended.put)
        try:
            for future in (ended.get() for _ in futures):
                if not future.cancelled():  # the one that failed says why
                    future.result()
            if any(future.cancelled() for future in futures):
                raise CancelledError("the workers were closed")
        finally:
            _cancel(futures)

    def _submit(self, side: str, request: Request, watcher: Watcher, together: list[Future[None]]) -> Future[None]:
        def fulfil() -> None:
            done, process = False, self._processes[side]
            try:
                process.fulfil(request, lambda step: watcher(Progress(side, request, step)))
                done = True
            except BaseException:
                _cancel(together)  # here, before this side begins the next one
                raise
            finally:
                watcher(Progress(side, request, 0, done, process.warnings()))

        return self._threads[side].submit(fulfil)


def _cancel(futures: Sequence[Future[None]]) -> None:
    for future in futures:
        future.cancel()
