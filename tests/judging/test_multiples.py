"""A factor by which results differ is followed back to where it comes in."""

import numpy as np
import pytest

from compare.judging.frontier import Stretch
from compare.judging.line import compared
from compare.judging.multiples import divided_otherwise, divided_together, first_multiple, is_multiple, masked_by_one
from compare.traces.fingerprints import fingerprint
from tests.helpers.recorded_operations import Recorded

RNG = np.random.default_rng(3)
X, WEIGHT = RNG.normal(size=(6, 2)), RNG.uniform(1, 2, size=(6, 2))


def stretches(torch, tf, left, right):
    step = compared(torch.end(), tf.end(), 1e-10)
    sides = (("torch", left), ("tf", right))
    return [Stretch(side, step.record(side), step.alike, target) for side, target in sides]


def weighted(recorded, line, name, squares):
    """The mean of squares, each with its weight, on lines of their own."""
    x, weight = recorded.enter(X), recorded.enter(WEIGHT)
    made = recorded.run(line, [x], squares, name)
    taken = recorded.run(line + 1, [made, weight], squares * WEIGHT, "mul")
    return recorded.run(line + 2, [taken], (squares * WEIGHT).mean(), "mean")


@pytest.mark.parametrize("times", [2.0, -0.5, 1 / 32])
def test_the_first_values_that_differ_by_the_factor_are_found(times):
    torch, tf = Recorded(), Recorded()
    ends = weighted(torch, 10, "smooth_l1_loss", X**2), weighted(tf, 20, "Select", times * X**2)
    one, two = first_multiple(*stretches(torch, tf, *ends), *ends)
    assert (one.operation.stack[0].line, two.operation.stack[0].line) == (10, 20)


def test_results_that_differ_by_no_factor_have_no_such_place():
    torch, tf = Recorded(), Recorded()
    ends = weighted(torch, 10, "square", X**2), weighted(tf, 20, "Abs", np.abs(X))
    assert first_multiple(*stretches(torch, tf, *ends), *ends) is None


def test_a_multiple_is_one_of_every_element_in_any_layout():
    one = fingerprint(X)
    assert is_multiple(one, fingerprint(3 * X), 3)
    assert is_multiple(one, fingerprint(-2 * X.T), -2)
    assert not is_multiple(one, fingerprint(3 * X[::-1]), 3)
    assert not is_multiple(one, fingerprint(3 * X), 3.01)
    assert not is_multiple(one, fingerprint(np.append(X, X)), 1)


def reduced(recorded, line, values, name, result):
    made = recorded.run(line, [recorded.enter(X)], values, "select")
    return recorded.run(line + 1, [made], result, name)


def test_one_sum_may_be_divided_by_other_counts():
    """The mean of what is chosen, and of all, of which what is not chosen is zero."""
    chosen, zeroed = X[:3] ** 2, np.concatenate([X[:3] ** 2, np.zeros((3, 2))])
    torch, tf = Recorded(), Recorded()
    ends = reduced(torch, 1, chosen, "mean", chosen.mean()), reduced(tf, 1, zeroed, "Mean", zeroed.mean())
    assert divided_otherwise(*stretches(torch, tf, *ends), *ends)


def test_other_sums_are_not_divided_otherwise():
    torch, tf = Recorded(), Recorded()
    ends = reduced(torch, 1, X, "mean", X.mean()), reduced(tf, 1, X**2, "Mean", (X**2).mean())
    assert not divided_otherwise(*stretches(torch, tf, *ends), *ends)


@pytest.mark.parametrize(
    ("loss", "name", "count", "masks"),
    [
        ("cross_entropy, unreduced", "mean", 5, True),
        ("cross_entropy, unreduced", "mean", X.size, False),
        ("cross_entropy, unreduced", "sum", 5, False),
        ("square", "mean", 5, False),  # of what else it takes is not known
    ],
)
def test_a_mean_of_fewer_than_a_loss_computes_is_of_what_it_does_not_mask(loss, name, count, masks):
    torch, tf = Recorded(), Recorded()
    made = torch.run(1, [torch.enter(X)], X, loss)
    ends = torch.run(2, [made], X.sum() / count, name), reduced(tf, 1, X**2, "Mean", (X**2).mean())
    assert masked_by_one(*stretches(torch, tf, *ends), *ends) is masks


