"""What the judge sees: faults planted at a late step of many trainings. `python -m tests.power [TRAINING...]`.

Each fault must be found at that very step and at the right stage: in float64 always, in float32 where it is more than
ten times what nudges open there. How large it is, is known from float64. Writes results/power.csv; rows that are not
measured anew stay. `SHORTER=1000` in the environment takes a few steps only, and writes no file.
"""

import argparse
import csv
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from compare.judging import tolerances
from compare.judging.comparison import DIVERGED, Comparison
from compare.judging.experiments import CaseExperiment
from compare.judging.steps import Place, Series, smallest_update_seen
from compare.reporting.experiments import run_experiments
from compare.reporting.result import Result
from compare.reporting.tables import to_csv
from compare.running.options import Options
from tests.helpers.shorter import SHORTER, shorter
from tests.power_sides import FAULTS, place_of
from tests.power_trainings import TRAININGS, PowerTraining

PATH = Path(__file__).resolve().parent.parent / "results" / "power.csv"
COLUMNS = (
    "training", "steps", "precision", "fault", "expected_step", "expected_stage", "found_step", "found_stage",
    "found_tensor", "gap", "allowed", "envelopes", "detected", "smallest_update_seen", "findings",
)  # fmt: skip
PRECISIONS = ("float64", "float32")
MUST_BE_SEEN = 10  # envelopes

Sizes = dict[tuple[str, str], float]  # how large a fault is in each series, by stage and tensor


@dataclass(frozen=True)
class Planted:
    """One fault in one training."""

    training: PowerTraining
    fault: str

    @property
    def key(self) -> tuple[str, str]:
        return self.training.name, self.fault

    @property
    def stage(self) -> str | None:
        return FAULTS[self.fault].stage(self.training)

    def experiment(self) -> CaseExperiment:
        return self.training.experiment(tf_function=place_of(self.training, self.fault))


def here(series: Iterable[Series], step: int) -> dict[tuple[str, str], Place]:
    """Everything that is judged at a step."""
    return {(each.stage, each.tensor): Place(step, each) for each in series if step in each.steps}


def row(planted: Planted, precision: str, result: Result, sizes: Sizes) -> dict:
    """A row of the table; `sizes` are those of the fault in float64."""
    comparison = result.judgement.comparisons[precision]
    first = result.judgement.first_divergence if result.verdict == DIVERGED else None
    found = (first.step, first.stage, first.tensor) if first else _without_rows(comparison, result)
    step, stage, tensor = found
    envelopes = _in_envelopes(comparison, planted.training.late, sizes)
    seen = (step, stage) == (planted.training.late, planted.stage)
    detected = "yes" if seen else "no" if precision == "float64" or envelopes > MUST_BE_SEEN else "below ten envelopes"
    widest = _widest(comparison, planted.training.late)
    return {
        "training": planted.training.name,
        "steps": planted.training.steps,
        "precision": precision,
        "fault": planted.fault,
        "expected_step": planted.training.late,
        "expected_stage": planted.stage,
        "found_step": step,
        "found_stage": stage,
        "found_tensor": tensor,
        "gap": first.difference.max_rel if first else widest.gap,
        "allowed": first.allowed if first else widest.allowed,
        "envelopes": envelopes,
        "detected": detected,
        "smallest_update_seen": smallest_update_seen(comparison.series),
        "findings": "; ".join(result.findings) if detected == "no" else "",
    }


def _without_rows(comparison: Comparison, result: Result) -> tuple:
    """Where a series parts that no audited tensor explains."""
    parting = comparison.parting if result.verdict == DIVERGED else None
    return (parting.step, parting.series.stage, parting.series.tensor) if parting else (None, None, None)


def _widest(comparison: Comparison, step: int) -> Place:
    """What is nearest to its allowance at a step."""
    return max(here(comparison.series, step).values(), key=lambda place: place.gap / place.allowed)


def _in_envelopes(comparison: Comparison, step: int, sizes: Sizes) -> float:
    """The size of a fault, in what nudges open in the same quantity: the most of all quantities."""
    places = here(comparison.series, step)
    return max(tolerances.STEP_FACTOR * size / places[key].allowed for key, size in sizes.items() if key in places)


def measured(chosen: list[Planted], precisions: Iterable[str]) -> Iterator[dict]:
    """The rows, as they come; float64 always comes first, for the sizes."""
    sizes: dict[tuple[str, str], Sizes] = {}
    for precision in PRECISIONS:
        experiments = [(planted, planted.experiment()) for planted in chosen]
        by_experiment = {id(experiment): planted for planted, experiment in experiments}
        options = Options(precision, falling=False, differences="never")
        for experiment, result in run_experiments([experiment for _, experiment in experiments], options):
            planted = by_experiment[id(experiment)]
            if result.judgement is None:
                print(f"{planted.key}: {'; '.join(result.findings)}", flush=True)
                continue
            comparison = result.judgement.comparisons[precision]
            if precision == "float64":
                sizes[planted.key] = {
                    key: place.gap for key, place in here(comparison.series, planted.training.late).items()
                }
            if precision in precisions and planted.key in sizes:
                yield row(planted, precision, result, sizes[planted.key])


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser("python -m tests.power", description=__doc__)
    parser.add_argument("trainings", nargs="*", default=[*TRAININGS], help=f"all by default: {', '.join(TRAININGS)}")
    parser.add_argument("--faults", nargs="+", default=[*FAULTS], choices=FAULTS, help="all by default")
    parser.add_argument("--precision", choices=PRECISIONS, help="both by default")
    options = parser.parse_args(arguments)
    trainings = [TRAININGS[name] for name in options.trainings]
    if SHORTER > 1:
        trainings = [replace(each, steps=shorter(each.steps, least=3)) for each in trainings]
    planted = [Planted(training, fault) for training in trainings for fault in options.faults]
    precisions = [options.precision] if options.precision else PRECISIONS
    misses = 0
    for each in measured([each for each in planted if each.stage], precisions):
        misses += each["detected"] == "no"
        place = (each[name] for name in ("training", "precision", "fault", "found_step", "found_stage", "found_tensor"))
        sizes = f"gap {each['gap']:.1e} of {each['allowed']:.1e}:"
        print(*place, sizes, each["detected"], each["findings"], flush=True)
        if SHORTER == 1:
            write(each)
    print(f"{misses} missed")
    return int(misses > 0)


def write(measured_anew: dict) -> None:
    """Put a row into the table, in the place of an earlier one; in the order of trainings, precisions and faults."""
    rows: list[dict] = []
    if PATH.exists():
        with open(PATH, newline="") as file:
            rows = list(csv.DictReader(file))
    key = ("training", "precision", "fault")
    rows = [row for row in rows if any(row[name] != measured_anew[name] for name in key)]
    orders = dict(zip(key, ([*TRAININGS], PRECISIONS, [*FAULTS]), strict=True))
    rows = sorted([*rows, measured_anew], key=lambda row: [order.index(row[name]) for name, order in orders.items()])
    PATH.write_bytes(to_csv(COLUMNS, rows))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
