"""The judge cries no wolf: many seeds of every case and training. `python -m tests.no_false_alarms [NAME...]`.

All are right, so all must come out equivalent: the frameworks sum in other orders anyway. Writes to
results/no_false_alarms.csv how close the widest gap of any seed came to what was allowed: 1 would be an alarm. Rows
that are not measured anew stay; `SHORTER=1000` in the environment takes one seed and few steps, and writes no file.
"""

import argparse
import csv
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from compare import Result
from compare.inputs import cases
from compare.inputs.case_inputs import make_inputs
from compare.judging import steps
from compare.judging.comparison import Comparison
from compare.judging.experiments import CaseExperiment
from compare.reporting.experiments import run_experiments
from compare.reporting.tables import to_csv
from compare.running.options import Options
from tests.helpers.shorter import SHORTER, shorter
from tests.power_trainings import TRAININGS

PATH = Path(__file__).resolve().parent.parent / "results" / "no_false_alarms.csv"
COLUMNS = ("training", "precision", "seeds", "alarms", "worst_share", "seed", "step", "stage", "tensor")
SMALL = ("linear_regression", "mlp_regression", "binary_classifier")
NAMES = (*cases.NAMES, *TRAININGS)


class Share(NamedTuple):
    """The part of its allowance that something used, and what it was."""

    share: float
    seed: int
    step: str
    stage: str
    tensor: str


@dataclass(frozen=True)
class Seen:
    """What one seed of one name came to."""

    name: str
    alarm: str
    shares: Mapping[str, Share]  # by precision


def closest(comparison: Comparison, seed: int) -> Share:
    """What came closest to its allowance: of all that is judged at every step, and of the audited tensors."""
    found = []
    if place := steps.closest(comparison.series):
        share = place.gap / place.allowed
        found.append(Share(share, seed, str(place.step), place.series.stage, place.series.tensor))
    for row in comparison.rows:
        if row.shown:
            share = row.difference.max_rel / row.allowed
            found.append(Share(share, seed, str(row.step), row.stage, row.tensor))
    return max(found)


def experiments_of(name: str, seeds: range) -> list[CaseExperiment]:
    if name not in TRAININGS:
        return [CaseExperiment(make_inputs(cases.load(name), seed)) for seed in seeds]
    training = TRAININGS[name]
    short = replace(training, steps=shorter(training.steps, least=3))
    return [short.experiment(seed) for seed in seeds]


def seen(counts: Mapping[str, range]) -> Iterator[Seen]:
    """Each seed of each name, as it comes; only of a case must the loss decrease."""
    for falling in (True, False):
        names = {
            id(experiment): (name, experiment)
            for name, seeds in counts.items()
            if (name not in TRAININGS) == falling
            for experiment in experiments_of(name, seeds)
        }
        experiments = [experiment for _, experiment in names.values()]
        for experiment, result in run_experiments(experiments, Options(falling=falling)):
            yield Seen(names[id(experiment)][0], _alarm(result), _shares(result))


def _alarm(result: Result) -> str:
    if result.verdict == "equivalent" and not result.findings:
        return ""
    return f"seed {result.seed}: {result.verdict} {'; '.join(result.findings)}"


def _shares(result: Result) -> dict[str, Share]:
    compared = result.judgement.comparisons if result.judgement else {}
    return {precision: closest(comparison, result.seed) for precision, comparison in compared.items()}


def rows_of(name: str, every: list[Seen]) -> list[dict]:
    """The rows of one name, a row for each precision."""
    rows = []
    for precision in ("float64", "float32"):
        worst = max(each.shares[precision] for each in every if precision in each.shares)
        alarms = sum(bool(each.alarm) for each in every)
        counted = {"training": name, "precision": precision, "seeds": len(every), "alarms": alarms}
        rows.append({**counted, "worst_share": worst.share, **dict(zip(COLUMNS[-4:], worst[1:], strict=True))})
    return rows


def write(measured: list[dict]) -> None:
    """Put rows into the table, in the place of earlier ones of the same name."""
    rows: list[dict] = []
    if PATH.exists():
        with open(PATH, newline="") as file:
            rows = list(csv.DictReader(file))
    names = {row["training"] for row in measured}
    rows = [*(row for row in rows if row["training"] not in names), *measured]
    PATH.write_bytes(to_csv(COLUMNS, sorted(rows, key=lambda row: NAMES.index(row["training"]))))


def main() -> int:
    parser = argparse.ArgumentParser("python -m tests.no_false_alarms", description=__doc__)
    parser.add_argument("names", nargs="*", default=NAMES, help=f"of {', '.join(NAMES)}; all by default")
    parser.add_argument("--seeds", type=int, default=50, help=f"of each of {', '.join(SMALL)}")
    parser.add_argument("--others", type=int, default=10, help="of each other case")
    parser.add_argument("--trainings", type=int, default=40, help="of each training of tests/power_trainings.py")
    options = parser.parse_args()
    wanted = {**dict.fromkeys(SMALL, options.seeds), **dict.fromkeys(TRAININGS, options.trainings)}
    counts = {name: range(shorter(wanted.get(name, options.others))) for name in options.names}
    every: dict[str, list[Seen]] = {name: [] for name in options.names}
    total = sum(map(len, counts.values()))
    for done, each in enumerate(seen(counts), 1):
        every[each.name].append(each)
        if each.alarm:
            print(f"{each.name} {each.alarm}", flush=True)
        print(f"\r{done} of {total}", end="", file=sys.stderr, flush=True)
        if len(every[each.name]) == len(counts[each.name]):
            show(each.name, every[each.name])
    alarms = sum(bool(each.alarm) for each in chain(*every.values()))
    print(f"{total} runs, {alarms} alarms")
    return int(alarms > 0)


def show(name: str, every: list[Seen]) -> None:
    if not any(each.shares for each in every):
        return
    rows = rows_of(name, every)
    used = ", ".join(f"{row['precision']} {row['worst_share']:.3f}" for row in rows)
    print(f"{name}: {len(every)} seeds, the widest gap as a share of what was allowed: {used}", flush=True)
    if SHORTER == 1:
        write(rows)


if __name__ == "__main__":
    sys.exit(main())
