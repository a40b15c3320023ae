"""Several wrong places at once: `python -m tests.isolation_proof` draws sets of wrong ports of one family, and counts
which of their differences the harness lists, and what it lists beside them.

What a wrong port shows alone is what a set of them must show. `--sets 100 --seed 0`; NAME+NAME... tries only these.
"""

import argparse
import random
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterable
from itertools import combinations
from pathlib import Path

from compare.judging.experiments import PortExperiment
from compare.judging.isolated_differences import IsolatedDifference
from compare.reporting.experiments import run_experiments
from compare.running.options import Options
from compare.traces.calls import without_call
from tests.end_to_end.wrong_ports import PORTS, WRONG_PORTS, WrongPort

Shown = frozenset[tuple[str, str]]  # the places and tensors, or settings, of one difference
BY_NAME = {port.name: port for port in WRONG_PORTS}


def text_of(ports: Iterable[WrongPort]) -> str:
    """A port's file with the pieces of several wrong ones; ValueError where one is inside another."""
    ports = list(ports)
    text = (PORTS / f"{ports[0].family}.py").read_text()
    for port in ports:
        if text.count(port.old) != 1:
            raise ValueError(f"{port.name} does not go together with the others")
        text = text.replace(port.old, port.new)
    if any(text.count(port.new) != 1 for port in ports if port.new):
        raise ValueError("one of them has changed another")
    return text


def sets(count: int, seed: int) -> list[tuple[WrongPort, ...]]:
    """Sets of two, three and four wrong ports of one family, drawn at random."""
    families = defaultdict(list)
    for port in WRONG_PORTS:
        families[port.family].append(port)
    possible = [each for ports in families.values() for size in (2, 3, 4) for each in combinations(ports, size)]
    drawn = random.Random(seed)
    drawn.shuffle(possible)
    found, of_family = [], defaultdict(int)
    for ports in sorted(possible, key=lambda ports: drawn.random()):
        try:
            text_of(ports)
        except ValueError:
            continue
        of_family[ports[0].family] += 1
        if of_family[ports[0].family] <= max(4, count // 12):
            found.append(ports)
    return found[:count]


def shown(difference: IsolatedDifference) -> Shown:
    """What a difference names: the settings that explain it, or its tensors."""
    if difference.place == "optimizer":
        return frozenset((difference.place, row.setting) for row in difference.settings) or frozenset(
            [(difference.place, "")]
        )
    return frozenset((difference.place, without_call(row.tensor)) for row in difference.rows)


def same(one: Shown, other: Shown) -> bool:
    """Whether two name the same; an optimizer that no setting explains is one that others explain."""
    unexplained = ("optimizer", "")
    of_optimizer = all(place == "optimizer" for place, _ in one | other)
    return bool(one & other) or (of_optimizer and (unexplained in one or unexplained in other))


def listed(groups: Iterable[tuple[WrongPort, ...]]) -> dict[str, list[Shown] | None]:
    """What is listed of each set, by its names; None where the port could not be judged."""
    found: dict[str, list[Shown] | None] = {}
    with tempfile.TemporaryDirectory() as name:
        names = {}
        for number, ports in enumerate(groups):
            path = Path(name) / f"set_{number}.py"
            path.write_text(text_of(ports))
            names[path.stem] = "+".join(port.name for port in ports)
        experiments = [PortExperiment(Path(name) / f"{stem}.py") for stem in names]
        for _, result in run_experiments(experiments, Options("float64")):
            judged = result.judgement
            found[names[result.case]] = [shown(each) for each in judged.differences] if judged else None
    return found


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--sets", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(arguments)
    began = time.monotonic()
    groups = [tuple(BY_NAME[name] for name in each.split("+")) for each in options.names]
    groups = groups or sets(options.sets, options.seed)
    alone = listed([(port,) for port in dict.fromkeys(port for ports in groups for port in ports)])
    there = found = false = 0
    for names, of_set in listed(groups).items():
        expected = [each for name in names.split("+") for each in alone[name] or ()]
        missing = [each for each in expected if not any(same(each, other) for other in of_set or ())]
        other = [each for each in of_set or () if not any(same(each, known) for known in expected)]
        there, found, false = there + len(expected), found + len(expected) - len(missing), false + len(other)
        if missing or other or of_set is None:
            print(f"{names}: missing {list(map(sorted, missing))}, beside {list(map(sorted, other))}", flush=True)
    print(f"{len(groups)} sets: {found} of {there} differences listed, {false} that are not there, "
          f"{time.monotonic() - began:.0f} s")  # fmt: skip
    return int(found < there or false > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
