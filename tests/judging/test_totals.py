"""Numbers as sums of the totals of values, through the sums and means that either side takes."""

import numpy as np
import pytest

from compare.judging.frontier import Stretch
from compare.judging.line import compared
from compare.judging.terms import Term, terms_of
from compare.judging.totals import DEEPEST, are_numbers, counted_again, counted_otherwise, scaling, totals
from tests.helpers.recorded_operations import Recorded

RNG = np.random.default_rng(4)
X, Y = RNG.normal(size=(4, 3)), RNG.normal(size=4)


def stretches(torch, tf, targets):
    step = compared(torch.end(), tf.end(), 1e-10)
    sides = zip(("torch", "tf"), targets, strict=True)
    return [Stretch(side, step.record(side), step.alike, target) for side, target in sides]


def of(stretch):
    return totals(stretch, terms_of(stretch, stretch.target))


def test_a_number_comes_apart_through_sums_means_and_what_is_spread():
    torch, tf = Recorded(), Recorded()
    for side in (torch, tf):
        side.x, side.y = side.enter(X), side.enter(Y)
    rows = torch.run(1, [torch.x], X.sum(1), "aten.sum.dim_IntList")
    more = torch.run(2, [rows, torch.y], X.sum(1) - 2.5 * Y, "sub")
    more = torch.run(2, [rows, torch.run(2, [torch.y], 2.5 * Y, "mul")], X.sum(1) - 2.5 * Y, "aten.sub.Tensor")
    target = torch.run(3, [more], (X.sum(1) - 2.5 * Y).mean(), "aten.mean.default")
    spread = tf.run(1, [tf.x, tf.y], X + Y[:, None], "AddV2")
    other = tf.run(2, [spread], (X + Y[:, None]).sum(), "Sum")
    one, two = stretches(torch, tf, (target, other))
    assert are_numbers(one, [Term(target, 1.0, 0)])
    assert not are_numbers(one, [Term(rows, 1.0, 0)])
    assert [(each.value, round(each.factor, 9)) for each in of(one)] == [(torch.x, 0.25), (torch.y, -0.625)]
    assert [(each.value, round(each.factor, 9)) for each in of(two)] == [(tf.x, 1), (tf.y, 3)]


def test_a_value_that_is_taken_twice_counts_once_with_both_factors():
    torch, tf = Recorded(), Recorded()
    x, _ = torch.enter(X), tf.enter(X)
    mean, total = torch.run(1, [x], X.mean(), "aten.mean.default"), torch.run(2, [x], X.sum(), "aten.sum.default")
    target = torch.run(3, [total, mean], X.sum() - X.mean(), "aten.sub.Tensor")
    one, _ = stretches(torch, tf, (target, tf.run(1, [0], 5.5)))
    assert [(each.value, round(each.factor, 9)) for each in of(one)] == [(x, round(11 / 12, 9))]


def test_a_sum_of_sums_of_sums_is_followed_so_far():
    torch, tf = Recorded(), Recorded()
    x, _ = torch.enter(X), tf.enter(X)
    made = [torch.run(1, [x], X.sum(), "aten.sum.default")]
    for factor in range(2, DEEPEST + 2):
        shown = torch.run(2, [made[-1]], factor * X.sum(), "aten.mul.Tensor")
        made.append(torch.run(3, [shown], factor * X.sum(), "aten.sum.default"))
    tf.run(1, [0], 5.5)
    ends = [[each.value for each in of(stretches(torch, tf, (end, 1))[0])] for end in made[-2:]]
    assert ends == [[x], [made[0]]]


def lines_counted(torch, tf, targets):
    one, other = stretches(torch, tf, targets)
    pairs = counted_otherwise(one, other, of(one), of(other))
    return [tuple(part.operation.stack[0].line for part in pair) for pair in pairs]


