"""One more run of each side, operation by operation, at the step where a port parts: which lines of code differ."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

import numpy as np

from compare.judging import tolerances
from compare.judging.advice import settings_at
from compare.judging.comparison import DIVERGED
from compare.judging.difference import difference
from compare.judging.earlier_turns import lines_of_shown
from compare.judging.isolated_difference import BACK, GRADIENT
from compare.judging.isolation import call_of
from compare.judging.judgement import Judgement
from compare.judging.line import BOTH, PARTS, Line, compared
from compare.judging.lines import lines_of_value
from compare.judging.padding_row import parts_in_the_padding
from compare.judging.rate_lines import lines_of_rate
from compare.judging.run import Run
from compare.judging.stages import StageRow
from compare.judging.used_gradients import lines_of_used_gradient
from compare.running.request import SIDES, RequestFailedError, Training
from compare.traces.calls import without_call
from compare.traces.trace import Key, TracePair

EXPLAINED = ("forward", "state", "update")  # where a setting that differs says it all
TOLD_BY_LINES = ("forward", "loss", "gradient", "rate")  # elsewhere a setting is the usual cause
NOT_RECORDED = "for the lines of code that differ, give both recorders lines=True, and record once more"
EAGER_STEPS = 20  # so many take less time than to compile a graph


def lacks_lines(judgement: Judgement) -> bool:
    """Whether nothing has lines, nor a difference lines of its own; those of gradients and updates are told better with
    none isolated, and their lines tell nothing of what parts before them."""
    if judgement.lines:
        return False
    first = judgement.first_divergence
    is_behind = first is not None and first.stage in ("gradient", "update")
    before = (each for each in judgement.differences if each.place not in (BACK, GRADIENT) and not each.is_explained)
    return is_behind or not any(each.lines for each in before)


def with_lines(run: Run, judgement: Judgement) -> Judgement:
    """The judgement of a port, with the lines of code where it parts, if they are found."""
    first = _to_find(judgement)
    if first is None or not isinstance(first.step, int):
        return judgement
    precision, at = _precision(judgement, first), first.step
    return _with_lines_of(judgement, first, lambda: recorded(run, precision, at))


def with_recorded_lines(judgement: Judgement, pair: TracePair) -> Judgement:
    """The judgement of two recorded loops, with the lines where they part, if both have the operations of that step."""
    first = _to_find(judgement)
    if first is None or first.step != min(step for step, _, _ in pair.torch.keys):
        return judgement
    if pair.torch.operations is None or pair.tf.operations is None:
        return _said(judgement, NOT_RECORDED) if first.stage in TOLD_BY_LINES else judgement
    return _with_lines_of(judgement, first, lambda: pair)


def _to_find(judgement: Judgement) -> StageRow | None:
    """The first divergence, if lines of code can show what it comes from, and nothing else does."""
    first = judgement.first_divergence
    if judgement.verdict != DIVERGED or first is None or first.stage in ("batch", "weights"):
        return None
    return None if _is_explained(judgement, first) else first


def _precision(judgement: Judgement, first: StageRow) -> str:
    return next(name for name, each in judgement.comparisons.items() if first in each.rows)


def _with_lines_of(judgement: Judgement, first: StageRow, recorded: Callable[[], TracePair]) -> Judgement:
    try:
        pair = recorded()
        is_told = parts_in_the_padding(pair, first, settings_at(judgement, first))
        lines = [] if is_told else find_lines(pair, first, _precision(judgement, first))
    except RequestFailedError as error:
        return _said(judgement, f"the lines that differ were not looked for: recording the step failed ({error})")
    except Exception as error:  # what only explains a verdict must not cost it
        return _said(judgement, f"the lines that differ were not found ({type(error).__name__}: {error})")
    if lines:
        rest = (replace(each, lines=()) if each.place in (BACK, GRADIENT) else each for each in judgement.differences)
        return replace(saying(judgement, lines), differences=tuple(rest))
    capped = [f"{each.header.side}: {each.operations.capped}" for each in pair if each.operations]
    why = [each for each in capped if not each.endswith(": ")]
    if why:
        return _said(judgement, f"the lines that differ were not found: the record is not whole ({'; '.join(why)})")
    return judgement


def _is_explained(judgement: Judgement, first: StageRow) -> bool:
    """Whether a setting of the optimizer, or of the very layer whose output parts, says it all."""
    layer = f"{without_call(first.tensor)}."
    rows = [row for row in settings_at(judgement, first) if row.explains and row.setting != "kind"]
    return first.stage in EXPLAINED and any(
        first.stage != "forward" or layer.startswith(f"{row.subject}.") for row in rows
    )


def _said(judgement: Judgement, finding: str) -> Judgement:
    return replace(judgement, findings=(*judgement.findings, finding))


def recorded(run: Run, precision: str, at: int) -> TracePair:
    """One step of both sides, operation by operation."""
    training = Training(precision, audits=(at,), steps=at + 1, operations=True, eager=at < EAGER_STEPS)
    return TracePair(*run(("torch", training), ("tf", replace(training, follows=precision))))


def find_lines(pair: TracePair, first: StageRow, precision: str) -> list[Line]:
    """The lines where the first divergence has its cause."""
    if pair.torch.operations is None or pair.tf.operations is None:
        return []
    if first.stage == "rate":
        rates = _values(pair, first.key)
        return lines_of_rate(pair, what_parts(first), [float(np.ravel(rate)[0]) for rate in rates]) if rates else []
    tolerance = tolerances.alike(first.difference.max_rel, precision, _gap_of_gradient(pair, first))
    step = compared(pair.torch.operations, pair.tf.operations, tolerance)
    what = what_parts(first)
    if first.stage == "gradient":
        return lines_of_used_gradient(step, what, first.tensor, _values(pair, first.key))
    if first.stage == "update":  # by gradients that were compared before
        targets = _left_behind(pair, first)
        return lines_of_value(step, what, *targets) if targets else []
    targets = _values(pair, first.key)
    return lines_of_shown(step, what, *targets) if targets else []


def _values(pair: TracePair, key: Key) -> tuple[np.ndarray, np.ndarray] | None:
    torch, tf = (trace.get(key) for trace in pair)
    return None if torch is None or tf is None else (torch, tf)


def _gap_of_gradient(pair: TracePair, first: StageRow) -> float:
    """How far apart the gradient of a weight is whose update parts: what a leak moved it by, which was set aside."""
    gradients = _values(pair, (first.step, "gradient", first.tensor)) if first.stage == "update" else None
    gap = difference(*gradients).max_rel if gradients else 0.0
    return gap if np.isfinite(gap) else 0.0


def _left_behind(pair: TracePair, first: StageRow) -> tuple[np.ndarray, np.ndarray] | None:
    """What the update of a weight leaves: the update itself is computed of it afterwards."""
    before, update = (_values(pair, (first.step, stage, first.tensor)) for stage in ("weights", "update"))
    return None if before is None or update is None else (before[0] + update[0], before[1] + update[1])


def what_parts(first: StageRow) -> str:
    """A row in words: "the loss", "the gradient of fc.weight", "what fc is given"."""
    if first.stage == "input":
        return f"what {call_of(first)} is given"
    names = {
        "forward": "the output of",
        "gradient": "the gradient of",
        "update": "the update of",
        "buffer": "the buffer",
    }
    if first.stage == "rate":
        return "the learning rate"
    return "the loss" if first.stage == "loss" else f"{names.get(first.stage, first.stage)} {first.tensor}"


def saying(judgement: Judgement, lines: Sequence[Line]) -> Judgement:
    """The judgement with the lines where it parts, said right behind that it does, in place of those said before."""
    parting, *others = judgement.findings
    others = others[bool(judgement.lines) :]
    return replace(judgement, lines=tuple(lines), findings=(parting, "\n".join(say_lines(lines)), *others))


def say_lines(lines: Iterable[Line]) -> list[str]:
    """The lines in words: what both have, and what each makes of it."""
    lines = list(lines)
    if not lines:
        return []
    what = lines[0].place
    of_side = [next((each for each in lines if (each.role, each.side) == (BOTH, side)), None) for side in SIDES]
    both = [each for each in of_side if each is not None]
    name = next((each.name for each in both if each.name), "")
    if name:
        text = f"{what}: both have `{name}` ({', '.join(f'{each.side} {each.where}' for each in both)}); then they part"
    else:
        text = f"{what} parts here"
    parts = [each for each in lines if each.role == PARTS]
    width, wide = (max(len(one) for one in each) for each in ([p.where for p in parts], [p.source for p in parts]))
    rows = []
    for each in parts:
        rows.append(f"  {each.side:5} {each.where:{width}}  {each.source:{wide}}  {_value(each)}")
        rows += [f"  {'':5} {'':{width}}  in {each.in_library}"] if each.library else []
    return [text, *rows]


def _value(line: Line) -> str:
    return f"{line.value}   {line.note}" if line.note else line.value
