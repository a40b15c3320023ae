"""What is recorded several times in one step: "relu (call 2)" is the second call of "relu"."""

from __future__ import annotations

CALL = " (call "


def with_call(name: str, number: int) -> str:
    """The name of the `number`-th call, from 1: the first has none of its own."""
    return name if number == 1 else f"{name}{CALL}{number})"


def split_call(label: str) -> tuple[str, str]:
    """The name, and the call behind it as it is written: "" for the first."""
    name, call, number = label.partition(CALL)
    return name, call + number


def without_call(label: str) -> str:
    """The name alone."""
    return split_call(label)[0]


def number_of_call(label: str) -> int:
    """The number of the call, from 1."""
    _, call = split_call(label)
    return int(call.removeprefix(CALL).rstrip(")")) if call else 1
