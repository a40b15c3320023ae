"""The judge cries no wolf: many seeds of every case, all to come out equivalent. `python -m tests.no_false_alarms`.

Prints how close the widest gap of any seed came to what was allowed: 1 would be an alarm.
"""

import argparse
import sys
from collections import defaultdict

from compare import Result
from compare.inputs import cases
from compare.inputs.case_inputs import make_inputs
from compare.judging.experiments import CaseExperiment
from compare.reporting.experiments import run_experiments

SMALL = ("linear_regression", "mlp_regression", "binary_classifier")


def closest(result: Result, precision: str) -> float:
    """The greatest share of its allowance that any loss or audited tensor used."""
    comparison = result.judgement.comparisons[precision]
    rows = (row.difference.max_rel / row.allowed for row in comparison.rows)
    return max(float((comparison.gap / comparison.envelope).max()), *rows)


def main() -> int:
    parser = argparse.ArgumentParser("python -m tests.no_false_alarms", description=__doc__)
    parser.add_argument("cases", nargs="*", default=cases.NAMES, help="which; all by default")
    parser.add_argument("--seeds", type=int, default=50, help=f"of each of {', '.join(SMALL)}")
    parser.add_argument("--others", type=int, default=10, help="of each other case")
    options = parser.parse_args()
    counts = {name: options.seeds if name in SMALL else options.others for name in options.cases}
    experiments = [
        CaseExperiment(make_inputs(cases.load(name), seed)) for name, count in counts.items() for seed in range(count)
    ]
    worst: dict[str, dict[str, float]] = defaultdict(lambda: {"float64": 0.0, "float32": 0.0})
    alarms = done = 0
    for _, result in run_experiments(experiments):
        done += 1
        if result.verdict != "equivalent" or result.findings:
            alarms += 1
            print(f"{result.case} seed {result.seed}: {result.verdict} {'; '.join(result.findings)}", flush=True)
        if result.judgement:
            for precision, share in worst[result.case].items():
                worst[result.case][precision] = max(share, closest(result, precision))
        print(f"\r{done} of {len(experiments)}", end="", file=sys.stderr, flush=True)
    for name, shares in worst.items():
        used = ", ".join(f"{precision} {share:.3f}" for precision, share in shares.items())
        print(f"{name}: {counts[name]} seeds, the widest gap as a share of what was allowed: {used}")
    print(f"{done} runs, {alarms} alarms")
    return int(alarms > 0)


if __name__ == "__main__":
    sys.exit(main())
