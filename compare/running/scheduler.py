"""Several studies at once: each is a plain function, in its own thread, that blocks while it waits for its runs."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from typing import TypeVar

Answer = TypeVar("Answer")
Study = Callable[[Callable[[], None]], Answer]  # its argument: call it when the next study may begin


def at_once(count: int, studies: Iterable[Study[Answer]]) -> Iterator[Answer]:
    """What the studies return, as it comes, `count` of them open at once; what one raises is raised here.

    They begin one after another, in their order. When the caller stops iterating, no further study begins, and the
    threads end with the process.
    """
    waiting, ended = queue.SimpleQueue[Study[Answer]](), queue.SimpleQueue[Future[Answer]]()
    for study in studies:
        waiting.put(study)
    beginning = threading.Lock()

    def work() -> None:
        while True:
            beginning.acquire()
            begun = _once(beginning.release)
            if (study := _next(waiting)) is None:
                return begun()
            outcome = _outcome(study, begun)
            begun()
            ended.put(outcome)

    unheard = waiting.qsize()
    for _ in range(min(count, unheard)):
        threading.Thread(target=work, daemon=True).start()
    try:
        for _ in range(unheard):
            yield ended.get().result()
    finally:
        while _next(waiting) is not None:
            pass


def _once(call: Callable[[], None]) -> Callable[[], None]:
    """The same call, which does nothing from the second time on."""
    calls = [call]
    return lambda: calls.pop()() if calls else None


def _next(waiting: queue.SimpleQueue[Study[Answer]]) -> Study[Answer] | None:
    try:
        return waiting.get_nowait()
    except queue.Empty:
        return None


def _outcome(study: Study[Answer], begun: Callable[[], None]) -> Future[Answer]:
    outcome: Future[Answer] = Future()
    try:
        outcome.set_result(study(begun))
    except BaseException as error:
        outcome.set_exception(error)
    return outcome
