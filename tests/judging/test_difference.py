"""A difference names what is wrong first: missing, shape, NaN, and only then the values."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from compare.judging.difference import difference, difference_at, difference_in_any_layout, relative_gap, told_apart

PROPERTY = settings(max_examples=50, deadline=None)
FINITE = st.floats(-1e30, 1e30)
TENSORS = arrays(np.float64, array_shapes(max_dims=3, max_side=4), elements=FINITE)


@PROPERTY
@given(TENSORS)
def test_equal_tensors_do_not_differ(tensor):
    found = difference(tensor, tensor.copy())
    assert (found.kind, found.max_abs, found.max_rel, found.max_ulp) == ("value", 0, 0, 0)
    assert not found.structural


@PROPERTY
@given(TENSORS, st.data())
def test_the_worst_element_decides_and_is_named(tensor, data):
    index = tuple(data.draw(st.integers(0, side - 1)) for side in tensor.shape)
    other = tensor + np.where(np.abs(tensor) > 1, 1e-9 * tensor, 0)
    other[index] += 1e31
    found = difference(tensor, other)
    expected = abs(other[index] - tensor[index])
    assert found.max_abs == expected
    assert found.max_rel == expected / max(np.abs(tensor).max(), np.abs(other).max())
    assert found.detail == "at {} torch {}, tf {}".format(list(index), *told_apart(tensor[index], other[index]))


@PROPERTY
@given(TENSORS, st.data())
def test_which_side_is_which_changes_no_number(tensor, data):
    other = data.draw(arrays(np.float64, tensor.shape, elements=FINITE))
    one, two = difference(tensor, other), difference(other, tensor)
    assert (one.max_abs, one.max_rel, one.max_ulp) == (two.max_abs, two.max_rel, two.max_ulp)


def test_an_outlier_is_not_averaged_away():
    many = np.ones(10_000)
    outlier = many.copy()
    outlier[1234] = 2
    assert difference(many, outlier).max_rel == 0.5


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_one_ulp_is_one_ulp_in_every_precision(dtype):
    one = np.array([1], dtype)
    found = difference(one, np.nextafter(one, np.array(2, dtype)))
    eps = np.finfo(dtype).eps
    assert found.max_ulp == 1
    assert found.max_abs == eps
    assert found.max_rel == pytest.approx(float(eps), rel=2 * float(eps))


def test_the_scale_is_the_tensors_and_not_the_elements():
    # An element near zero is a cancellation: it is exact to an ulp of what cancelled, not of itself.
    found = difference(np.array([8.0, 1e-20]), np.array([8.0, 2e-20]))
    assert found.max_rel == 1e-20 / 8


def test_a_missing_tensor_is_named_with_the_side_that_lacks_it():
    present = np.zeros((2, 3))
    assert difference(None, present).kind == "missing in torch"
    assert difference(present, None).kind == "missing in tf"
    assert difference(present, None).shape == difference(None, present).shape == "2x3"
    assert difference(present, None).structural
    assert difference(present, None).max_rel == np.inf


def test_another_shape_is_a_finding_even_where_it_would_broadcast():
    found = difference(np.zeros((4, 1)), np.zeros(4))
    assert (found.kind, found.detail, found.max_rel) == ("shape", "torch 4x1, tf 4", np.inf)
    assert found.structural


def test_another_shape_is_judged_before_nan():
    assert difference(np.full((2, 1), np.nan), np.zeros(2)).kind == "shape"


@pytest.mark.parametrize(
    ("torch", "tf"), [(np.nan, np.nan), (np.nan, 0), (0, np.inf), (-np.inf, 0), (np.inf, -np.inf), (np.inf, np.nan)]
)
def test_what_is_not_finite_is_no_agreement_and_said_where_it_first_is_none(torch, tf):
    sides = [np.array([[np.inf, 0.0], [value, value]]) for value in (torch, tf)]
    found = difference(*sides)
    assert (found.kind, found.max_rel) == ("not finite", np.inf)
    assert found.detail == "at [1, 0] torch {}, tf {}".format(*told_apart(*(side[1, 0] for side in sides)))
    assert found.structural


@pytest.mark.parametrize("value", [np.inf, -np.inf])
def test_equal_infinities_agree_and_all_else_is_judged_by_its_values(value):
    assert difference(np.array([value, 2.0]), np.array([value, 2.0])).max_rel == 0
    found = difference(np.array([value, 2.0]), np.array([value, 1.0]))
    assert (found.kind, found.max_abs, found.max_rel) == ("value", 1.0, 0.5)
    assert found.detail == "at [1] torch 2, tf 1"
    assert difference(np.full(2, value), np.full(2, value)).max_rel == 0


def test_floats_of_another_precision_differ_in_dtype_and_say_by_how_much():
    found = difference(np.array([0.1]), np.array([0.1], np.float32))
    assert (found.kind, found.max_abs) == ("dtype", float(np.float32(0.1)) - 0.1)
    assert "torch float64, tf float32" in found.detail
    assert not found.structural


def test_integers_of_another_width_do_not_differ():
    assert difference(np.array([1, 2], np.int64), np.array([1, 2], np.int32)).kind == "value"


@pytest.mark.parametrize("other", [np.array([1.0]), np.array([True])])
def test_integers_differ_in_dtype_from_what_is_no_integer(other):
    assert difference(np.array([1]), other).kind == "dtype"


def test_a_constant_rounded_to_float32_is_recognised_on_either_side():
    exact = np.array([0.1, 0.9])
    rounded = exact.astype(np.float32).astype(np.float64)
    assert difference(exact, rounded).rounded
    assert difference(rounded, exact).rounded
    assert not difference(exact, rounded * (1 + 1e-9)).rounded


def test_a_scalar_has_no_index_and_an_empty_tensor_no_difference():
    assert difference(np.array(1.0), np.array(2.0)).detail == "torch 1, tf 2"
    assert difference(np.array(1.0), np.array(2.0)).shape == "scalar"
    assert difference(np.zeros((0, 3)), np.zeros((0, 3))).max_abs == 0


def test_the_relative_gap_is_of_the_greater_magnitude():
    gap = relative_gap(np.array([1.0, -4.0, 0.0, 3.0]), np.array([2.0, -1.0, 0.0, -3.0]))
    assert gap.tolist() == [0.5, 0.75, 0.0, 2.0]


@PROPERTY
@given(arrays(np.float64, 5), arrays(np.float64, 5))
def test_the_relative_gap_is_symmetric_and_infinite_where_either_is_not_finite(one, two):
    gap = relative_gap(one, two)
    np.testing.assert_array_equal(gap, relative_gap(two, one))
    assert not np.isnan(gap).any()
    assert np.isinf(gap[~(np.isfinite(one) & np.isfinite(two))]).all()


def test_large_integers_that_differ_by_one_differ():
    assert difference(np.array([2**53]), np.array([2**53 + 1])).max_abs == 1


@pytest.mark.parametrize("stage", ["batch", "forward", "gradient", "rate", "state"])
def test_what_one_side_may_leave_out_is_not_shown_and_no_finding(stage):
    found = difference_at(stage, np.ones(2), None, 0.0)
    assert (found.kind, found.structural) == ("not shown in tf", False)
    assert difference_at(stage, None, np.ones(2), 0.0).kind == "not shown in torch"


@pytest.mark.parametrize("stage", ["weights", "loss", "update", "buffer"])
def test_what_no_side_may_leave_out_is_missing(stage):
    found = difference_at(stage, np.ones(2), None, 0.0)
    assert (found.kind, found.structural) == ("missing in tf", True)


def test_a_smaller_batch_of_other_examples_is_a_finding_and_no_part():
    whole = np.arange(12.0).reshape(6, 2)
    for part in (whole[:3], whole[1::2], whole[2:4].astype(np.float32)):
        assert difference_at("batch", whole, part, 0.0).kind == "batch size"
        assert difference_at("batch", part, whole, 0.0).kind == "batch size"
    assert difference_at("batch", whole, np.stack([whole[0], [7.0, 7.0]]), 0.0).kind == "shape"
    assert difference_at("batch", np.arange(4), np.array([1, 9]), 0.0).kind == "shape"


@pytest.mark.parametrize(
    ("stage", "torch", "tf", "kind"),
    [
        ("batch", (8, 3), (4, 3), "batch size"),
        ("forward", (8,), (4,), "batch size"),
        ("forward", (8, 3), (8, 4), "shape"),
        ("forward", (8, 3), (4, 2), "shape"),
        ("forward", (8, 1), (8,), "shape"),
        ("forward", (), (3,), "shape"),
        ("gradient", (8, 3), (4, 3), "shape"),
    ],
)
def test_a_batch_or_an_output_of_fewer_examples_is_a_part_and_any_other_shape_a_finding(stage, torch, tf, kind):
    found = difference_at(stage, np.ones(torch), np.ones(tf), 0.0)
    assert (found.kind, found.structural) == (kind, kind == "shape")


def test_an_output_that_repeats_along_a_further_axis_is_no_difference_where_the_values_agree():
    positions = np.arange(12.0).reshape(3, 4)
    repeated = np.broadcast_to(positions, (5, 3, 4))
    assert difference_in_any_layout(positions, repeated, 0.0).max_rel == 0
    assert difference_in_any_layout(positions, repeated + np.eye(5)[0][:, None, None], 1e-9).kind == "shape"


def test_one_example_of_equally_many_axes_repeats_too():
    positions = np.arange(12.0).reshape(1, 3, 4)
    assert difference_in_any_layout(positions, np.repeat(positions, 5, 0), 0.0).max_rel == 0
    assert difference_in_any_layout(positions, np.repeat(positions, 5, 1), 0.0).kind == "shape"
    assert difference_in_any_layout(np.arange(4.0), positions, 0.0).kind == "shape"


@pytest.mark.parametrize(
    ("torch", "tf", "expected"),
    [
        (0.0009999941153790992, 0.0009998072709798134, ("0.001", "0.0009998")),
        (0.5, 0.25, ("0.5", "0.25")),
        (np.float32(0.1), np.float32(0.2), ("0.1", "0.2")),
        (3.0, 3.0000000003, ("3", "3.0000000003")),
        (np.nan, 2.0, ("nan", "2")),
        (1.0, 1.0, ("1.0", "1.0")),
        (np.int64(3), np.int64(4), ("3", "4")),
        (True, False, ("True", "False")),
        (3, 3.5, ("3", "3.5")),
    ],
)
def test_two_numbers_have_as_many_digits_as_tell_them_apart(torch, tf, expected):
    assert told_apart(torch, tf) == expected


def test_numbers_of_classes_are_the_same_as_ones_for_each():
    numbers = np.array([2, 0, 1, 2])
    ones = np.eye(3)[numbers]
    for torch, tf in ((numbers, ones), (ones, numbers)):
        assert difference_at("batch", torch, tf, 0.0).max_abs == 0
    assert difference_at("batch", numbers, np.eye(3)[numbers[::-1]], 0.0).kind == "shape"
    assert difference_at("batch", numbers, 2 * ones, 0.0).kind == "shape"


def test_an_image_is_the_sequence_of_its_places():
    images = np.random.default_rng(0).normal(size=(2, 8, 3, 2))
    sequence = np.moveaxis(images, 1, -1).reshape(2, 6, 8)
    for sides in ((images, sequence), (sequence, images)):
        assert difference_in_any_layout(*sides, 1e-12).max_rel == 0
    assert difference_in_any_layout(images, sequence[:, ::-1], 1e-12).max_rel > 0.1
    assert difference_in_any_layout(images[0, 0, 0, 0], sequence[:1, :1, :1], 1e-12).max_rel == 0


def test_values_that_are_by_far_closer_in_another_order_of_their_axes_are_compared_in_that_one():
    images = np.random.default_rng(0).normal(size=(2, 4, 4, 4))
    moved = np.moveaxis(images, 1, -1) * 1.001
    assert difference_in_any_layout(images, moved, 1e-9).max_rel == pytest.approx(0.001 / 1.001)
    other = np.random.default_rng(1).normal(size=images.shape)
    assert difference_in_any_layout(images, other, 1e-9) == difference(images, other)
