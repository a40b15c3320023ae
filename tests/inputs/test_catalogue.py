"""The catalogue of pitfalls, read as text."""

import pytest

from compare.inputs.catalogue import catalogue, chosen

TEXT = '''"""Keras' epsilon is {}.

Symptom: the loss
    goes down more slowly.
Cause: the formula.
Fix: write it out.
Source: keras/src/optimizers/adam.py:117
"""

STAGE = "update"


def tf_side():
    {}
'''


@pytest.fixture
def folder(tmp_path):
    for area, name, what in (("optimizer", "adam_eps", "added elsewhere"), ("loss", "mse_rows", "summed")):
        (tmp_path / area).mkdir()
        (tmp_path / area / f"{name}.py").write_text(TEXT.format(what, f"return {name}"))
    return tmp_path


def test_a_file_says_what_shows_why_and_what_to_write(folder):
    found = catalogue(folder)["adam_eps"]
    assert (found.area, found.title, found.stage) == ("optimizer", "Keras' epsilon is added elsewhere.", "update")
    assert found.symptom == "the loss goes down more slowly."
    assert (found.cause, found.fix) == ("the formula.", "write it out.")
    assert found.source == "keras/src/optimizers/adam.py:117"
    assert found.code.startswith("STAGE")


@pytest.mark.parametrize("gone", ["Cause: the formula.\n", 'STAGE = "update"\n'])
def test_a_file_that_does_not_say_all_is_refused_by_name(folder, gone):
    path = folder / "loss" / "mse_rows.py"
    path.write_text(path.read_text().replace(gone, ""))
    with pytest.raises(ValueError, match=r"mse_rows\.py: it lacks"):
        catalogue(folder)


def test_all_are_chosen_or_those_of_these_ids_of_an_area_or_with_all_words(folder):
    every = catalogue(folder)
    ids = [[each.id for each in chosen(*asked, every)] for asked in (((), None, None), (["adam_eps"], None, None))]
    assert ids == [["mse_rows", "adam_eps"], ["adam_eps"]]
    assert [each.id for each in chosen((), "loss", None, every)] == ["mse_rows"]
    assert [each.id for each in chosen((), None, "Epsilon SUMMED", every)] == ["mse_rows"]
    assert [each.id for each in chosen((), None, "return adam_eps", every)] == ["adam_eps"]


def test_what_is_not_there_is_said_with_what_is_near(folder):
    every = catalogue(folder)
    with pytest.raises(LookupError, match="'adam_epss': did you mean adam_eps"):
        chosen(["adam_epss"], None, None, every)
    with pytest.raises(LookupError, match="no area is named 'losses': they are loss, optimizer"):
        chosen((), "losses", None, every)
    with pytest.raises(LookupError, match="no pitfall has all the words of 'transformer'"):
        chosen((), None, "transformer", every)


def test_every_pitfall_of_the_catalogue_says_all_and_stands_on_a_screen():
    for each in catalogue().values():
        assert each.id == each.id.lower()
        assert each.stage in ("", "batch", "forward", "loss", "gradient", "rate", "state", "update", "buffer"), each.id
        assert len(each.path.read_text(encoding="utf-8").splitlines()) <= 110, each.id
        assert "def tf_side_fixed" in each.code, each.id
