"""A text file is split into fields whatever its separators, and its numbers are as exact as they were printed."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compare.logs.parse import LogError, last_digit_units, parse_number, read_text, split_header, split_lines

PROPERTY = settings(max_examples=60, deadline=None)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "log.csv"


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("1,2", ["1", "2"]),
        ("1;2,5", ["1", "2.5"]),
        ("1\t2,5", ["1", "2.5"]),
        ("1   2", ["1", "2"]),
        ('1,"2,5"', ["1", "2,5"]),
        ("| 1 | 2 |", ["1", "2"]),
        ("1, ,3", ["1", "", "3"]),
    ],
)
def test_a_line_is_split_at_its_separator(path, text, fields):
    path.write_text(text)
    assert split_lines(path, read_text(path)) == [(1, fields)]


def test_comments_and_empty_lines_are_left_out_and_the_others_keep_their_numbers(path):
    path.write_text("# step loss\n\n0 2.5\n# a comment\n1 1.5\n")
    assert split_lines(path, read_text(path)) == [(1, ["step", "loss"]), (3, ["0", "2.5"]), (5, ["1", "1.5"])]


def test_a_field_that_never_ends_is_refused_with_its_line(path):
    path.write_text("step,loss\n0," + "1" * 200_000)
    with pytest.raises(LogError, match=r"log.csv line 2: cannot be split into fields \("):
        split_lines(path, read_text(path))


@pytest.mark.parametrize(
    ("first", "names", "below"),
    [
        (["Global Step", "Train/Loss"], ["Global Step", "Train/Loss"], 0),
        (["0", "2.5"], ["step", "loss"], 1),
        (["2.5"], ["loss"], 1),
        (["", "nan"], ["step", "loss"], 1),
        (["1700000000000", "2.5", "0"], ["timestamp", "value", "step"], 1),
    ],
)
def test_a_header_is_told_from_numbers(path, first, names, below):
    lines = [(1, first), (2, ["1"] * len(first))]
    assert split_header(path, lines) == (names, lines[1 - below :])


def test_what_is_not_a_number_is_named(path):
    assert parse_number(path, 3, "1e-3") == 1e-3
    assert np.isnan(parse_number(path, 3, "nan"))
    with pytest.raises(LogError, match=r"log.csv line 3: 'x' is not a number"):
        parse_number(path, 3, "x")


@PROPERTY
@given(st.lists(st.floats(1e-3, 1e3), min_size=1, max_size=20), st.integers(2, 8), st.sampled_from("feg"))
def test_a_loss_lies_within_half_a_unit_of_what_is_printed(losses, digits, form):
    texts = [f"{loss:.{digits}{form}}" for loss in [*losses, 1 / 3]]  # one whose digits do not end
    off = np.abs(np.array([*losses, 1 / 3]) - np.array(list(map(float, texts))))
    assert (off <= 0.5001 * last_digit_units(texts)).all()


@pytest.mark.parametrize("form", ["%.4f", "%.4e", "%.5g"])
def test_the_units_of_a_log_hold_what_printing_hides_and_little_more(form):
    losses = 2.3 * np.exp(-np.arange(300) / 60)  # from 2.3 to 0.016
    texts = [form % loss for loss in losses]
    off = np.abs(losses - np.array(list(map(float, texts))))
    units = last_digit_units(texts)
    assert (off <= 0.5001 * units).all()
    assert units.max() <= 1.001e-4


def test_zeros_at_the_end_that_were_left_out_do_not_make_a_log_coarse():
    assert last_digit_units(["2.302585", "0.5", "0"]).tolist() == pytest.approx([1e-6, 1e-6, 1e-6])


def test_whole_numbers_are_taken_as_they_are():
    assert last_digit_units(["3", "2", "10"]).tolist() == [0, 0, 0]
