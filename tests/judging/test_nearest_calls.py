"""Calls whose outputs are nearest belong together; what rounding could tell apart only stays in order."""

import numpy as np
import pytest

from compare.judging.nearest_calls import Likeness, nearest


def order(torch, tf):
    """Of each call of tf's the number of torch's, by the outputs of one layer."""
    sides = [{(0, "forward", str(place)): values for place, values in enumerate(side)} for side in (torch, tf)]
    return nearest([[(str(place), str(place)) for place in range(len(torch))]], Likeness(0, *sides))


def outputs(*numbers, size=6):
    return [np.arange(float(size)) + number for number in numbers]


@pytest.mark.parametrize("apart", [1e-6, 1e-3, 1e-2, 1.0])
def test_what_is_moved_a_little_is_told_from_what_is_not(apart):
    assert order(outputs(10, 10 + apart), outputs(10 + apart, 10)) == [1, 0]


def test_rounding_changes_no_order():
    assert order(outputs(10, 10 + 1e-14), outputs(10 + 1e-14, 10)) == [0, 1]


def test_each_call_has_a_partner_of_its_own():
    assert order(outputs(10, 20, 20), outputs(20, 20, 20)) == [0, 1, 2]
    assert order(outputs(20, 20, 10), outputs(10, 20, 20)) == [2, 1, 0]


def test_what_is_left_stays_in_its_place_where_that_is_free():
    assert order(outputs(10, 20, 30, 40), outputs(20, 77, 88, 99)) == [1, 0, 2, 3]


def test_what_was_not_recorded_is_left():
    assert order([None, *outputs(10, 20)], [None, *outputs(20, 10)]) == [0, 2, 1]


def test_an_output_in_another_layout_is_the_same():
    images = [np.random.default_rng(seed).normal(size=(2, 3, 4, 5)) for seed in (0, 1)]
    assert order(images, [np.moveaxis(image, 1, -1) for image in reversed(images)]) == [1, 0]


def test_shapes_decide_only_where_no_values_do():
    short, long = outputs(10, size=5) + outputs(30, size=5), outputs(20)
    assert order([short[0], *long], [*outputs(99), *outputs(77, size=5)]) == [1, 0]
    assert order(short, outputs(88, 99, size=5)) == [0, 1]
