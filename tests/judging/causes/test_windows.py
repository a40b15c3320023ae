"""Functions that pad by PyTorch's number."""

import pytest

from compare.judging.causes.windows import padded_by_a_number
from tests.helpers.passages import statements

ENDS = "[[0, 0], [2, 2], [2, 2], [0, 0]]"


@pytest.mark.parametrize("function", ["tf.nn.conv2d(x, w, 2, {})", "tf.nn.max_pool2d(x, 3, 2, padding={})"])
def test_what_takes_numbers_is_given_pytorchs(function):
    found = statements(padded_by_a_number, f"y = {function.format(repr('SAME'))}", "F.conv2d(x, w, padding=2)")
    assert found[0] == f"y = {function.format(ENDS)}"


def test_a_mean_is_taken_over_zeros_that_stand_there():
    found = statements(padded_by_a_number, "y = tf.nn.avg_pool2d(x, 3, 1, 'SAME')", "F.avg_pool2d(x, 3, 1, 2)")
    assert f"y = tf.nn.avg_pool2d(tf.pad(x, {ENDS}), 3, 1, 'VALID')" in found


def test_one_pixel_is_tried_where_pytorchs_line_has_no_number_and_nothing_where_none_is_padded():
    assert statements(padded_by_a_number, "y = tf.nn.conv2d(x, w, 2, 'SAME')", "self.conv(x)") == [
        "y = tf.nn.conv2d(x, w, 2, [[0, 0], [1, 1], [1, 1], [0, 0]])"
    ]
    assert not statements(padded_by_a_number, "y = tf.nn.conv2d(x, w, 2, 'VALID')", "self.conv(x)")
