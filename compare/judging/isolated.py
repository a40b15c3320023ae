"""Adds to a judgement that the sides part every difference that there is, each by itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

import numpy as np

from compare.judging import tolerances
from compare.judging.accepted import without_accepted
from compare.judging.comparison import DIVERGED, ERROR
from compare.judging.difference import SELECTED
from compare.judging.effects import with_effects
from compare.judging.isolated_difference import BETWEEN, IsolatedDifference
from compare.judging.isolated_differences import isolated_differences
from compare.judging.isolated_gradients import say_not_told
from compare.judging.isolated_lines import with_own_lines
from compare.judging.isolation import Isolated, Partners, isolate
from compare.judging.judgement import Judgement
from compare.judging.made_lines import with_lines_of_settings
from compare.judging.margins import parting_behind_margins
from compare.judging.parting_lines import saying
from compare.judging.run import Run
from compare.running.request import RequestFailedError
from compare.traces.following import relative
from compare.traces.step import END
from compare.traces.trace import Trace

SIZES = 3  # of batches that are isolated
LATER = 3  # steps behind the first that parts in which something else begins to part
MOST_BETWEEN = 8  # steps between them that are isolated, too


def with_differences(
    run: Run,
    judgement: Judgement,
    partners: Partners,
    kinds: Mapping[str, str],
    accepted: Mapping[str, str] = MappingProxyType({}),
    when: str = "apart",
) -> Judgement:
    """The judgement with all differences of the first step, of the first that parts, and of the one behind it; `when`
    as in Options.

    Those that are `accepted`, reasons by their words, do not decide the verdict; the last step is isolated too then. A
    side that cannot run so is no fault of the port: the judgement stays as it is, with a remark.
    """
    if judgement.verdict == ERROR or when == "never" or (when == "apart" and judgement.verdict != DIVERGED):
        return without_accepted(judgement, accepted, ())
    apart = (precision for precision, comparison in judgement.comparisons.items() if comparison.apart)
    precision = next(apart, next(iter(judgement.comparisons)))
    try:
        steps = steps_to_isolate(judgement, precision, to_the_end=bool(accepted))
        # What is for other positions on each side is none that the other could be given.
        elsewhere = {row.tensor for row in judgement.comparisons[precision].rows if row.difference.kind == SELECTED}
        isolated = isolate(run, partners.without(elsewhere), precision, steps, until=_parts_at(judgement))
        judgement = parting_behind_margins(judgement, isolated)
        found, remarks = isolated_differences(isolated, kinds, judgement.settings), say_not_told(isolated, kinds)
        found = with_effects(run, isolated, found)
    except RequestFailedError as error:
        remark = f"other differences than the first were not looked for, since an isolated step failed ({error})"
        return replace(judgement, findings=(*judgement.findings, remark))
    except Exception as error:  # what only explains a verdict must not cost it
        said = f"{type(error).__name__}: {error}"
        remark = f"other differences than the first were not found ({said}): a fault of this program"
        return replace(judgement, findings=(*judgement.findings, remark))
    found = [with_lines_of_settings(isolated.pair, each, judgement.settings) for each in found]
    # The lines of a leak tell nothing of what is behind it, and a layer's output not that its input was laid out anew.
    if len(found) > 1 or (found and (_begins_with_a_leak(judgement) or _is_laid_out_otherwise(isolated, found[0]))):
        try:
            found = with_own_lines(run, isolated, found)
        except Exception as error:  # lines only explain a difference
            remarks = [*remarks, f"the lines of these differences were not found ({type(error).__name__}: {error})"]
    judgement = replace(judgement, findings=(*judgement.findings, *remarks), differences=tuple(found))
    return without_accepted(_with_lines_of_the_one(judgement), accepted, steps)


def _is_laid_out_otherwise(isolated: Isolated, difference: IsolatedDifference) -> bool:
    """Whether it is what a layer is given: the same numbers in another order."""
    if difference.place != BETWEEN:
        return False
    torch, tf = isolated.shown(difference.rows[0])
    if torch is None or tf is None or torch.size != tf.size:
        return False
    return relative(np.sort(torch, axis=None), np.sort(tf, axis=None)) <= difference.rows[0].allowed


def _with_lines_of_the_one(judgement: Judgement) -> Judgement:
    """The judgement with the lines of the only difference, where that is what parts first: a layer's input."""
    first, found = judgement.first_divergence, judgement.differences
    if len(found) != 1 or found[0].place != BETWEEN or not found[0].lines or first is None or first.stage != "forward":
        return judgement
    return saying(judgement, found[0].lines)


def _begins_with_a_leak(judgement: Judgement) -> bool:
    """Whether what parts first is as small as a constant rounded to float32, where nothing was measured."""
    first = judgement.first_divergence
    return first is not None and first.difference.max_rel <= tolerances.allowed_where_leak_enters(0.0)


def steps_to_isolate(judgement: Judgement, precision: str, to_the_end: bool = False) -> list[int]:
    """The first step, the first that parts, the one behind it, in which an optimizer's state shows, those up to where
    something else begins to part, and the first with a batch of another size.

    Of a large port the one that parts alone: a step of it takes long.
    """
    pair = judgement.comparisons[precision].pair
    at, last = _parts_at(judgement), min(trace.steps for trace in pair) - 1
    if pair.torch.header.is_large:
        return sorted({min(at, last), *([last] if to_the_end else [])})
    return sorted(
        {
            *(0, min(at, last), min(at + 1, last)),
            *(each for each in _begin_to_part(judgement, precision, at) if each <= last),
            *_first_of_each_size(pair.torch),
            *([last] if to_the_end else []),
        }
    )


def _begin_to_part(judgement: Judgement, precision: str, at: int) -> set[int]:
    """The steps behind `at` in which something parts that did not before; with all between where these are few, for an
    optimizer's state is not known else.
    """
    firsts = {each.first for each in judgement.comparisons[precision].series}
    later = sorted(first for first in firsts if first is not None and first > at)[:LATER]
    return {step for first in later for step in (range(at, first + 1) if first - at <= MOST_BETWEEN else (first,))}


def _first_of_each_size(trace: Trace) -> list[int]:
    """The first step with batches of each size: a loss may be right with whole ones only."""
    sizes = trace.curves["examples"].tolist()
    return [sizes.index(size) for size in dict.fromkeys(sizes)][:SIZES]


def _parts_at(judgement: Judgement) -> int:
    first = judgement.first_divergence
    return 0 if first is None or first.step is END else first.step
