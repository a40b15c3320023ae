"""Several studies at once: each is a plain function, in its own thread, that blocks while it waits for its runs."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from typing import NamedTuple, TypeVar

Answer = TypeVar("Answer")
Study = Callable[[Callable[[], None]], Answer]  # its argument: call it when the next study may begin


class _Waiting(NamedTuple):
    """A study that is not begun yet, when it may, and when the next may."""

    study: Study
    may_begin: threading.Event
    begun: threading.Event


def at_once(count: int, studies: Iterable[Study[Answer]]) -> Iterator[Answer]:
    """What the studies return, as it comes, `count` of them open at once; what one raises is raised here.

    They begin one after another, in their order. When the caller stops iterating, no further study begins, and the
    threads end with the process.
    """
    waiting = queue.SimpleQueue[_Waiting]()
    ended = queue.SimpleQueue[Future[Answer]]()
    may_begin = threading.Event()
    may_begin.set()
    for study in studies:
        waiting.put(_Waiting(study, may_begin, begun := threading.Event()))
        may_begin = begun

    def work() -> None:
        while (one := _next(waiting)) is not None:
            one.may_begin.wait()
            ended.put(_outcome(one))

    unheard = waiting.qsize()
    for _ in range(min(count, unheard)):
        threading.Thread(target=work, daemon=True).start()
    try:
        for _ in range(unheard):
            yield ended.get().result()
    finally:
        while _next(waiting) is not None:
            pass


def _next(waiting: queue.SimpleQueue[_Waiting]) -> _Waiting | None:
    try:
        return waiting.get_nowait()
    except queue.Empty:
        return None


def _outcome(one: _Waiting) -> Future:
    outcome: Future = Future()
    try:
        outcome.set_result(one.study(one.begun.set))
    except BaseException as error:
        outcome.set_exception(error)
    one.begun.set()
    return outcome
