"""Every family of wrong lines as it is, and every wrong line: `python -m tests.line_proof` prints what is amiss.

`python -m tests.line_proof NAME...` tries only these, families or wrong lines, and prints what was found of each.
"""

import sys
import time

from compare.reporting.result import Result
from compare.running.options import Options
from tests.end_to_end.wrong_lines import FAMILIES, PORTS, WRONG_LINES, text_of
from tests.port_proof import judged_files


def stage_of(result: Result) -> str:
    """Where a port first parts: the stage that a wrong line is to show."""
    first = result.judgement.first_divergence if result.judgement else None
    return first.key[1] if result.verdict == "diverged" and first else result.verdict


def main(names: list[str]) -> None:
    families = [family for family in FAMILIES if not names or family in names]
    wrongs = [wrong for wrong in WRONG_LINES if not names or {wrong.name, wrong.family} & set(names)]
    prove({family: (PORTS / f"{family}.py").read_text() for family in families}, {}, Options(), bool(names))
    shown = {wrong.name: wrong.shows for wrong in wrongs}
    prove({wrong.name: text_of(wrong) for wrong in wrongs}, shown, Options("float64", nudged=False), bool(names))


def prove(texts: dict[str, str], expected: dict[str, str], options: Options, all_of_them: bool) -> None:
    right, began = 0, time.monotonic()
    for name, result in judged_files(texts, options):
        is_right = stage_of(result) == expected.get(name, "equivalent")
        right += is_right
        if not is_right or all_of_them:
            print(f"{name}: {stage_of(result)}", *result.findings, expected.get(name, ""), sep="\n    ")
    print(f"{right} of {len(texts)} as they should be, {time.monotonic() - began:.0f} s", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
