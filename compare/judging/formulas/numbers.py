"""Numbers of a formula in words: how they are written, and what there are as many of in a step."""

from __future__ import annotations

from math import prod

from compare.judging import tolerances
from compare.judging.formulas.evidence import Evidence
from compare.traces.calls import number_of_call


def shown(number: float) -> str:
    """With as many digits as are sure."""
    return f"{number:.5g}"


def is_round(number: float) -> bool:
    """Whether it is one that somebody wrote: of two digits."""
    return number != 0 and abs(number - float(f"{number:.2g}")) <= tolerances.SAME_FACTOR * abs(number)


def counted(by: float, evidence: Evidence) -> str:
    """What there are as many of as one side is times the other; empty where it is nothing that is known."""
    whole = max(abs(by), 1 / abs(by))
    if abs(whole - round(whole)) > tolerances.SAME_FACTOR * whole or round(whole) == 1:
        return ""
    more, less = evidence.sides[::-1] if abs(by) > 1 else evidence.sides
    names = [name for name, number in _counts(evidence) if number == round(whole)]
    if not names:
        return ""
    return f"as many as there are {' or '.join(dict.fromkeys(names))}: {more} adds up what {less} takes the mean of"


def _counts(evidence: Evidence) -> list[tuple[str, int]]:
    """What a step has several of."""
    shapes = {stage: [_shape(row.difference.shape) for row in evidence.rows if row.stage == stage] for stage in STAGES}
    found = [("examples in the batch", shape[0]) for shape in shapes["batch"] if shape]
    found += [("elements in an example", prod(shape[1:])) for shape in shapes["forward"][-1:] if shape]
    found += [("elements in the output", prod(shape)) for shape in shapes["forward"][-1:] if shape]
    calls = max((number_of_call(row.tensor) for row in evidence.rows if row.stage == "forward"), default=1)
    return [*found, ("forward passes in the step", calls)]


STAGES = ("batch", "forward")


def _shape(text: str) -> tuple[int, ...]:
    return tuple(map(int, text.split("x"))) if text and text != "scalar" else ()
