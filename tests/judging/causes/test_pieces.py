"""Other parts of a value, other variables, other attributes."""

import pytest

from compare.judging.causes import pieces
from tests.helpers.passages import statements


@pytest.mark.parametrize(
    ("rule", "tf", "torch", "wanted"),
    [
        (pieces.other_parts, "y = logits[:, 1:]", "", "y = logits[:, :-1]"),
        (pieces.other_parts, "y = logits[..., 0]", "", "y = logits[..., 1]"),
        (pieces.other_parts, "y = logits[:half]", "", "y = logits[half:]"),
        (pieces.other_parts, "y = logits[:half]", "", "y = logits[:half + 1]"),
        (pieces.other_parts, "y = logits[0]", "", "y = logits"),
        (pieces.parts_left_out, "y = logits", "", "y = logits[:, :-1]"),
        (pieces.parts_left_out, "y = logits", "y = logits.squeeze(-1)", "y = logits[..., 0]"),
        (pieces.other_names, "y = logits", "", "y = mask"),
        (pieces.exchanged_names, "y = f(logits + mask, [mask])", "", "y = f(mask + logits, [logits])"),
        (pieces.other_attributes, "y = model.first(model.second(x))", "", "y = model.second(model.second(x))"),
    ],
)
def test_a_statement_becomes(rule, tf, torch, wanted):
    assert wanted in statements(rule, tf, torch)


def test_an_array_of_the_batch_is_no_part_of_it():
    assert "y = batch" not in statements(pieces.other_parts, 'y = batch["x"]')
