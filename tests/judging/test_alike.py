"""Alike: which values of two sides are the same."""

import numpy as np
import pytest

from compare.judging.alike import alike, is_plain, same
from compare.traces.fingerprints import fingerprint
from tests.helpers.recorded_operations import Recorded

VALUES = np.random.default_rng(1).normal(size=(4, 6, 3))
TOLERANCE = 1e-10


@pytest.mark.parametrize(
    "moved", [VALUES.transpose(2, 0, 1), VALUES.reshape(24, 3), VALUES * (1 + 1e-13), VALUES[None]]
)
def test_a_layout_and_rounding_make_no_difference(moved):
    assert same(fingerprint(VALUES), fingerprint(moved), TOLERANCE)


@pytest.mark.parametrize(
    "other", [VALUES[::-1], -VALUES, VALUES + 1e-6, VALUES * (1 + 1e-8), np.abs(VALUES), VALUES[:3], VALUES**2]
)
def test_everything_else_does(other):
    assert not same(fingerprint(VALUES), fingerprint(other), TOLERANCE)


def test_a_square_matrix_is_not_its_transpose_unless_that_is_allowed():
    square = VALUES.reshape(24, 3)[:3]
    one, other = fingerprint(square), fingerprint(square.T)
    assert not same(one, other, TOLERANCE)
    assert same(one, other, TOLERANCE, transposed=True)


def test_images_whose_channels_are_moved_have_an_order_which_may_be_asked_for():
    images = np.random.default_rng(2).normal(size=(2, 3, 5, 5))
    last, turned = images.transpose(0, 2, 3, 1), images.transpose(0, 3, 2, 1)
    for other, in_order in ((last, True), (turned, False)):
        assert same(fingerprint(images), fingerprint(other), TOLERANCE)
        assert same(fingerprint(images), fingerprint(other), TOLERANCE, in_order=True) is in_order


def test_each_layout_of_a_value_tells_what_the_other_side_has_of_it():
    """Heads that are repeated and laid out anew, of which the other side has the second in an order of its own."""
    repeated = np.random.default_rng(3).normal(size=(4, 2, 2, 5, 3))
    torch, tf = Recorded(), Recorded()
    torch.enter(repeated), torch.enter(repeated.reshape(4, 4, 5, 3))
    tf.enter(repeated.transpose(0, 3, 1, 2, 4).reshape(4, 5, 4, 3))
    found = alike(torch.end(), tf.end(), TOLERANCE)
    assert found.tf[0] == found.torch[1] == found.torch[0]


def test_a_reshape_in_the_place_of_a_transpose_is_another_value():
    heads = np.random.default_rng(3).normal(size=(4, 6, 2, 3))
    torch, tf = Recorded(), Recorded()
    torch.enter(heads.reshape(4, 6, 6)), torch.enter(heads), torch.enter(heads.transpose(0, 2, 1, 3))
    tf.enter(heads.reshape(4, 6, 6)), tf.enter(heads.reshape(4, 2, 6, 3))
    found = alike(torch.end(), tf.end(), TOLERANCE)
    assert found.torch[2] not in found.both


@pytest.mark.parametrize(
    ("array", "plain"),
    [
        (0.0, True),
        (1.0, True),
        (np.zeros(8), True),
        (np.full(8, 3.0), True),
        (np.full(4, -np.inf), True),
        (0.703, False),
        (17.0, False),
        (np.arange(4), False),
    ],
)
def test_what_many_values_have_by_chance_tells_nothing(array, plain):
    assert is_plain(fingerprint(np.asarray(array, np.float64))) is plain


def test_channels_may_come_first_or_last_though_all_sizes_are_the_same():
    images = np.random.default_rng(1).normal(size=(4, 4, 4, 4))
    one, other = fingerprint(images), fingerprint(np.moveaxis(images, 1, -1))
    assert same(one, other, TOLERANCE)
    assert same(other, one, TOLERANCE)
    assert not same(one, fingerprint(np.swapaxes(images, 0, 1)), TOLERANCE)


def test_values_of_both_sides_share_a_class_and_those_of_one_do_not():
    torch, tf = Recorded(), Recorded()
    shared, alone = torch.enter(VALUES), torch.enter(VALUES + 1)
    other = tf.enter(VALUES.transpose(0, 2, 1))
    found = alike(torch.end(), tf.end(), TOLERANCE)
    assert found.torch[shared] == found.tf[other]
    assert found.both == {found.torch[shared]}
    assert found.torch[alone] not in found.both


def test_one_content_twice_on_a_side_is_one_class():
    torch = Recorded()
    one, again = torch.enter(VALUES), torch.enter(VALUES[:, None])
    assert len({alike(torch.end(), Recorded().end(), TOLERANCE).torch[each] for each in (one, again)}) == 1