def test_what_both_sides_have_twice_is_no_place_where_a_factor_comes_in():
    torch, tf = Recorded(), Recorded()
    ends = []
    for recorded, times in ((torch, 1.0), (tf, 2.0)):
        single = recorded.run(1, [recorded.enter(X)], np.exp(X), "exp")
        double = recorded.run(2, [single], 2 * np.exp(X), "mul")
        cubes = recorded.run(3, [single, double], times * X**3, "pow")
        ends.append(recorded.run(4, [cubes], (times * X**3).sum(), "sum"))
    one, two = first_multiple(*stretches(torch, tf, *ends), *ends)
    assert (one.operation.stack[0].line, two.operation.stack[0].line) == (3, 3)


def test_a_factor_of_a_product_is_followed_to_what_brings_it_in():
    """Of a rate that both have, and a scale that is another on each side, times what both have."""
    torch, tf = Recorded(), Recorded()
    ends = []
    for recorded, line, scale in ((torch, 10, 0.8), (tf, 20, 0.3)):
        x, rate = recorded.enter(X), recorded.enter(0.07)
        norm = recorded.run(line, [x], scale, "clamp")
        both = recorded.run(line + 1, [rate, norm], 0.07 * scale, "mul")
        ends.append(recorded.run(line + 2, [both, x], 0.07 * scale * X, "mul"))
    one, two = first_multiple(*stretches(torch, tf, *ends), *ends)
    assert (one.operation.stack[0].line, two.operation.stack[0].line) == (10, 20)


def test_a_sum_divided_by_a_count_is_held_against_a_mean():
    torch, tf = Recorded(), Recorded()
    meant = torch.run(11, [torch.run(10, [torch.enter(X)], X**2, "square")], (X**2).mean(), "mean")
    whole = tf.run(21, [tf.run(20, [tf.enter(X)], X**2, "Square")], (X**2).sum(), "Sum")
    divided = tf.run(22, [whole, tf.enter(100.0)], (X**2).sum() / 100, "RealDiv")
    other = tf.run(23, [tf.enter(7.0), tf.enter(100.0)], 0.07, "RealDiv")
    assert divided_otherwise(*stretches(torch, tf, meant, divided), meant, divided)
    assert not divided_otherwise(*stretches(torch, tf, meant, other), meant, other)


def test_the_sum_of_several_is_held_against_what_is_divided_as_a_whole():
    torch, tf = Recorded(), Recorded()
    x = torch.enter(X)
    parts = [torch.run(line, [x], value, "sum") for line, value in ((10, X[:2].sum()), (11, X[2:].sum()))]
    whole = tf.run(20, [tf.enter(X)], X.mean(), "Mean")
    sides = stretches(torch, tf, parts[0], whole)
    assert divided_together(*sides, parts, whole)
    assert not divided_together(*sides, parts[:1], whole)


def test_what_only_changes_the_shape_of_a_factor_is_followed_too():
    torch, tf = Recorded(), Recorded()
    ends = []
    for side, times, name in ((torch, 1.0, "exp"), (tf, 3.0, "cosh")):
        made = side.run(10, [side.enter(X)], times * X**2, name)
        spread = side.run(11, [made], times * X[None] ** 2, "unsqueeze")
        ends.append(side.run(12, [side.enter(WEIGHT), spread], times * X[None] ** 2 * WEIGHT, "mul"))
    one, two = first_multiple(*stretches(torch, tf, *ends), *ends)
    assert (one.operation.stack[0].line, two.operation.stack[0].line) == (10, 10)
