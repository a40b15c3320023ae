"""Statements: the source that a line belongs to."""

import pytest

from compare.judging.statements import name_of_result, source
from compare.traces.places import Place

TEXT = """def loss(model, batch):
    logits = model(batch["x"])
    each = entropy(
        logits,
        batch["y"],
    )
    if each is not None:
        total: float = each.mean()
    return a_very_long_function_name(total, of="many", arguments="that", take="more", than="one", line="on", a="screen")


model = Sequential(
    Linear(in_features=64, out_features=64, bias=True),
    Dropout(p=0.25, inplace=False),
)
"""


@pytest.fixture
def at(tmp_path):
    path = tmp_path / "port.py"
    path.write_text(TEXT)
    return lambda line: Place(str(path), line, "loss")


@pytest.mark.parametrize(
    ("line", "text"),
    [
        (2, 'logits = model(batch["x"])'),
        (4, 'each = entropy( logits, batch["y"], )'),
        (7, "if each is not None:"),
        (8, "total: float = each.mean()"),
    ],
)
def test_a_statement_is_shown_on_one_line(at, line, text):
    assert source(at(line)) == text


def test_a_long_statement_is_shortened(at):
    assert source(at(9)).endswith("...")
    assert len(source(at(9))) <= 72
    assert source(at(12)).startswith("model = Sequential( Linear(")


def test_of_a_long_statement_a_line_inside_is_shown_alone(at):
    assert source(at(14)) == "... Dropout(p=0.25, inplace=False),"


@pytest.mark.parametrize(("line", "name"), [(2, "logits"), (4, "each"), (8, "total"), (9, ""), (7, "")])
def test_the_name_is_that_of_the_variable(at, line, name):
    assert name_of_result(at(line)) == name


@pytest.mark.parametrize("text", ["", "def broken(:"])
def test_a_file_that_cannot_be_read_shows_what_it_can(tmp_path, text):
    path = tmp_path / "port.py"
    if text:
        path.write_text(text)
    place = Place(str(path), 1, "loss")
    assert (source(place), name_of_result(place)) == (text, "")
