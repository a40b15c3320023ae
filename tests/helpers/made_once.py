"""Trainings of the helpers are deterministic: one that was made before leaves the files that it left then.

Most tests judge a faulty side against the same right one, so that half of all trainings would be made again.
"""

from collections.abc import Callable, Hashable
from pathlib import Path

_MADE: dict[Hashable, list[bytes]] = {}


def made_once(training: Hashable, fault: Callable, paths: list[Path], make: Callable[[], object]) -> None:
    """`make` writes the files at `paths`, which depend on nothing but `training`; a fault that a test wrote for itself
    is not met again."""
    if training in _MADE:
        for path, content in zip(paths, _MADE[training], strict=True):
            path.write_bytes(content)
        return
    make()
    if "<" not in fault.__qualname__:  # as in "<lambda>" and "<locals>"
        _MADE[training] = [path.read_bytes() for path in paths]
