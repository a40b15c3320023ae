"""An isolated step: each layer of tf is given what torch's was given, and hands on what that put out, back too.

So every layer, what stands between them, the loss and the optimizer are compared on inputs that agree.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from pathlib import Path

import numpy as np

from compare.judging import tolerances
from compare.judging.harmless import settled
from compare.judging.run import Run
from compare.judging.stage_rows import stage_rows
from compare.judging.stages import OF_AN_UPDATE, StageRow
from compare.judging.ways import Ways
from compare.running.request import Isolation, Training
from compare.traces.calls import without_call
from compare.traces.exchange import COMES_BACK, HANDED_ON, layer_and_part
from compare.traces.pairing import Pairing
from compare.traces.renamed import RenamedTrace, Source, rename
from compare.traces.step import Step
from compare.traces.trace import EXCHANGED, Key, Trace, TracePair

FORWARD = ("input", "forward", "loss")
BEHIND = (*FORWARD, COMES_BACK)  # what other weights make otherwise


@dataclass(frozen=True)
class Partners:
    """Which of tf's is which of torch's: outputs of layers by their calls, weights (expressions of torch's), and the
    layers of which several are one of torch's. `rename` gives a trace torch's names; `evaluated` are the outputs of the
    evaluation at the end.
    """

    outputs: Mapping[str, str]
    weights: Mapping[str, str]
    parts: frozenset[str]
    rename: Callable[[Trace], Trace]
    evaluated: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, pairing: Pairing) -> Partners:
        parts, evaluated = frozenset(pairing.parts), pairing.evaluated
        return cls(pairing.outputs, pairing.weights, parts, lambda trace: rename(trace, pairing), evaluated)

    def without(self, calls: Collection[str]) -> Partners:
        """Those whose calls in torch are none of these."""
        kept, evaluated = (
            {name: call for name, call in every.items() if call not in calls}
            for every in (self.outputs, self.evaluated)
        )
        return replace(self, outputs=kept, evaluated=evaluated)

    @classmethod
    def alike(cls, trace: Trace) -> Partners:
        """Those of a case, in which both sides have the same names."""
        outputs = {tensor: tensor for _, stage, tensor in trace.keys if stage == "forward"}
        return cls(outputs, {}, frozenset(), lambda trace: trace)


@dataclass(frozen=True)
class Isolated:
    """What isolated steps show.

    `rows` are those of steps in which tf's optimizer is given its own gradients, `given` those in which it is given
    torch's where they differ; what a step computes behind a wrong update of its own is in `rows` as `given` has it.
    `ways` says which calls of layers, and which weights, reach each call or the loss with no other layer between.
    `training` was isolated, and its files are in `directory`. The tensors behind the rows are those of `pair`, and of
    `given_pair`; `isolation` is what tf was given.
    """

    rows: Sequence[StageRow]
    given: Sequence[StageRow]
    ways: Ways
    pair: TracePair
    training: Training
    directory: Path = Path()
    given_pair: TracePair | None = None
    isolation: Isolation | None = None

    def shown(self, row: StageRow) -> tuple[np.ndarray | None, np.ndarray | None]:
        """What a row of either kind compares, torch's and tf's."""
        pair = self.given_pair if self.given_pair is not None and any(row is each for each in self.given) else self.pair
        return pair.torch.get(row.key), pair.tf.get(row.key)

    def beyond(self, *stages: str) -> list[StageRow]:
        """The rows of these stages that differ."""
        return [row for row in self.rows if row.stage in stages and row.beyond]

    def parts_forward(self, step: Step) -> set[str]:
        """The calls, and the loss, that are given or compute something else at a step."""
        return {call_of(row) for row in self.beyond(*FORWARD) if row.step == step}

    def computes_otherwise(self, step: Step) -> set[str]:
        """The layers that put out something else, or could not be given what torch's were."""
        rows = (row for row in self.beyond("input", "forward") if row.step == step)
        return {without_call(call_of(row)) for row in rows if row.stage == "forward" or row.difference.structural}

    def reaches(self, name: str, targets: set[str]) -> bool:
        """Whether another gradient of a call's output or a weight is explained by one of these, directly or through
        calls that hand on their own gradient.
        """
        reached: set[str] = set()
        left = {name}
        while left:
            found = self.ways.reached_by(left.pop()) - reached
            reached |= found
            left |= found - self.handed_back
        return bool(reached & targets)

    @cached_property
    def handed_back(self) -> set[str]:
        """The calls that are given the gradient that came back to torch's."""
        return {call_of(row) for row in self.rows if row.stage == COMES_BACK and row.shown}

    def unexplained_back(self) -> list[StageRow]:
        """The gradients that come back differently, through nothing that differs forward."""
        return [row for row in self.beyond(COMES_BACK) if not self.reaches(call_of(row), self.parts_forward(row.step))]


def call_of(row: StageRow) -> str:
    """The call of a layer that a row is about."""
    return layer_and_part(row.tensor)[0] if row.stage in EXCHANGED else row.tensor


def isolate(run: Run, partners: Partners, precision: str, steps: Sequence[int], until: int = 0) -> Isolated:
    """Isolate these steps, and the evaluation behind the last of them; `run` makes runs that nothing renames.

    Up to the step `until` all agree. Behind it, an optimizer's state is torch's only where every step is isolated.
    """
    known = {step for step in steps if step <= until or step - 1 in steps}
    plain = Training(precision, audits=tuple(steps), steps=max(steps) + 1, follows=precision)
    exchanging = replace(plain, exchanges=True)
    torch, nudged = run(("torch", exchanging), ("torch", replace(exchanging, nudge=precision)))
    isolation = Isolation(
        str(torch.path),
        tuple(partners.outputs.items()),
        tuple(sorted(partners.parts)),
        evaluated=tuple(partners.evaluated.items()),
    )
    [tf] = run(("tf", replace(plain, isolation=isolation)))
    every, pair = _rows(torch, nudged, tf, partners, precision)
    rows = _of_known_state(_before_it_parts(every, ("loss",)), known)
    flows = tf.header.flow, tf.header.gradient_flow, torch.header.gradient_flow
    ways = Ways.of(*flows, partners.weights, set(partners.outputs.values()))
    isolated = Isolated(rows, rows, ways, pair, plain, torch.path.parent, isolation=isolation)
    apart = isolated.beyond("gradient")
    if not apart:
        return isolated
    soft = tuple({call_of(row): None for row in isolated.unexplained_back()})
    gradients = tuple({without_call(row.tensor): None for row in apart})
    [again] = run(("tf", replace(plain, isolation=replace(isolation, soft=soft, gradients=gradients))))
    every, given_pair = _rows(torch, nudged, again, partners, precision)
    given = _of_known_state(_before_it_parts(every, (*BEHIND, "gradient")), known)
    kept = {row.key for row in rows}
    behind = [row for row in given if row.stage in BEHIND and row.key not in kept]
    rows = sorted([*rows, *behind], key=lambda row: row.step)
    return replace(isolated, rows=rows, given=given, given_pair=given_pair)


def _rows(
    torch: Trace, nudged: Trace, tf: Trace, partners: Partners, precision: str
) -> tuple[list[StageRow], TracePair]:
    shown, twin = (_comparable(partners.rename(each), tf) for each in (torch, nudged))
    pair = TracePair(shown, partners.rename(tf))
    rows = stage_rows(*pair, [(shown, twin)], precision, tolerances.allowed_in_step)
    # Of two layers for the two directions of one, each puts out a half.
    halves = {torch for tf, torch in partners.outputs.items() if without_call(tf) in partners.parts}
    rows = [row for row in rows if not (row.stage == "forward" and row.tensor in halves and row.difference.structural)]
    return settled(rows, pair), pair


def _comparable(torch: Trace, tf: Trace) -> RenamedTrace:
    """Torch's trace without what layers hand on, and with zeros where no gradient comes back, as tf's has them."""
    sources: dict[Key, Source] = {key: partial(torch.get, key) for key in torch.keys if key[1] != HANDED_ON}
    for key in tf.keys:
        if key[1] == COMES_BACK:
            sources.setdefault(key, partial(lambda key: np.zeros_like(tf[key]), key))
    return RenamedTrace(torch, sources)


def _of_known_state(rows: Sequence[StageRow], known: Collection[Step]) -> list[StageRow]:
    """Without updates of steps that the optimizer begins with a state of its own."""
    return [row for row in rows if row.stage not in ("state", "update") or row.step in known]


def _before_it_parts(rows: Sequence[StageRow], harmless: Collection[str]) -> list[StageRow]:
    """Without what a step computes behind an update that differs, with other weights; it does not for what differs in
    the `harmless` stages."""
    kept: list[StageRow] = []
    updated, parted = False, False
    for place, row in enumerate(rows):
        if place and row.step != rows[place - 1].step:
            updated = parted = False
        updated |= row.stage in OF_AN_UPDATE
        if not (parted and updated and row.stage in BEHIND):
            kept.append(row)
        parted |= row.beyond and row.stage not in harmless
    return kept