SQUARE = VALUES.reshape(24, 3)[:3]


def gradient(values, layout, of="w", times=2.0):
    """A step whose weight has such a gradient, and what an optimizer makes of it."""
    recorded = Recorded()
    weight = recorded.weight("w", layout(SQUARE))
    loss = recorded.run(1, [weight], values.sum(), "sum")
    recorded.back(loss, weight if of == "w" else recorded.enter(1.5), layout(values))
    passed = recorded.end().edges[0].gradient
    moved = recorded.run(2, [passed], layout(times * values), "mul")
    return recorded.end(), passed, moved


@pytest.mark.parametrize(("of", "expected"), [("w", True), ("no weight", False)])
def test_a_square_weight_its_gradient_and_what_is_made_of_these_may_be_transposed(of, expected):
    values = np.cos(SQUARE)
    (torch, *mine), (tf, *theirs) = (gradient(values, layout, of) for layout in (np.asarray, np.transpose))
    found = alike(torch, tf, TOLERANCE)
    same_class = [found.torch[one] == found.tf[other] for one, other in zip(mine, theirs, strict=True)]
    assert same_class == [expected, expected]
    assert found.torch[torch.weights["w"]] == found.tf[tf.weights["w"]]


def test_a_value_whose_negative_the_other_side_has_is_of_its_class_with_a_sign():
    torch, tf = Recorded(), Recorded()
    ours = [torch.run(1, [], values) for values in (np.exp(SQUARE), SQUARE)]
    theirs = [tf.run(1, [], values) for values in (-np.exp(SQUARE), SQUARE)]
    found = alike(torch.end(), tf.end(), TOLERANCE)
    number, sign = found.signs["torch"][ours[0]]
    assert found.signs["tf"] == {theirs[0]: (number, -sign)}
    assert ours[1] not in found.signs["torch"], "both have it as it is"


def test_a_gradient_that_is_copied_to_where_it_is_kept_may_be_transposed_too():
    values, kept = np.cos(SQUARE), []
    for layout in (np.asarray, np.transpose):
        recorded = Recorded()
        weight = recorded.weight("w", layout(SQUARE))
        loss = recorded.run(1, [weight], values.sum(), "sum")
        recorded.back(loss, weight, layout(values))
        empty, passed = recorded.enter(np.full((3, 3), 7.0)), recorded.end().edges[0].gradient
        copied = recorded.run(2, [empty, passed], layout(np.array(values)), "aten.copy_.default")
        kept.append((recorded.run(3, [copied], layout(3 * values), "mul"), recorded.end()))
    (mine, torch), (theirs, tf) = kept
    found = alike(torch, tf, TOLERANCE)
    assert found.torch[mine] == found.tf[theirs]


def test_what_tf_has_in_one_layout_is_torchs_in_two():
    """As values of heads, which torch splits before it moves the heads, and tf has with heads behind the words."""
    torch, tf = Recorded(), Recorded()
    split = VALUES.reshape(4, 6, 3)[..., None] * [1.0, 2.0]
    one = [torch.enter(each) for each in (split.reshape(4, 6, 6), split, split.transpose(0, 2, 1, 3))]
    other = [tf.enter(each) for each in (split.reshape(4, 6, 6), split)]
    found = alike(torch.end(), tf.end(), TOLERANCE)
    assert len({found.torch[each] for each in one} | {found.tf[each] for each in other}) == 1
    assert found.both == {found.torch[one[0]]}


def test_what_is_transposed_is_not_the_same_though_one_side_has_it_in_another_shape_too():
    """As a bias of each place for each, which torch has with the heads first as well."""
    torch, tf = Recorded(), Recorded()
    places = np.random.default_rng(3).normal(size=(6, 6, 2))
    torch.enter(places), torch.enter(places.transpose(2, 0, 1))
    tf.enter(places.transpose(1, 0, 2))
    assert not alike(torch.end(), tf.end(), TOLERANCE).both
    tf.enter(places)
    assert alike(torch.end(), tf.end(), TOLERANCE).both


def test_ones_that_only_a_backward_pass_spreads_are_no_constant_of_a_formula():
    """An argmax that came to one everywhere is looked behind, though the other side's gradients begin with ones."""
    recorded = Recorded()
    x = recorded.enter(VALUES)
    recorded.run(1, [x], np.zeros(8), "zeros")
    recorded.run(2, [recorded.run(1, [x], 5.5, "sum")], np.ones(8), "expand", of=1)
    found = alike(recorded.end(), Recorded().end(), TOLERANCE)
    assert found.constants == {"torch": {(8.0, 0.0)}, "tf": set()}
