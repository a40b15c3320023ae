"""The options that several commands have."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer


class Precision(StrEnum):
    """float64 decides whether it is the same mathematics, float32 whether it holds at working precision."""

    float32 = "float32"
    float64 = "float64"
    both = "both"


Seed = Annotated[
    int, typer.Option(min=0, help="Seed of the data, the batch order, the initial weights and the nudges.")
]
Precisions = Annotated[
    Precision, typer.Option(help="float64 decides whether the sides are equivalent, float32 shows working precision.")
]
Nudge = Annotated[
    bool,
    typer.Option(
        "--nudge/--no-nudge",
        help="Measure rounding by further runs whose weights are moved by one ulp. Without, it takes half the "
        "time, and cannot tell a bug from amplified rounding, or from a constant rounded to float32: all are diverged.",
    ),
]
TorchPython = Annotated[str | None, typer.Option(help="The Python interpreter that has torch; by default this one.")]
TfPython = Annotated[str | None, typer.Option(help="The Python interpreter that has TensorFlow; by default this one.")]
MustFall = Annotated[
    bool,
    typer.Option(
        "--must-fall", help="Two equal losses that do not fall are `not decreasing`: without, a finding says so."
    ),
]
EveryDifference = Annotated[
    bool,
    typer.Option("--all", help="Look for every difference by itself, whatever the verdict."),
]
Threads = Annotated[
    int, typer.Option(min=1, help="Threads per side; with more than one, TensorFlow may not be deterministic.")
]
Pairs = Annotated[
    int | None,
    typer.Option(
        min=1, help="How many cases are trained at once, each by a process per side; by default one per two cores."
    ),
]
Timeout = Annotated[float, typer.Option(min=1, help="Seconds without progress after which a run fails.")]
