"""The changes to try where a layer parts that tf_impl has too, which computes as PyTorch's does."""

from __future__ import annotations

from collections.abc import Iterator

from compare.judging.causes.files import Candidate, Files, pair_at, passage_at
from compare.judging.causes.formulas import formula_alike
from compare.judging.judgement import Judgement
from compare.judging.stages import StageRow
from compare.traces.calls import without_call


def of_layers(judgement: Judgement, first: StageRow, files: Files) -> Iterator[Candidate]:
    """A layer by PyTorch's formula, where its output or what it keeps parts, though no setting may show it."""
    if first.stage not in ("forward", "buffer"):
        return
    name = without_call(first.tensor)
    layer = name if first.stage == "forward" else name.rpartition(".")[0]
    rows = [row for row in judgement.settings if row.subject == layer]
    made_at = pair_at(judgement, first).tf.header.made_at
    places = made_at.get(rows[0].tf_subject or layer, ()) if rows else ()
    for passage in filter(None, (passage_at(judgement, place, files) for place in places)):
        for rewrite in formula_alike(passage, rows):
            yield Candidate(rewrite, passage.code, passage.code.with_rewrite(rewrite))
