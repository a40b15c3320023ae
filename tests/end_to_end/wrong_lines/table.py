"""What a wrong line is, its file, and the numbers of the lines that differ in it."""

from pathlib import Path
from typing import NamedTuple

PORTS = Path(__file__).parent / "ports"


class WrongLine(NamedTuple):
    name: str
    family: str  # the file in ports/
    old: str  # a piece of it that occurs once, on either side
    new: str
    shows: str  # the stage that parts first: "forward", "loss", "gradient", "rate", "update" or "buffer"
    torch_line: str | tuple[str, ...]  # a piece of PyTorch's line that differs; several where each of them is right
    tf_line: str | tuple[str, ...]
    why: str


def text_of(wrong: WrongLine) -> str:
    """The wrong port's whole file; ValueError unless `old` occurs exactly once."""
    text = (PORTS / f"{wrong.family}.py").read_text()
    if (count := text.count(wrong.old)) != 1:
        raise ValueError(f"{wrong.name}: {wrong.old!r} occurs {count} times in {wrong.family}.py, expected once")
    return text.replace(wrong.old, wrong.new)


def lines_of(wrong: WrongLine, side: str) -> set[int]:
    """The line numbers, from 1, that may be named for a side ("torch" or "tf"); ValueError unless each is found once.

    PyTorch's side ends where tf_side() begins.
    """
    text = text_of(wrong)
    port = text.index("def tf_side")
    given = wrong.torch_line if side == "torch" else wrong.tf_line
    numbers = set()
    for piece in (given,) if isinstance(given, str) else given:
        if (count := text.count(piece)) != 1:
            raise ValueError(f"{wrong.name}: {piece!r} occurs {count} times in the wrong file, expected once")
        place = text.index(piece)
        if (place < port) != (side == "torch"):
            raise ValueError(f"{wrong.name}: {piece!r} is not on the side of {side}")
        numbers.add(text.count("\n", 0, place) + 1)
    return numbers
