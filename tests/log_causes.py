"""What two loss logs are said to show, where the cause is known. `python -m tests.log_causes [CAUSE...]`.

Each cause is planted in real trainings, and each pair of curves is written in several formats. What `compare diff` says
must name the cause among the first two, and nothing that is false of it. The rules of compare/logs were made while
looking at other trainings (`--tuned`) than those of the table. Writes results/log_causes.csv; `SHORTER=1000` in the
environment takes one training and writes no file.
"""

import argparse
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from compare.logs.diagnose import diagnose
from compare.logs.loss_log import LogError, LossLog, read_log
from compare.reporting.tables import to_csv
from tests.helpers.shorter import SHORTER, shorter
from tests.log_formats import EPOCHS, FORMATS, OTHERWISE
from tests.log_statements import causes_named, false_claims, is_named_early
from tests.log_trainings import CAUSES, HELD_OUT, TUNED, Training, pair

PATH = Path(__file__).resolve().parent.parent / "results" / "log_causes.csv"
COLUMNS = (
    "training", "cause", "format", "per", "hidden_by_digits", "verdict", "causes_named", "among_first_two",
    "false_claims", "said",
)  # fmt: skip
STEPS = [name for name in FORMATS if name not in EPOCHS]
OF_A_PAIR = 3  # formats, of which one has a line for each epoch

Logs = tuple[str, str, str, str]  # the format's name, the suffixes of both files joined, both texts


def same_format(number: int, left, right, per_epoch: int) -> Iterator[Logs]:
    """A pair in some formats, which change from pair to pair; both sides in the same."""
    epochs = [*EPOCHS]
    names = [STEPS[(2 * number + i) % len(STEPS)] for i in range(OF_A_PAIR - 1)] + [epochs[number % len(epochs)]]
    for name in names:
        suffix, write = FORMATS[name]
        yield name, f"{suffix} {suffix}", write(left, per_epoch), write(right, per_epoch)


def logged_otherwise(cause: str, number: int, left, right, per_epoch: int) -> Iterator[Logs]:
    """The same training on both sides; the right one's log means something else by its lines."""
    plain = [name for name in STEPS if name not in ("transformers", "tqdm")]  # of each step, from 0
    for name in plain[number % 2 :][:OF_A_PAIR]:
        suffix, write = FORMATS[name]
        yield name, f"{suffix} csv", write(left, per_epoch), OTHERWISE[cause](right, per_epoch)


def logs_of(training: Training, cause: str, number: int) -> Iterator[Logs]:
    curves = pair(training, "equal" if cause in OTHERWISE else cause)
    if curves is not None:
        if cause in OTHERWISE:
            yield from logged_otherwise(cause, number, *curves, training.steps_per_epoch)
        else:
            yield from same_format(number, *curves, training.steps_per_epoch)


def said(directory: Path, suffixes: str, left: str, right: str) -> tuple[str, str, bool]:
    """The verdict, all that is said, and whether the digits hide what was planted."""
    paths = [directory / f"{side}.{suffix}" for side, suffix in zip(("torch", "tf"), suffixes.split(), strict=True)]
    for path, text in zip(paths, (left, right), strict=True):
        path.write_text(text)
    try:
        logs = [read_log(path) for path in paths]
        diagnosis = diagnose(*logs)
    except LogError as error:
        return "cannot be compared", str(error).replace(f"{directory}/", ""), False
    text = f"{diagnosis.sentence}. {diagnosis.note}".strip(" .")
    return diagnosis.pattern, text.replace(f"{directory}/", ""), is_hidden(*logs)


def is_hidden(left: LossLog, right: LossLog) -> bool:
    """Whether what is written is equal but for the last digit."""
    if len(left.losses) != len(right.losses) or not np.isfinite([left.losses, right.losses]).all():
        return False
    return bool((np.abs(left.losses - right.losses) <= 1.001 * np.maximum(left.units, right.units)).all())


def rows(trainings: list[Training], causes: list[str]) -> Iterator[dict]:
    with tempfile.TemporaryDirectory() as directory:
        for at, cause in enumerate(causes):
            for number, training in enumerate(trainings, at):
                for name, suffixes, *texts in logs_of(training, cause, number):
                    yield row(training, cause, name, *said(Path(directory), suffixes, *texts))


def row(training: Training, cause: str, name: str, verdict: str, text: str, hidden: bool) -> dict:
    """A row of the table; where digits hide the cause, what is right to say is that the logs agree."""
    named, shown = causes_named(text), "equal" if hidden and cause in CAUSES else cause
    return {
        "training": training.name,
        "cause": cause,
        "format": name,
        "per": "epoch" if name in EPOCHS else "step",
        "hidden_by_digits": "yes" if shown != cause else "no",
        "verdict": verdict,
        "causes_named": ", ".join(named),
        "among_first_two": "yes" if is_named_early(shown, named) else "no",
        "false_claims": "; ".join(false_claims(shown, text)),
        "said": text,
    }


def rates(measured: list[dict]) -> list[str]:
    """How often the cause is among the first two, and how often something false was said."""
    lines = []
    for per in ("step", "epoch"):
        of = [each for each in measured if each["per"] == per]
        named = sum(each["among_first_two"] == "yes" for each in of)
        false = sum(bool(each["false_claims"]) for each in of)
        lines.append(f"a line for each {per}: cause named first or second in {named} of {len(of)}, false in {false}")
    return lines


def main(arguments: list[str]) -> int:
    every = [*CAUSES, *OTHERWISE]
    parser = argparse.ArgumentParser("python -m tests.log_causes", description=__doc__)
    parser.add_argument("causes", nargs="*", default=every, help=f"all by default: {', '.join(every)}")
    parser.add_argument("--seed", type=int, default=0, help="added to those of the trainings; no file but for 0")
    parser.add_argument("--tuned", action="store_true", help="the trainings that the rules were made with; no file")
    options = parser.parse_args(arguments)
    trainings = [replace(each, seed=each.seed + options.seed) for each in (TUNED if options.tuned else HELD_OUT)]
    measured = []
    for each in rows(trainings[: shorter(len(trainings))], options.causes):
        measured.append(each)
        if each["among_first_two"] == "no" or each["false_claims"]:
            place = (each[name] for name in ("training", "cause", "format", "verdict"))
            print(*place, "FALSE:" if each["false_claims"] else "", each["false_claims"], "|", each["said"], flush=True)
    print(*rates(measured), sep="\n")
    if SHORTER == 1 and not (options.tuned or options.seed) and options.causes == every:
        PATH.write_bytes(to_csv(COLUMNS, measured))
    return int(any(each["false_claims"] for each in measured))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
