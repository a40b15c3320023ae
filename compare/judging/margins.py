"""An output with a margin more on one side, which a later line takes off: is it this line that is wrong, or the layer?

Given what torch's layers were given, the layer behind shows it. Where that puts out the same, the sides part behind the
layer with the margin.
"""

from __future__ import annotations

from dataclasses import replace

from compare.judging.difference import SELECTED
from compare.judging.elsewhere import set_aside
from compare.judging.first_divergence import first_divergence
from compare.judging.isolation import Isolated
from compare.judging.judgement import Judgement
from compare.judging.wording import parting_sentence


def parting_behind_margins(judgement: Judgement, isolated: Isolated) -> Judgement:
    """The judgement, which parts behind each output that is set aside in the isolated step."""
    first = judgement.first_divergence
    margins = {row.key for row in isolated.rows if row.difference.kind == SELECTED}
    if first is None or first.key not in margins:
        return judgement
    precision, comparison = next(
        (precision, each) for precision, each in judgement.comparisons.items() if first in each.rows
    )
    comparison = replace(comparison, rows=[set_aside(row) if row.key in margins else row for row in comparison.rows])
    behind = first_divergence(comparison.rows)
    if behind is None:
        return judgement
    return replace(
        judgement,
        findings=(parting_sentence(comparison, behind), *judgement.findings[1:]),
        comparisons={**judgement.comparisons, precision: comparison},
        first_divergence=behind,
    )
