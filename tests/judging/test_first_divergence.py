"""The first divergence is the first difference that reaches the weights, the buffers or the loss."""

from dataclasses import replace

import numpy as np
import pytest

from compare.judging.difference import difference, difference_at
from compare.judging.first_divergence import before_gradients, by_value, first_divergence, last_agreement
from compare.judging.stages import StageRow
from tests.helpers.stage_row import BEYOND, WITHIN, row


def test_another_dtype_can_be_judged_by_its_values():
    judged = [
        StageRow(0, "rate", "learning_rate", difference(np.array(0.1), np.array(0.1, np.float32)), 1e-7),
        StageRow(0, "rate", "learning_rate", difference(np.array(0.1), np.array(0.2, np.float32)), 1e-7),
        StageRow(0, "rate", "learning_rate", difference(np.zeros(1), np.zeros(2)), 1e-7),
    ]
    assert [one.verdict for one in by_value(judged)] == ["within", "beyond", "shape"]


def test_where_nothing_is_beyond_nothing_diverged():
    assert first_divergence([]) is None
    assert first_divergence([row(0, "weights"), row(0, "loss", gap=WITHIN)]) is None


@pytest.mark.parametrize("stage", ["batch", "forward", "gradient", "rate", "state"])
def test_a_difference_without_consequence_is_no_divergence(stage):
    assert first_divergence([row(0, stage, gap=BEYOND), row(1, "weights")]) is None


@pytest.mark.parametrize("stage", ["weights", "loss", "update", "buffer"])
def test_a_difference_in_a_consequence_is_a_divergence(stage):
    alone = row(0, stage, gap=BEYOND)
    assert first_divergence([row(0, "batch"), alone]) is alone


def test_the_first_divergence_is_the_cause_and_not_the_consequence():
    cause = row(0, "forward", "conv1", gap=BEYOND)
    rows = [row(0, "batch"), cause, row(0, "forward", "conv2", gap=BEYOND), row(0, "loss", gap=BEYOND)]
    assert first_divergence(rows) is cause


def test_a_difference_in_an_earlier_step_without_consequence_is_not_blamed():
    cause = row(1, "loss", gap=BEYOND)
    assert first_divergence([row(0, "gradient", gap=BEYOND), row(0, "update"), cause]) is cause


def test_a_state_that_waited_for_its_consequence_is_found_where_it_began():
    began = row(0, "state", "momentum", gap=BEYOND)
    rows = [began, row(0, "update"), row(1, "state", "momentum", gap=BEYOND), row(1, "update", gap=BEYOND)]
    assert first_divergence(rows) is began


def test_another_state_that_differed_earlier_is_not_blamed():
    cause = row(1, "state", "velocity", gap=BEYOND)
    rows = [row(0, "state", "count", gap=BEYOND), row(0, "update"), cause, row(1, "update", gap=BEYOND)]
    assert first_divergence(rows) is cause


HIDDEN = [("not shown in tf", None), ("batch size", np.ones(4))]


@pytest.mark.parametrize(("verdict", "other"), HIDDEN)
def test_what_one_side_does_not_show_is_never_blamed(verdict, other):
    hidden = StageRow(0, "forward", "fc", difference_at("forward", np.ones(8), other, 0.0), allowed=1e300)
    assert (hidden.verdict, hidden.within, hidden.beyond) == (verdict, False, False)
    cause = row(0, "update", gap=BEYOND)
    assert first_divergence([hidden, row(0, "update")]) is None
    assert first_divergence([hidden, row(0, "loss"), cause]) is cause
    assert before_gradients([hidden, row(0, "loss")]) is None


def test_the_last_agreement_is_the_nearest_row_within_before_the_first_divergence():
    agreed, first = row(0, "forward"), row(0, "loss", gap=BEYOND)
    rows = [row(0, "batch"), agreed, row(0, "forward", "b", gap=BEYOND), first, row(0, "update")]
    assert last_agreement(rows, first) is agreed
    assert last_agreement(rows[2:], first) is None


OF_OTHER_SHAPE = StageRow(0, "forward", "fc", difference(np.ones((8, 2)), np.zeros((2, 3))), 0.0)


def test_an_output_of_another_shape_is_not_blamed_where_the_loss_agrees():
    cause = row(0, "update", gap=BEYOND)
    assert first_divergence([OF_OTHER_SHAPE, row(0, "loss", gap=WITHIN), cause]) is cause
    assert first_divergence([OF_OTHER_SHAPE, row(0, "loss", gap=BEYOND), cause]) is OF_OTHER_SHAPE
    leaked = replace(row(0, "loss", gap=1e-9), allowed=1e-14)
    assert leaked.beyond
    assert first_divergence([OF_OTHER_SHAPE, leaked, cause]) is leaked


def test_an_output_of_another_shape_is_nothing_that_the_loss_hides_in_float32():
    assert before_gradients([row(0, "forward"), OF_OTHER_SHAPE, row(0, "loss")]) is None
    hidden = row(0, "forward", gap=BEYOND)
    assert before_gradients([hidden, OF_OTHER_SHAPE, row(0, "loss")]) is hidden