def test_a_factor_is_told_of_what_one_side_adds_up_and_the_other_adds_up_and_averages():
    """The bits of images: torch divides their sum by a number, and tf the mean of those of each by another."""
    torch, tf = Recorded(), Recorded()
    total = torch.run(1, [torch.enter(X)], X.sum(), "aten.sum.default")
    target = torch.run(2, [total], X.sum() / 5, "aten.div.Tensor")
    mean = tf.run(12, [tf.run(11, [tf.enter(X)], X.sum(1), "Sum")], X.sum(1).mean(), "Mean")
    assert lines_counted(torch, tf, (target, tf.run(13, [mean], X.sum(1).mean() / 9, "RealDiv"))) == [(2, 13)]


def test_what_is_added_to_something_larger_counts_as_often_as_that_has_elements():
    """A term that torch adds to each element and tf to each row; both halve what they come to."""
    torch, tf, shift = Recorded(), Recorded(), np.sin(0.7)
    x, spread = torch.enter(X), torch.run(1, [torch.enter(0.7)], shift, "sin")
    more = torch.run(2, [x, spread], X + shift, "aten.add.Tensor")
    rows = torch.run(3, [more], (X + shift).sum(1), "aten.sum.dim_IntList")
    target = torch.run(4, [rows], (X + shift).sum(1) / 2, "aten.mul.Tensor")
    y, alone = tf.enter(X), tf.run(11, [tf.enter(0.7)], shift, "Sin")
    rows = tf.run(12, [tf.run(11, [y], X.sum(1), "Sum"), alone], X.sum(1) + shift, "AddV2")
    other = tf.run(13, [rows], (X.sum(1) + shift) / 2, "Mul")
    assert lines_counted(torch, tf, (target, other)) == [(2, 12)]


@pytest.mark.parametrize("name", ["AddV2", "Mul"])
def test_a_term_may_be_a_number_that_the_other_side_adds(name):
    """The logarithm of a variance, say, that one side computes of a tensor and the other before the step."""
    torch, tf, shift = Recorded(), Recorded(), np.sin(0.7)
    x, spread = torch.enter(X), torch.run(1, [torch.enter(0.7)], shift, "sin")
    more = torch.run(2, [x, spread], X + shift, "aten.add.Tensor")
    target = torch.run(3, [more], (X + shift).sum(1), "aten.sum.dim_IntList")
    rows = tf.run(11, [tf.enter(X)], X.sum(1), "Sum")
    number, value = tf.enter(shift), X.sum(1) + shift
    if name == "Mul":
        number, value = tf.run(11, [tf.enter(Y), number], Y * shift, name), X.sum(1) + Y * shift
    other = tf.run(12, [rows, number], value, "AddV2")
    assert lines_counted(torch, tf, (target, other)) == ([(2, 12)] if name == "AddV2" else [])
    assert lines_counted(tf, torch, (other, target)) == ([(12, 2)] if name == "AddV2" else [])


@pytest.mark.parametrize("name", ["MatMul", "AddV2"])
def test_a_term_that_the_other_side_takes_otherwise_is_no_number_that_it_adds(name):
    torch, tf = Recorded(), Recorded()
    x, y = torch.enter(X), torch.enter(X + 1)
    target = torch.run(2, [torch.run(1, [x, y], 2 * X + 1, "aten.add.Tensor")], (2 * X + 1).sum(1), "aten.sum.default")
    z, w = tf.enter(X), tf.enter(X + 1)
    rows, other = tf.run(11, [z], X.sum(1), "Sum"), tf.run(12, [w, tf.enter(0.3)], X + 1.3, name)
    curved = tf.run(13, [other], np.cos(X[:, 0]), "Cos")
    assert lines_counted(torch, tf, (target, tf.run(14, [rows, curved], X.sum(1) + np.cos(X[:, 0]), "AddV2"))) == []


