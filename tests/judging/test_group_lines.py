"""Where the updates of some weights part alone, the lines that choose these weights stand behind the others."""

from types import SimpleNamespace

import numpy as np
import pytest

from compare.judging.difference import difference
from compare.judging.group_lines import with_group_lines
from compare.judging.judgement import Judgement
from compare.judging.line import PARTS, Line
from compare.judging.stages import StageRow
from compare.traces.places import Place
from compare.traces.trace import TracePair

TORCH = """
decay = [p for p in net.parameters() if p.ndim > 1]
optimizer = AdamW([{"params": decay}], lr=0.1)
"""
TF = """
optimizer = AdamW(0.1)
def step():
    for variable in variables:
        gradients[0] = gradients[0] + variable
    optimizer.apply_gradients(zip(gradients, variables))
"""
PLAIN = """
optimizer = AdamW(net.parameters(), lr=0.1)
"""
ONE, TWO, ZERO = np.ones(3), np.full(3, 2.0), np.zeros(3)


def row(tensor, torch, tf, stage="update"):
    return StageRow(0, stage, tensor, difference(torch, tf), 1e-9)


def judged(tmp_path, rows, torch=TORCH, tf=TF, lines=(), weight=ONE, moved=ONE):
    paths = [tmp_path / "torch.py", tmp_path / "tf.py"]
    for path, text in zip(paths, (torch, tf), strict=True):
        path.write_text(text)
    makers = [Place(str(path), text[: text.index("optimizer")].count("\n") + 1, "") for path, text in
              zip(paths, (torch, tf), strict=True)]  # fmt: skip
    made = [{"optimizer": (each,), "fc": (each._replace(line=1),)} for each in makers]
    headers = [SimpleNamespace(made_at=each) for each in made]
    torch = SimpleNamespace(header=headers[0], get=lambda key: weight if key[1] == "weights" else moved)
    pair = TracePair(torch, SimpleNamespace(header=headers[1]))
    at = {"torch": paths[0], "tf": paths[1]}
    lines = tuple(Line("x", side, PARTS, Place(str(at[side]), number, ""), "", "") for side, number in lines)
    comparison = SimpleNamespace(rows=rows, pair=pair)
    said = ("it parts", "said", "more") if lines else ("it parts", "more")
    return Judgement("diverged", said, {"float64": comparison}, rows[0], lines=lines)


APART, AGREE = row("bias", ONE, TWO), row("weight", ONE, ONE)


def named(judgement):
    return [(each.side, each.at.line) for each in with_group_lines(judgement).lines]


@pytest.mark.parametrize(
    ("rows", "how", "lines"),
    [
        ([APART, AGREE], {}, [("torch", 2), ("tf", 2), ("tf", 6)]),
        (
            [row("bias m", ONE, TWO, "state"), row("weight m", ONE, ONE, "state")],
            {},
            [("torch", 2), ("tf", 2), ("tf", 6)],
        ),
        ([APART], {}, []),  # all part: it is the optimizer
        ([APART, AGREE], {"weight": ZERO}, []),  # zeros do not decay
        ([APART, AGREE], {"moved": ZERO}, []),
        ([APART, AGREE], {"torch": PLAIN}, []),  # nobody chooses
        ([row("bias", ONE, ZERO), AGREE], {"torch": PLAIN}, [("torch", 2), ("tf", 2), ("tf", 6)]),  # one leaves out
        ([APART, AGREE], {"lines": [("torch", 2)]}, [("torch", 2), ("tf", 2), ("tf", 6)]),
        ([row("bias", ONE, TWO, "loss"), row("weight", ONE, ONE, "loss")], {}, []),
    ],
)
def test_the_lines_that_choose_are_named_where_some_updates_part_alone(tmp_path, rows, how, lines):
    assert named(judged(tmp_path, rows, **how)) == lines


@pytest.mark.parametrize(
    ("lines", "named_behind"),
    [
        ([("tf", 5)], [("torch", 2), ("tf", 2), ("tf", 6)]),
        ([("tf", 3)], []),  # not on the way to the optimizer
        ([("tf", 5), ("torch", 3)], []),  # both are known
        ([], []),
    ],
)
def test_gradients_that_one_side_alone_changes_for_its_optimizer_are_the_others_groups(tmp_path, lines, named_behind):
    rows = [row("bias", ONE, TWO, "gradient"), row("weight", ONE, ONE, "gradient")]
    assert named(judged(tmp_path, rows, lines=lines)) == [*lines, *named_behind]


def test_all_lines_are_said_once_in_place_of_those_before(tmp_path):
    judgement = with_group_lines(judged(tmp_path, [APART, AGREE], lines=[("torch", 2)]))
    assert len(judgement.findings) == 3
    assert "torch.py:2" in judgement.findings[1]
    assert "tf.py:6" in judgement.findings[1]
    assert judgement.findings[2] == "more"


def test_what_does_not_diverge_stays(tmp_path):
    judgement = judged(tmp_path, [APART, AGREE])
    same = Judgement("equivalent", judgement.findings, judgement.comparisons, None)
    assert with_group_lines(same) is same
