"""Wrong lines: the table is well formed, each family is right as it is, and each change makes it diverge where it says.

The lines are what was planted, never what a program found. `python -m tests.line_proof` tries all of them.
"""

import pytest

from compare.running.options import Options
from tests.end_to_end.wrong_lines import FAMILIES, FIRST, PORTS, SECOND, WRONG_LINES, WrongLine, lines_of, text_of
from tests.line_proof import sides_named, stage_of
from tests.port_proof import judged_files

# Most of the time goes into tracing graphs: the suite tries some, the proof every one.
SOME_FAMILIES, SOME = FAMILIES[::14], (*FIRST, *SECOND)[::26]


def named(*pieces, old="nn.Tanh()", new="nn.ReLU()"):
    """A wrong line of one family, with these for its two lines."""
    return WrongLine("wrong", "simclr", old, new, "loss", *pieces, "")


@pytest.mark.parametrize("wrong", WRONG_LINES, ids=lambda wrong: wrong.name)
def test_a_wrong_line_makes_another_file_that_compiles(wrong):
    text = text_of(wrong)
    assert text != (PORTS / f"{wrong.family}.py").read_text()
    compile(text, wrong.name, "exec")


@pytest.mark.parametrize("side", ["torch", "tf"])
@pytest.mark.parametrize("wrong", WRONG_LINES, ids=lambda wrong: wrong.name)
def test_each_line_that_may_be_named_is_found_once_and_on_its_side(wrong, side):
    assert lines_of(wrong, side)


def test_no_two_wrong_lines_have_one_name_and_each_family_has_some():
    names = [wrong.name for wrong in WRONG_LINES]
    assert sorted(set(names)) == sorted(names)
    assert {wrong.family for wrong in WRONG_LINES} == set(FAMILIES)


def test_there_are_enough_of_them_and_many_leave_the_loss_of_the_first_step_as_it_is():
    assert len(WRONG_LINES) >= 48
    assert {wrong.shows for wrong in WRONG_LINES} == {"forward", "loss", "gradient", "rate", "update", "buffer"}
    assert sum(wrong.shows in ("gradient", "rate", "update") for wrong in WRONG_LINES) > len(WRONG_LINES) / 5
    assert sum(wrong.shows == "forward" for wrong in WRONG_LINES) >= 10


def test_the_number_of_a_line_is_counted_from_one():
    text = (PORTS / "simclr.py").read_text()
    [number] = lines_of(named("def torch_side", "def tf_side"), "torch")
    assert text.splitlines()[number - 1] == "def torch_side():"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (named("def torch_side", "def tf_side", old="import"), "'import' occurs .* times in simclr.py"),
        (named("no such piece", "def tf_side"), "'no such piece' occurs 0 times"),
        (named("import", "def tf_side"), "'import' occurs .* times in the wrong file"),
        (named("from tf_impl", "def tf_side"), "is not on the side of torch"),
    ],
    ids=["change", "missing", "several times", "other side"],
)
def test_what_is_not_found_once_on_its_side_is_an_error(wrong, said):
    with pytest.raises(ValueError, match=said):
        lines_of(wrong, "torch")


@pytest.fixture(scope="module")
def families():
    texts = {family: (PORTS / f"{family}.py").read_text() for family in SOME_FAMILIES}
    return dict(judged_files(texts, Options("float64")))


@pytest.fixture(scope="module")
def wrongs():
    return dict(judged_files({wrong.name: text_of(wrong) for wrong in SOME}, Options("float64")))


@pytest.mark.parametrize("family", SOME_FAMILIES)
def test_a_family_is_equivalent_as_it_is(families, family):
    result = families[family]
    assert result.verdict == "equivalent", result.findings


@pytest.mark.parametrize("wrong", SOME, ids=lambda wrong: wrong.name)
def test_a_wrong_line_diverges_at_the_stage_that_it_says(wrongs, wrong):
    result = wrongs[wrong.name]
    assert stage_of(result) == wrong.shows, result.findings


def test_both_lines_that_differ_are_named_of_nine_in_ten(wrongs):
    named = {wrong.name: sides_named(wrong, wrongs[wrong.name]) for wrong in SOME}
    assert sum(len(sides) == 2 for sides in named.values()) >= 0.9 * len(SOME), named
