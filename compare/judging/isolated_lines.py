"""Several differences, each with its own two lines of code: the isolated step once more, operation by operation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache, partial

from compare.judging import tolerances
from compare.judging.earlier_turns import lines_of_shown
from compare.judging.gradient_lines import lines_of_gradient_back
from compare.judging.isolated_difference import BACK, BETWEEN, GRADIENT, LAYER, LOSS, IsolatedDifference
from compare.judging.isolation import Isolated, call_of
from compare.judging.line import Line, Step, compared
from compare.judging.parting_lines import what_parts
from compare.judging.run import Run
from compare.judging.used_gradients import lines_of_used_gradient

WITH_LINES = (BETWEEN, LAYER, LOSS, BACK, GRADIENT)  # what a value or its gradient shows, and no setting says


def with_own_lines(run: Run, isolated: Isolated, differences: Sequence[IsolatedDifference]) -> list[IsolatedDifference]:
    """The differences, those that no setting explains with their lines: at the first step that shows such a one."""
    wanted = [each for each in differences if each.place in WITH_LINES and not each.is_explained]
    steps = [row.step for each in wanted for row in each.rows if isinstance(row.step, int)]
    if not steps:
        return list(differences)
    at = min(steps)
    training = replace(isolated.training, audits=(at,), steps=at + 1, operations=True)
    torch, tf = run(("torch", training), ("tf", replace(training, isolation=isolated.isolation)))
    if torch.operations is None or tf.operations is None:
        return list(differences)
    step = cache(partial(compared, torch.operations, tf.operations))  # of a tolerance: most differences have the same
    own = {id(each): _lines(isolated, each, at, step) for each in wanted}
    return [replace(each, lines=own.get(id(each), each.lines)) for each in differences]


def _lines(
    isolated: Isolated, difference: IsolatedDifference, at: int, compared_within: Callable[[float], Step]
) -> tuple[Line, ...]:
    row = next((row for row in difference.rows if row.step == at), None)
    if row is None:
        return ()
    tolerance = tolerances.alike(row.difference.max_rel, isolated.training.precision)
    step, what = compared_within(tolerance), what_parts(row)
    if difference.place == BACK:
        output = isolated.pair.torch.get((at, "forward", call_of(row)))
        return () if output is None else tuple(lines_of_gradient_back(step, difference.words, output))
    own, other = isolated.shown(row)
    shown = None if own is None or other is None else (own, other)
    if row.stage == "gradient":
        return tuple(lines_of_used_gradient(step, what, row.tensor, shown))
    return tuple(lines_of_shown(step, what, *shown)) if shown else ()
