"""The steps of a run: numbers, and the end, which is not a number, so that no arithmetic can use it by accident."""

from __future__ import annotations

from enum import Enum
from typing import Final


class End(Enum):
    """The end of a training, after its last step. Sorts after every number."""

    END = "end"

    def __lt__(self, other: Step) -> bool:
        return False

    def __le__(self, other: Step) -> bool:
        return self is other

    def __gt__(self, other: Step) -> bool:
        return self is not other

    def __ge__(self, other: Step) -> bool:
        return True

    def __str__(self) -> str:
        return self.value


END: Final = End.END
Step = int | End


def to_step(text: str) -> Step:
    """The step that `str` wrote; ValueError where it is neither a whole number nor "end"."""
    if text != END.value and not text.isdecimal():
        raise ValueError(f"{text!r} is not a step: expected a whole number, or {END.value!r}")
    return END if text == END.value else int(text)
