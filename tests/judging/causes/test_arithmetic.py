"""Operators, groupings, signs, comparisons, numbers, and what is left out beside them."""

import pytest

from compare.judging.causes import arithmetic
from tests.helpers.passages import passage, statements


@pytest.mark.parametrize(
    ("rule", "tf", "torch", "wanted"),
    [
        (arithmetic.other_operators, "y = logits + mask", "", "y = logits - mask"),
        (arithmetic.other_operators, "y = logits - mask", "", "y = mask - logits"),
        (arithmetic.other_operators, "y = logits * mask", "", "y = logits / mask"),
        (arithmetic.without_operand, "y = logits * mask", "", "y = logits"),
        (arithmetic.without_operand, "y = 1 - mask", "", "y = mask"),
        (arithmetic.other_grouping, "y = logits + mask * 2", "", "y = (logits + mask) * 2"),
        (arithmetic.other_grouping, "y = ALPHA * (logits - mask)", "", "y = ALPHA * logits - mask"),
        (arithmetic.other_signs, "y = -logits", "", "y = logits"),
        (arithmetic.other_signs, "y = 1.0 - mask", "", "y = mask"),
        (arithmetic.other_signs, "y = mask", "", "y = 1.0 - mask"),
        (arithmetic.other_comparisons, "y = logits > mask", "", "y = logits >= mask"),
        (arithmetic.other_numbers, "y = 0.3 * logits", "y = x * 0.9", "y = 0.9 * logits"),
        (arithmetic.other_numbers, "y = logits / WIDTH", "y = x / math.sqrt(WIDTH)", "y = logits / math.sqrt(WIDTH)"),
        (arithmetic.other_numbers, "y = logits ** 2", "", "y = logits ** 3"),
        (arithmetic.left_out, "y = logits", "y = x * ALPHA", "y = logits * ALPHA"),
        (arithmetic.left_out, "y = logits", "y = x / (2 * WIDTH)", "y = logits / (2 * WIDTH)"),
        (arithmetic.left_out, "y = logits", "y = x + mask", "y = logits + mask"),
        (arithmetic.residual, "y = model(logits)", "", "y = logits + model(logits)"),
        (arithmetic.beside_the_root, "y = tf.sqrt(logits + 1e-8)", "", "y = tf.sqrt(logits) + 1e-08"),
        (arithmetic.beside_the_root, "y = tf.sqrt(logits) + 1e-8", "", "y = tf.sqrt(logits + 1e-08)"),
    ],
)
def test_a_statement_becomes(rule, tf, torch, wanted):
    assert wanted in statements(rule, tf, torch)


def test_pytorchs_own_number_is_tried_before_others():
    found = sorted(arithmetic.other_numbers(passage("y = 0.3 * logits", "y = x * 0.9")), key=lambda each: each.unlikely)
    assert found[0].new == "0.9"


def test_no_number_is_written_that_only_takes_a_factor_or_a_term_away():
    found = statements(arithmetic.other_numbers, "y = 0.5 * logits + 3", "y = 1 * x + 0")
    assert "y = 1 * logits + 3" not in found
    assert "y = 0.5 * logits + 0" not in found


@pytest.mark.parametrize(
    ("tf", "asked"), [("y = x if flag else 0", "flag"), ("y = x if not flag else 0", "flag"), ("y = a and b", "a")]
)
def test_a_flag_has_no_sign(tf, asked):
    found = statements(arithmetic.other_signs, tf, "")
    assert not any(f"1.0 - {asked}" in each or f"-{asked}" in each for each in found)


def test_what_is_counted_begins_with_a_whole_number():
    tf, torch = "counter, made = SGD(0.1), 0\n    made += 1", "y = 0.05 * x"
    found = statements(arithmetic.other_numbers, tf, torch)
    assert any("SGD(0.1), 1" in each for each in found)
    assert any("SGD(0.05), 0" in each for each in found)
    assert not any("SGD(0.1), 0.05" in each for each in found)
    assert any("y = 0.05" in each for each in statements(arithmetic.other_numbers, "y = 0", torch)), (
        "which counts nothing"
    )


def test_a_term_of_0_and_a_factor_of_1_are_never_lacking():
    found = statements(arithmetic.left_out, "y = f(logits)", "x.flatten(0, 1)")
    assert not {"y = f(logits) + 0", "y = f(logits) * 1"} & set(found)
    assert {"y = f(logits) * 0", "y = f(logits) + 1"} <= set(found)
