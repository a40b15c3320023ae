"""Several wrong places at once: `python -m tests.isolation_proof` draws sets of wrong ports of one family, and counts
which of their differences the harness lists, and what it lists beside them.

What a wrong port shows alone is what a set of them must show, but for a port that changes nothing beside the others:
the set computes, to the last bit, what it does without it. `--sets 100 --seed 0`; NAME+NAME... tries only these.
"""

import argparse
import hashlib
import random
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterable
from itertools import combinations
from pathlib import Path
from typing import NamedTuple

from compare.judging.experiments import PortExperiment
from compare.judging.isolated_difference import IsolatedDifference
from compare.judging.judgement import Judgement
from compare.reporting.experiments import run_experiments
from compare.running.options import Options
from compare.traces.calls import without_call
from tests.end_to_end.wrong_ports import PORTS, WRONG_PORTS, WrongPort

Shown = frozenset[tuple[str, str]]  # the places and tensors, or settings, of one difference
Set = tuple[WrongPort, ...]
Expected = dict[WrongPort, list[Shown]]  # what each port shows alone
NOTHING: Shown = frozenset([("nothing", "is listed of it alone")])  # which no set lists
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


def sets(count: int, seed: int) -> list[Set]:
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


class Listed(NamedTuple):
    """What the harness says of a port: its differences, and a digest of what TensorFlow's side computed."""

    differences: list[Shown]
    computed: str


def listed(groups: Iterable[Set]) -> dict[Set, Listed | None]:
    """What is listed of each set; None where the port could not be judged."""
    found: dict[Set, Listed | None] = {}
    with tempfile.TemporaryDirectory() as name:
        by_file = {}
        for number, ports in enumerate(groups):
            path = Path(name) / f"set_{number}.py"
            path.write_text(text_of(ports))
            by_file[path.stem] = ports
        experiments = [PortExperiment(Path(name) / f"{stem}.py") for stem in by_file]
        for _, result in run_experiments(experiments, Options("float64")):
            judged = result.judgement
            found[by_file[result.case]] = judged and Listed([*map(shown, judged.differences)], computed(judged))
    return found


def computed(judgement: Judgement) -> str:
    """A digest of the losses of TensorFlow's side by itself, and of how far each tensor is from PyTorch's."""
    comparison = judgement.comparisons["float64"]
    gaps = [comparison.pair.tf.curves["loss"], *(each.gap for each in comparison.series)]
    rows = [(row.key, row.difference.max_abs, row.difference.max_rel) for row in comparison.rows]
    return hashlib.sha256(b"".join(each.tobytes() for each in gaps) + repr(rows).encode()).hexdigest()


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
    expected = {port: (each and each.differences) or [NOTHING] for (port,), each in alone.items()}
    of_sets = listed(groups)
    missing = {ports: missing_of(ports, of_set, expected) for ports, of_set in of_sets.items()}
    fewer = listed(dict.fromkeys(without(ports, port) for ports, every in missing.items() for port in every))
    there = found = false = 0
    for ports, of_set in of_sets.items():
        idle = [port for port in missing[ports] if changes_nothing(of_set, fewer[without(ports, port)])]
        missed = [each for port, every in missing[ports].items() if port not in idle for each in every]
        beside = beside_them(ports, of_set, expected)
        of_others = sum(len(expected[port]) for port in ports if port not in idle)
        there, found, false = there + of_others, found + of_others - len(missed), false + len(beside)
        say(ports, missed, beside, idle)
    print(f"{len(groups)} sets: {found} of {there} differences listed, {false} that are not there, "
          f"{time.monotonic() - began:.0f} s")  # fmt: skip
    return int(found < there or false > 0)


def missing_of(ports: Set, of_set: Listed | None, expected: Expected) -> Expected:
    """What each port shows alone, and a set does not."""
    there = of_set.differences if of_set else []
    lost = {port: [each for each in expected[port] if not any(same(each, other) for other in there)] for port in ports}
    return {port: every for port, every in lost.items() if every}


def beside_them(ports: Set, of_set: Listed | None, expected: Expected) -> list[Shown]:
    """What a set shows, and none of its ports alone."""
    known = [each for port in ports for each in expected[port]]
    there = of_set.differences if of_set else []
    return [each for each in there if not any(same(each, other) for other in known)]


def without(ports: Set, port: WrongPort) -> Set:
    """The other ports of a set."""
    return tuple(each for each in ports if each is not port)


def changes_nothing(of_set: Listed | None, of_others: Listed | None) -> bool:
    """Whether a set computes what the same set without one of its ports does."""
    return of_set is not None and of_others is not None and of_set.computed == of_others.computed


def say(ports: Set, missed: Iterable[Shown], beside: Iterable[Shown], idle: Iterable[WrongPort]) -> None:
    names = "+".join(port.name for port in ports)
    for port in idle:
        print(f"{names}: {port.name} changes nothing beside the others, to the last bit", flush=True)
    if missed or beside:
        print(f"{names}: missing {list(map(sorted, missed))}, beside {list(map(sorted, beside))}", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
