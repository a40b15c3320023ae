"""What a side has for other positions than the other is not compared there, and what becomes of it is."""

import numpy as np
import pytest

from compare.judging.elsewhere import is_elsewhere, is_window, with_elsewhere_aside
from compare.judging.first_divergence import first_divergence
from compare.judging.not_shown import not_shown
from compare.judging.stage_rows import stage_rows
from tests.helpers.recorded import Recorded

ROWS = np.random.default_rng(0).normal(size=(3, 5, 4))
CHANGED = ROWS + np.where(np.arange(4) == 2, 1e-6, 0)


@pytest.mark.parametrize(
    "other",
    [
        ROWS[:, :-1],  # the last one is left out
        ROWS.reshape(-1, 4)[[2, 7, 8]],  # some are chosen
        ROWS[:, ::-1],
        ROWS[[2, 0, 1]] * (1 + 1e-15),
    ],
)
def test_some_of_the_rows_and_all_in_another_order_are_elsewhere(other):
    assert is_elsewhere(ROWS, other, 1e-14)
    assert is_elsewhere(other, ROWS, 1e-14)


@pytest.mark.parametrize(
    "other",
    [
        CHANGED[:, :-1],
        CHANGED[:, ::-1],
        np.concatenate([ROWS[:2], ROWS[:1]]),  # one comes twice, in place of another
        ROWS[..., ::-1],  # in another order along the features
        ROWS[..., :3],
        np.full((3, 4, 4), np.nan),
        np.zeros((0, 4)),
        np.zeros(()),
    ],
)
def test_other_numbers_are_not(other):
    assert not is_elsewhere(ROWS, other, 1e-14)


def test_a_row_of_one_number_tells_nothing():
    assert not is_elsewhere(np.ones((4, 1)), np.ones((3, 1)), 1e-14)


PICTURES = np.random.default_rng(1).normal(size=(2, 3, 9, 9))


@pytest.mark.parametrize("other", [PICTURES[..., 1:, 1:], PICTURES[..., :-2, 1:-1], PICTURES[..., 3, 3:] * (1 + 1e-9)])
def test_what_is_left_by_cropping_is_a_window(other):
    other = other if other.ndim == 4 else other[:, :, None]
    assert is_window(PICTURES, other, 1e-8)
    assert is_window(other, PICTURES, 1e-8)


@pytest.mark.parametrize(
    "other",
    [
        PICTURES[..., ::2, ::2],
        PICTURES[..., 1:, 1:] + 1e-3,
        PICTURES[:, :, 1],
        PICTURES[:0],
        PICTURES[..., :1, :1],
        None,
    ],
)
def test_other_numbers_rows_between_and_what_may_be_anywhere_are_no_window(other):
    assert not is_window(PICTURES, other, 1e-8)


CROPPED, SAME, OTHER = (PICTURES, PICTURES[..., 1:, 1:]), (ROWS, ROWS), (ROWS, ROWS + 1)


def test_a_margin_that_is_cropped_before_the_next_layer_is_never_blamed():
    assert first_divergence(rows(CROPPED, SAME, losses=(1.0, 2.0))).stage == "loss"
    assert first_divergence(rows(CROPPED, OTHER, losses=(1.0, 2.0))).tensor == "layer 0"
    assert first_divergence(rows(SAME, CROPPED, losses=(1.0, 2.0))).tensor == "layer 1"


def rows(*outputs, losses=(1.0, 1.0)):
    """The rows of a step whose layers put these out, torch's and tf's."""
    sides = []
    for side, loss in enumerate(losses):
        named = {(0, "forward", f"layer {number}"): each[side] for number, each in enumerate(outputs)}
        sides.append(Recorded(named | {(0, "loss", "loss"): np.array(loss)}))
    return stage_rows(*sides, [], "float64")


SHORTER, STATE = (ROWS, ROWS[:, :-1]), (ROWS[:, 4], ROWS[:, 3])
TURNED, SAME, OTHER = (ROWS, ROWS[::-1]), (ROWS, ROWS), (ROWS, CHANGED)


def test_what_is_left_out_is_never_blamed_and_neither_is_the_last_state_between():
    found = rows(SHORTER, STATE, SHORTER, losses=(1.0, 2.0))
    assert first_divergence(found).stage == "loss"
    assert not_shown(found) == [
        "the output of 3 layers is for other positions on each side, or in another order: not compared"
    ]


@pytest.mark.parametrize("outputs", [(SAME, STATE, SHORTER), (SHORTER, STATE), (SHORTER, STATE, SAME)])
def test_another_state_counts_where_not_both_its_neighbours_are_for_other_positions(outputs):
    assert first_divergence(rows(*outputs, losses=(1.0, 2.0))).tensor == "layer 1"


@pytest.mark.parametrize("behind", [SAME, OTHER])
def test_another_order_is_set_aside_where_a_layer_behind_shows_what_becomes_of_it(behind):
    first = first_divergence(rows(TURNED, behind, losses=(1.0, 2.0)))
    assert first.key == ((0, "loss", "loss") if behind is SAME else (0, "forward", "layer 1"))


def test_another_order_is_set_aside_where_the_loss_agrees():
    assert not any(row.beyond for row in rows(TURNED))


def test_another_order_counts_where_only_the_loss_is_behind_and_parts():
    assert first_divergence(rows(SAME, TURNED, losses=(1.0, 2.0))).tensor == "layer 1"


def test_each_step_is_judged_by_its_own_loss():
    one, other = rows(TURNED), rows(SAME, TURNED, losses=(1.0, 2.0))
    assert with_elsewhere_aside([], Recorded(), Recorded()) == []
    assert [row.beyond for row in one] + [row.beyond for row in other] == [False, False, False, True, True]


def test_a_packed_sequence_is_no_other_input_than_a_padded_one():
    padded, packed = ROWS, ROWS.reshape(-1, 4)[[0, 5, 10, 1, 6, 2]]
    sides = [Recorded({(0, "input", "rnn input"): each}) for each in (packed, padded)]
    [given] = stage_rows(*sides, [], "float64")
    assert not given.beyond
    changed = Recorded({(0, "input", "rnn input"): packed + 1})
    [given] = stage_rows(changed, sides[1], [], "float64")
    assert given.beyond
