"""How much is padded on each side, where a layer before adds zeros of its own."""

import pytest

from compare.traces.settings.padding import UNEVEN, same, widened


def test_zeros_of_a_layer_before_add_to_the_padding_of_each_axis():
    assert widened([1, 2], near=(3, 0), far=(3, 0)) == [4, 2]


@pytest.mark.parametrize(
    ("padding", "far"), [([0, 0], (1, 2)), (UNEVEN, (1, 1))], ids=["more zeros on the far side", "uneven padding"]
)
def test_padding_that_no_number_says_is_uneven(padding, far):
    assert widened(padding, near=(1, 1), far=far) == UNEVEN


@pytest.mark.parametrize(("totals", "expected"), [([2, 4], [1, 2]), ([2, 3], UNEVEN), ([], []), (None, UNEVEN)])
def test_a_total_is_divided_evenly_or_uneven(totals, expected):
    assert same(totals) == expected
