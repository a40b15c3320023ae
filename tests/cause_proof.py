"""Of how many wrong lines the cause is proven: `python -m tests.cause_proof --draw 40 --seed 1` tries so many.

They are drawn evenly from the families, those whose change is on tf's side. `python -m tests.cause_proof NAME...` tries
only these, families or wrong lines. A cause is `as in the right port` where its statement is one of that.
"""

import argparse
import ast
import random
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence

from compare.judging.causes.cause import Cause
from compare.reporting.result import Result
from compare.running.options import Options
from tests.end_to_end.wrong_lines import PORTS, WRONG_LINES, WrongLine, text_of
from tests.port_proof import judged_files


def right_text(wrong: WrongLine) -> str:
    return (PORTS / f"{wrong.family}.py").read_text()


def _is_of_tf(wrong: WrongLine) -> bool:
    text = right_text(wrong)
    return text.index(wrong.old) > text.index("def tf_side")


OF_TF = [wrong for wrong in WRONG_LINES if _is_of_tf(wrong)]


def drawn(many: int, seed: int) -> list[WrongLine]:
    """One line of each family, then another one, until there are so many."""
    numbers, by_family = random.Random(seed), defaultdict(list)
    for wrong in numbers.sample(OF_TF, len(OF_TF)):
        by_family[wrong.family].append(wrong)
    turns = max(map(len, by_family.values()))
    in_turn = [each[turn] for turn in range(turns) for each in by_family.values() if turn < len(each)]
    return in_turn[:many]


def is_as_in_the_right_port(wrong: WrongLine, cause: Cause) -> bool:
    """Whether each statement that the change makes is one of the right port."""
    right = set(_statements(right_text(wrong)))
    return set(_statements(cause.new.replace("; ", "\n"))) <= right


def _statements(text: str) -> Iterator[str]:
    try:
        tree = ast.parse(text)
    except SyntaxError:  # a piece of a statement
        return iter([text])
    return (ast.unparse(node) for node in ast.walk(tree) if isinstance(node, ast.stmt))


def is_proven(result: Result) -> bool:
    causes = result.judgement.causes if result.judgement else ()
    return bool(causes) and all(each.makes_equivalent for each in causes)


def say(wrong: WrongLine, result: Result) -> str:
    lines = [f"{wrong.name}: {result.verdict}, {'proven' if is_proven(result) else 'not proven'}"]
    for each in result.judgement.causes if result.judgement else ():
        mark = "as in the right port" if is_as_in_the_right_port(wrong, each) else "otherwise"
        lines.append(f"{each.said} ({mark}): {each.old} -> {each.new}")
    return "\n    ".join(lines)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser("python -m tests.cause_proof")
    parser.add_argument("names", nargs="*")
    parser.add_argument("--draw", type=int, default=len(OF_TF))
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(arguments)
    chosen = drawn(options.draw, options.seed)
    chosen = [each for each in chosen if not options.names or {each.name, each.family} & set(options.names)]
    began, by_name, proven = time.monotonic(), {wrong.name: wrong for wrong in chosen}, 0
    texts = {wrong.name: text_of(wrong) for wrong in chosen}
    for name, result in judged_files(texts, Options("float64", explain=True)):
        proven += is_proven(result)
        print(say(by_name[name], result), flush=True)
    print(f"{proven} of {len(chosen)} causes proven, {time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    main()
