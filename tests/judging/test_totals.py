"""Numbers as sums of the totals of values, through the sums and means that either side takes."""

import numpy as np

from compare.judging.frontier import Stretch
from compare.judging.line import compared
from compare.judging.terms import Term, terms_of
from compare.judging.totals import are_numbers, counted_again, scaling, totals
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
