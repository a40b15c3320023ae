"""Which column of a log is the loss, and which run of several: recognised by name, or chosen by the user."""

from __future__ import annotations

import re
from pathlib import Path

from compare.logs.parse import Line, LogError

LOSS_NAMES = ("loss", "train_loss", "training_loss", "value")
RUN_NAMES = ("run", "run_id", "run_name", "experiment", "seed", "trial")
TAG_NAMES = ("tag", "key", "metric", "variable")
COMMON = {"train", "training", "loss", "total", "batch", "step", "epoch", "mean", "avg", "average", "running"}
HELD_OUT = {"val", "valid", "validation", "eval", "evaluation", "test", "dev", "holdout"}
# Of names that say the same, the loss of a step before that of an epoch, and the plain one before a mean.
LATER = ("epoch", "mean", "avg", "average", "running")


def plain(name: str) -> str:
    """A name in lower case with underscores; of a column that wandb exported, without its run."""
    name = name.rsplit(" - ", 1)[-1]
    return re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")


def loss_column(path: Path, header: list[str], wanted: str | None = None) -> int:
    """The position of the loss. Raises LogError where none can be told, or several."""
    if wanted is not None:
        return _wanted(path, header, wanted)
    usable = [i for i, name in enumerate(header) if not name.endswith(("__MIN", "__MAX"))]
    if len(header) == 1:
        return 0
    best = sorted((rank, i) for i in usable if (rank := _rank(plain(header[i]))) is not None)
    winners = [i for rank, i in best if rank == best[0][0]]
    if len(winners) == 1 and best[0][0] < (2,):
        return winners[0]
    others = [i for rank, i in best if rank >= (2,)]
    if len(others) == 1 and len(best) == 1 and best[0][0] < (3,):
        return others[0]
    raise LogError(_which(path, header, [i for _, i in best]))


def _rank(name: str) -> tuple[int, ...] | None:
    """How surely a name is the training's loss, surest first; None where it is not a loss."""
    if name in LOSS_NAMES:
        return (0, LOSS_NAMES.index(name))
    words = set(name.split("_"))
    if not any(word.endswith("loss") for word in words):
        return None
    if words & HELD_OUT:
        return (3,)
    if words <= COMMON:
        return (1, len(words & set(LATER)), len(words))
    return (2,)


def _wanted(path: Path, header: list[str], wanted: str) -> int:
    for form in (str, plain):
        found = [i for i, name in enumerate(header) if form(name) == form(wanted)]
        if len(found) == 1:
            return found[0]
    what = "comes more than once" if found else "is not in it"
    raise LogError(f"{path}: the column {wanted!r} {what}: its columns are {_names(header)}")


def _which(path: Path, header: list[str], losses: list[int]) -> str:
    how = "give --column NAME (twice where the two logs need different ones)"
    if losses:
        found = ", ".join(repr(header[i]) for i in losses)
        return f"{path} does not show which column is the loss of the training, it could be {found}: {how}"
    return (
        f"{path} has no column of losses, its columns are {_names(header)}: rename the right one to loss "
        f"({', '.join(LOSS_NAMES[1:])} are understood too), or {how}"
    )


def _names(header: list[str]) -> str:
    return ", ".join(name or "(no name)" for name in header)


def choose_run(path: Path, header: list[str], lines: list[Line], run: str | None) -> list[Line]:
    """The lines of one run, where a column names several. Raises LogError where it must be told which."""
    for i in (i for i, name in enumerate(header) if plain(name) in RUN_NAMES):
        names = list(dict.fromkeys(fields[i] for _, fields in lines))
        if len(names) > 1:
            numbered = {str(number): name for number, name in enumerate(names, 1)}
            chosen = run if run in names else numbered.get(run or "")
            if chosen is None:
                raise LogError(f"{path} has {len(names)} runs, {', '.join(names[:8])}: {how_to_choose(run)}")
            return [line for line in lines if line[1][i] == chosen]
    return lines


def how_to_choose(run: str | None) -> str:
    """What to do where a log has several runs."""
    asked = "" if run is None else f"{run!r} is none of them; "
    return f"{asked}choose one with --run NAME or --run 1 (twice where the two logs need different ones)"


def held_out_column(names: list[str]) -> str | None:
    """The one loss of data that is not trained on; None where there is none, or several."""
    found = [name for name in names if not name.endswith(("__MIN", "__MAX")) and _rank(plain(name)) == (3,)]
    return found[0] if len(found) == 1 else None


def tags(header: list[str], lines: list[Line]) -> list[str]:
    """The metrics of a table with one line for each; those of another are its columns."""
    tag = _tag_column(header)
    return header if tag is None else list(dict.fromkeys(fields[tag] for _, fields in lines))


def _tag_column(header: list[str]) -> int | None:
    names = [plain(name) for name in header]
    return next((names.index(name) for name in TAG_NAMES if name in names and "value" in names), None)


def choose_tag(path: Path, header: list[str], lines: list[Line], wanted: str | None) -> tuple[list[Line], str | None]:
    """Of a table with one line for each metric, the lines of the loss, and its tag; of another, all lines."""
    tag = _tag_column(header)
    if tag is None:
        return lines, None
    metrics = tags(header, lines)
    chosen = metrics[loss_column(path, metrics, wanted)]
    return [line for line in lines if line[1][tag] == chosen], chosen
