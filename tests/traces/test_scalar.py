"""A loss is one number; what a loop gives in its place is named, with what to give."""

import re

import numpy as np
import pytest

from compare.traces.scalar import scalar


@pytest.mark.parametrize("value", [0.5, np.float32(0.5), np.array([[0.5]]), np.array(0.5)])
def test_one_number_is_taken_in_whatever_it_comes(value):
    assert scalar(value, "the loss", np.asarray) == 0.5
    assert np.isnan(scalar(np.nan, "the loss", np.asarray))


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ({"loss": 0.5, "mae": 1.0}, "the loss is a dict of loss, mae: expected one number"),
        ((0.5, 0.5), "the loss is a tuple of 2 values: expected one number"),
        (None, "the loss is None: expected one number"),
        ("0.5", "the loss is '0.5': expected one number"),
        (np.zeros((8, 1)), "the loss is an array of shape (8, 1): expected one number"),
        (np.zeros(0), "the loss is an array of shape (0,): expected one number"),
    ],
)
def test_anything_else_is_named_with_what_to_give(value, said):
    with pytest.raises(ValueError, match=re.escape(said)):
        scalar(value, "the loss", np.asarray)


def test_a_value_that_its_framework_does_not_convert_is_shown():
    def refuses(value):
        raise RuntimeError("requires grad")

    with pytest.raises(ValueError, match="the metric mae is <object"):
        scalar(object(), "the metric mae", refuses)
