"""Fingerprints: what no layout changes, and what another order does."""

import numpy as np
import pytest

from compare.traces.fingerprints import fingerprint

VALUES = np.random.default_rng(1).normal(size=(4, 5, 3))


def test_sums_and_ends_are_those_of_the_values():
    print = fingerprint(np.array([[3.0, -4.0]]))
    assert (print.size, print.total, print.squares, print.magnitudes) == (2, -1, 25, 7)
    assert (print.highest, print.lowest, print.not_finite) == (3, -4, 0)


@pytest.mark.parametrize(
    "moved", [VALUES.transpose(2, 0, 1), VALUES.transpose(1, 0, 2), VALUES[:, None], VALUES.astype(np.longdouble)]
)
def test_no_order_of_the_axes_changes_it_but_in_order(moved):
    one, other = fingerprint(VALUES), fingerprint(moved)
    assert np.allclose(
        one._replace(in_order=0, shape=0, moved=0, moved_shape=0),
        other._replace(in_order=0, shape=0, moved=0, moved_shape=0),
        rtol=1e-13,
        atol=1e-13,
    )


def test_a_reshape_leaves_the_order():
    assert fingerprint(VALUES).in_order == pytest.approx(fingerprint(VALUES.reshape(20, 3)).in_order, rel=1e-13)


def test_a_moved_channel_axis_is_told_where_all_sizes_are_the_same():
    images = np.random.default_rng(1).normal(size=(4, 4, 4, 4))
    one, other = fingerprint(images), fingerprint(np.moveaxis(images, 1, -1))
    assert one.moved == pytest.approx(other.in_order, rel=1e-13)
    assert one.shape == other.shape
    assert abs(one.in_order - other.in_order) > 1e-3


@pytest.mark.parametrize("moved", [VALUES[::-1], np.roll(VALUES, 1, 0), VALUES[:, [1, 0, 2, 3, 4]]])
def test_another_order_of_the_rows_shows(moved):
    one, other = fingerprint(VALUES), fingerprint(moved)
    assert one.total == pytest.approx(other.total, rel=1e-12)
    assert abs(one.by_axes - other.by_axes) > 1e-3
    assert abs(one.in_order - other.in_order) > 1e-3


def test_integers_and_booleans_count_as_numbers():
    assert fingerprint(np.array([True, False])) == fingerprint(np.array([1, 0])) == fingerprint(np.array([1.0, 0.0]))


def test_what_is_not_finite_is_counted_and_changes_no_sum():
    print = fingerprint(np.array([1.0, np.inf, np.nan]))
    assert (print.total, print.not_finite) == (1, 2)


def test_nothing_has_no_size():
    assert set(fingerprint(np.empty((0, 3)))) == {0.0}


@pytest.mark.parametrize("fill", [-1e9, 1e6, -1e30, np.finfo(np.float64).min])
def test_the_fill_of_a_mask_hides_no_other_element(fill):
    masked = np.where(np.arange(12) % 3 == 0, fill, VALUES.ravel()[:12])
    other = np.where(np.arange(12) % 3 == 0, fill, VALUES.ravel()[:12] * (1 + 1e-2))
    one, two = fingerprint(masked), fingerprint(other)
    assert abs(one.in_order - two.in_order) > 1e-7 * one.magnitudes
    assert fingerprint(np.where(masked == fill, fill / 10, masked)) != one


def test_values_that_are_large_throughout_are_taken_as_they_are():
    assert fingerprint(1e7 * (2 + np.abs(VALUES))).total == pytest.approx((1e7 * (2 + np.abs(VALUES))).sum())


def test_a_mask_is_of_zeros_and_ones():
    assert fingerprint(np.eye(3)).is_mask
    assert not fingerprint(np.eye(3) / 2).is_mask
    assert not fingerprint(-np.eye(3)).is_mask


def test_the_negative_of_a_fingerprint_is_that_of_the_negative():
    values = np.random.default_rng(4).normal(size=(3, 4, 2))
    assert fingerprint(values).negative == pytest.approx(fingerprint(-values), rel=1e-12)
