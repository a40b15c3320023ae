"""However a side holds its optimizers, each is found by the part of the model that it trains."""

import pytest

from compare.inputs.side import Side, every_optimizer


@pytest.mark.parametrize(
    ("held", "found"),
    [
        ("adam", {"": "adam"}),
        ({"generator": "adam", "critic": "sgd"}, {"generator": "adam", "critic": "sgd"}),
        (["adam", "sgd"], {0: "adam", 1: "sgd"}),
        (("adam",), {0: "adam"}),
    ],
)
def test_every_optimizer_is_found_by_its_part_or_its_place(held, found):
    assert every_optimizer(held) == found


def test_the_optimizers_of_a_side_stay_as_it_has_them():
    held = {"generator": "adam"}
    every_optimizer(held)["critic"] = "sgd"
    assert held == {"generator": "adam"}


def test_a_side_needs_a_model_a_loss_and_an_optimizer_only():
    side = Side("model", len, "optimizer")
    assert (side.schedule, side.step, side.batches) == (None, None, None)
