"""Two loops of one framework: an upgrade, a refactoring, another machine. They are judged as two sides are.

The first plays PyTorch's part and the second TensorFlow's, and what is said names their files instead.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from compare.inputs.expressions import ExplicitPairs
from compare.judging.judgement import Judgement
from compare.judging.settings import SettingRow
from compare.running.request import SIDES
from compare.traces.model import RecordedModel
from compare.traces.trace import Trace, TracePair, trace_path

# A name of a side as a word of its own: no part of a path, a module or a name of a layer.
SIDE = re.compile(r"(?<![\w./\"'])(torch|tf|PyTorch|TensorFlow)(?![\w./\"])")
PLACE = {"torch": 0, "PyTorch": 0, "tf": 1, "TensorFlow": 1}

# Advice that is for porting only.
INSTEAD = {
    "call tf_impl.start_from on the tf side, and record again": "load the same weights into both, and record again",
    'tf_impl.Recorder(..., follow="runs/torch") judges every audited step': "record more with audits=range(...)",
    "tf_impl.Recorder": "Recorder",
}


def is_of_one_side(traces: Sequence[Trace]) -> bool:
    """Whether both traces were recorded by one framework."""
    return len({trace.header.side for trace in traces}) == 1


def as_sides(traces: Sequence[Trace | None]) -> list[Trace]:
    """The traces in the parts of the two sides, by their order; a trace that is None is left out."""
    for side, trace in zip(SIDES, traces, strict=True):
        if trace is not None:
            trace.header = replace(trace.header, side=side)
    return [trace for trace in traces if trace is not None]


def by_name(torch: RecordedModel, tf: RecordedModel) -> ExplicitPairs:
    """Every weight with the one of its name, where all have one of their shape; else they are paired as ever.

    Keras numbers its layers through a whole process: of names that agree in part, none says anything.
    """
    left, right = ({name: tensor.shape for name, tensor in model.tensors.items()} for model in (torch, tf))
    return tuple((name, name) for name in left) if left == right else ()


def names_of(left: Path, right: Path) -> tuple[str, str]:
    """The shortest ends of two paths that differ: "old/torch" and "new/torch"."""
    parts = [Path(str(trace_path(path)).removesuffix(".npz")).absolute().parts for path in (left, right)]
    for count in range(1, max(map(len, parts)) + 1):
        one, other = ("/".join(each[-count:]) for each in parts)
        if one != other:
            return one, other
    return str(left), str(right)


def versions_apart(pair: TracePair, names: tuple[str, str]) -> list[str]:
    """The finding that the loops ran with different versions."""
    each = [trace.header.versions for trace in pair]
    apart = [
        f"{library} {each[0].get(library, 'none')} and {each[1].get(library, 'none')}"
        for library in {**each[0], **each[1]}
        if each[0].get(library) != each[1].get(library)
    ]
    return [f"versions differ: {', '.join(apart)} ({names[0]} and {names[1]})"] if apart else []


def in_words_of(judgement: Judgement, names: tuple[str, str]) -> Judgement:
    """The judgement, whose findings and notes name the files."""
    return replace(
        judgement,
        findings=tuple(_with_names(finding, names) for finding in judgement.findings),
        settings=tuple(map(_without_porting, judgement.settings)),
        sides=names,
    )


def _with_names(finding: str, names: tuple[str, str]) -> str:
    for porting, instead in INSTEAD.items():
        finding = finding.replace(porting, instead)
    return SIDE.sub(lambda found: names[PLACE[found[0]]], finding)


def _without_porting(row: SettingRow) -> SettingRow:
    """A row whose note does not explain how the two frameworks differ."""
    return replace(row, note="") if re.search("Keras|PyTorch", row.note) else row
