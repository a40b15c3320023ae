"""Wrong ports: each function builds the TF side of a case with one mistake in it, as a port may have it.

A file's `MUTANTS` says of each on which case it is tried, and where the judge must find it: (step, stage, tensor).
"""

from collections.abc import Callable
from importlib import import_module
from pkgutil import iter_modules
from typing import NamedTuple


class Mutant(NamedTuple):
    case: str
    make: Callable
    place: tuple[int, str, str] | None  # (step, stage, tensor); None where only a metric differs
    steps: int = 3  # all of them audited: what they need need not be traced

    @property
    def side(self) -> str:
        """How a worker finds it."""
        return f"{self.make.__module__}:{self.make.__name__}"


def every_mutant() -> list[Mutant]:
    """Those of every file of this package."""
    return [mutant for file in iter_modules(__path__) for mutant in import_module(f"{__name__}.{file.name}").MUTANTS]