def test_what_is_added_to_rows_counts_as_often_as_there_are_rows():
    torch, tf, shift = Recorded(), Recorded(), np.sin(0.7)
    rows = torch.run(2, [torch.enter(X)], X.sum(1), "aten.sum.dim_IntList")
    more = torch.run(1, [torch.run(1, [torch.enter(0.7)], shift, "sin")], 2 * shift, "aten.mul.Tensor")
    target = torch.run(3, [rows, more], X.sum(1) + 2 * shift, "aten.add.Tensor")
    spread = tf.run(12, [tf.enter(X), tf.run(11, [tf.enter(0.7)], shift, "Sin")], X + shift, "AddV2")
    one, other = stretches(torch, tf, (target, tf.run(13, [spread], (X + shift).sum(1), "Sum")))
    assert [round(each.factor, 9) for stretch in (one, other) for each in of(stretch)] == [1, 8, 1, 12]


def counted(torch, tf, times):
    """A gap of two values that counts so many times, of which one side has the two, once more, by themselves."""
    ends = []
    for side, more in ((torch, True), (tf, False)):
        one, two = (side.run(number, [side.enter(Y + number)], np.sin(Y + number), "sin") for number in (1, 2))
        gap = side.run(3, [one, two], np.sin(Y + 1) - np.sin(Y + 2), "sub")
        value = times * (np.sin(Y + 1) - np.sin(Y + 2))
        scaled = side.run(4, [gap], value, "mul")
        terms = [Term(gap, times, 3), *([Term(one, 1.0, 4), Term(two, -1.0, 4)] if more else [])]
        ends.append((side.run(5, [scaled], value.mean(), "mean"), terms))
    both = stretches(torch, tf, [end for end, _ in ends])
    return both, [terms for _, terms in ends]


def test_what_counts_once_more_is_where_it_is_multiplied():
    (one, other), (mine, theirs) = counted(Recorded(), Recorded(), 4.0)
    found = counted_again(one, other, (mine[1:], []), (mine, theirs))
    assert found is not None
    assert [each.operation.stack[0].line for each in found] == [4, 4]
    assert counted_again(one, other, (mine[1:2], []), (mine, theirs)) is None
    turned = [mine[1], mine[2]._replace(factor=1.0)]
    assert counted_again(one, other, (turned, []), (mine, theirs)) is None
    assert counted_again(one, other, (mine[1:], theirs), (mine, theirs)) is None


def test_a_sum_and_a_mean_are_what_scales():
    torch, tf = Recorded(), Recorded()
    ends = []
    for side, name, value in ((torch, "sum", X.sum()), (tf, "Mean", X.mean())):
        taken = side.run(1, [side.enter(X)], value, name)
        ends.append(side.run(2, [taken], 3 * value, "mul"))
    one, other = stretches(torch, tf, ends)
    assert [each.operation.stack[0].line for each in scaling(one, other, Term(0, 1.0, 0), Term(0, 1.0, 0))] == [1, 1]
    assert [each.operation.stack[0].line for each in scaling(one, one, Term(0, 1.0, 0), Term(0, 1.0, 0))] == [2, 2]


def test_of_several_multiplications_the_last_is_told_that_is_of_the_term_alone():
    torch, tf = Recorded(), Recorded()
    total = torch.run(1, [torch.enter(X)], X.sum(), "aten.sum.default")
    half = torch.run(3, [torch.run(2, [total], 3 * X.sum(), "aten.mul.Tensor")], X.sum() / 2, "aten.div.Tensor")
    other = torch.run(4, [torch.enter(Y)], Y.sum(), "aten.sum.default")
    joined = torch.run(4, [half, other], X.sum() / 2 + Y.sum(), "aten.add.Tensor")
    tf.enter(X), tf.enter(Y)
    target = torch.run(5, [joined], X.sum() + 2 * Y.sum(), "aten.mul.Tensor")
    one, _ = stretches(torch, tf, (target, tf.run(1, [0], 5.5)))
    assert [each.operation.stack[0].line for each in scaling(one, one, Term(0, 1.0, 0), Term(0, 1.0, 0))] == [3, 3]
