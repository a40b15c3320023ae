"""Where two formulas part when they are followed back from their results, whatever the order of their terms."""

import numpy as np
import pytest

from compare.judging.frontier import Stretch
from compare.judging.line import compared
from compare.judging.lockstep import DEEPEST, UnclearError, descend
from tests.helpers.recorded_operations import Recorded

RNG = np.random.default_rng(5)
X, Y, Z = (RNG.normal(size=(4, 3)) for _ in range(3))


class Side:
    """A side that is given x, y and z; each operation stands on a line of its own, in order."""

    def __init__(self):
        self.recorded, self.line = Recorded(), 0
        self.x, self.y, self.z = (self.recorded.enter(each) for each in (X, Y, Z))

    def do(self, name, value, *inputs):
        self.line += 1
        return self.recorded.run(self.line, list(inputs), np.asarray(value), name)


def parted(torch, tf, target, other):
    """The lines of each pair."""
    step = compared(torch.recorded.end(), tf.recorded.end(), 1e-10)
    stretches = [
        Stretch(name, step.record(name), step.alike, value) for name, value in (("torch", target), ("tf", other))
    ]
    return [(one.operation.stack[0].line, two.operation.stack[0].line) for one, two in descend(*stretches)]


def test_what_both_do_to_a_value_that_differs_is_passed_by():
    torch, tf = Side(), Side()
    one, two = torch.do("aten.exp", np.exp(X), torch.x), tf.do("Sigmoid", 1 / (1 + np.exp(-X)), tf.x)
    values = np.exp(X), 1 / (1 + np.exp(-X))
    ends = [
        side.do("mean", np.tanh(value).mean(), side.do("tanh", np.tanh(value), begun))
        for side, value, begun in ((torch, values[0], one), (tf, values[1], two))
    ]
    assert parted(torch, tf, *ends) == [(1, 1)]


def test_the_terms_of_sums_are_compared_in_whatever_order_they_are_added():
    torch, tf = Side(), Side()
    kept, wrong = np.exp(X).mean(), np.abs(Y).mean()
    other = np.abs(Y).sum()
    a = torch.do("mean", kept, torch.do("exp", np.exp(X), torch.x))  # lines 1 and 2
    b = torch.do("mean", wrong, torch.do("abs", np.abs(Y), torch.y))  # lines 3 and 4
    end = torch.do("add", kept + 2 * wrong, a, torch.do("mul", 2 * wrong, b))
    c = tf.do("Sum", other, tf.do("Abs", np.abs(Y), tf.y))  # lines 1 and 2
    d = tf.do("Mean", kept, tf.do("Exp", np.exp(X), tf.x))  # lines 3 and 4
    finish = tf.do("AddV2", 2 * other + kept, tf.do("Mul", 2 * other, c), d)
    assert parted(torch, tf, end, finish) == [(4, 2)]


def test_of_one_term_that_differs_by_a_factor_the_sums_and_means_that_either_takes_are_passed_by():
    """Bits: torch divides the sum over all by one number, tf the mean of those of each row by another."""
    torch, tf = Side(), Side()
    kept, total = np.abs(Y).mean(), np.sin(X).sum()
    a = torch.do("sum", total, torch.do("sin", np.sin(X), torch.x))  # lines 1 and 2
    b = torch.do("div", total / 5, a)
    end = torch.do("add", kept + total / 5, torch.do("mean", kept, torch.do("abs", np.abs(Y), torch.y)), b)
    c = tf.do("Sum", np.sin(X).sum(1), tf.do("Sin", np.sin(X), tf.x))
    c = tf.do("Mean", total / 4, c)
    d = tf.do("RealDiv", total / 36, c)  # line 4
    finish = tf.do("AddV2", total / 36 + kept, d, tf.do("Mean", kept, tf.do("Abs", np.abs(Y), tf.y)))
    assert parted(torch, tf, end, finish) == [(3, 4)]


def test_of_sums_that_differ_in_one_term_that_one_is_told_though_it_is_written_in_two_ways():
    torch, tf = Side(), Side()
    kept, clipped = np.exp(X).mean(), np.maximum(np.abs(Y).mean(), 0.9)
    wrong = np.maximum(np.abs(Y), 0.9).mean()
    a = torch.do("mean", kept, torch.do("exp", np.exp(X), torch.x))  # lines 1 and 2
    b = torch.do("clamp", clipped, torch.do("mean", np.abs(Y).mean(), torch.do("abs", np.abs(Y), torch.y)))  # 3 to 5
    end = torch.do("add", kept + clipped, a, b)
    c = tf.do("Mean", kept, tf.do("Exp", np.exp(X), tf.x))  # lines 1 and 2
    d = tf.do("Mean", wrong, tf.do("Maximum", np.maximum(np.abs(Y), 0.9), tf.do("Abs", np.abs(Y), tf.y)))  # 3 to 5
    finish = tf.do("AddV2", kept + wrong, c, d)
    assert parted(torch, tf, end, finish) == [(5, 5)]


def test_sums_of_which_one_is_the_negative_of_the_other_are_compared_term_by_term():
    """A mean of logarithms of likelihoods, negated at the end, beside one of their negatives."""
    torch, tf = Side(), Side()
    kept, summed, averaged = -np.exp(X), -np.abs(Y).sum(1, keepdims=True), np.abs(Y).mean(1, keepdims=True)
    a = torch.do("logsigmoid", kept, torch.x)  # line 1
    b = torch.do("sum", summed, torch.do("neg", -np.abs(Y), torch.y))  # lines 2 and 3
    end = torch.do(
        "neg", -(kept + summed).mean(), torch.do("mean", (kept + summed).mean(), torch.do("add", kept + summed, a, b))
    )
    c = tf.do("Softplus", -kept, tf.x)  # line 1
    d = tf.do("Mean", averaged, tf.do("Abs", np.abs(Y), tf.y))  # lines 2 and 3
    finish = tf.do("Mean", (averaged - kept).mean(), tf.do("AddV2", averaged - kept, c, d))
    assert parted(torch, tf, end, finish) == [(3, 3)]


def test_a_factor_that_differs_is_where_the_term_is_taken():
    torch, tf = Side(), Side()
    ends = []
    for side, factor in ((torch, 3.0), (tf, 5.0)):
        kept, scaled = side.do("exp", np.exp(X), side.x), side.do("abs", np.abs(Y), side.y)
        times = side.do("mul", factor * np.abs(Y), scaled)  # line 3
        ends.append(side.do("add", np.exp(X) + factor * np.abs(Y), kept, times))
    assert parted(torch, tf, *ends) == [(3, 3)]


def test_a_term_that_one_side_lacks_is_said_beside_the_sum_of_the_other():
    torch, tf = Side(), Side()
    kept = torch.do("exp", np.exp(X), torch.x)
    end = torch.do("sub", np.exp(X) - np.cos(Z), kept, torch.do("cos", np.cos(Z), torch.z))  # lines 2 and 3
    finish = tf.do("AddV2", np.exp(X) + 0.5, tf.do("Exp", np.exp(X), tf.x))  # line 2, and a constant
    assert parted(torch, tf, end, finish) == [(2, 2)]


def test_of_several_places_those_that_others_depend_on_are_told():
    torch, tf = Side(), Side()
    ends = []
    for side, value in ((torch, np.exp(X)), (tf, np.cosh(X))):
        first = side.do("exp" if side is torch else "cosh", value, side.x)  # line 1
        top, bottom = side.do("sum", value.sum(), first), side.do("max" if side is torch else "min", value.max(), first)
        ends.append(side.do("div", value.sum() / value.max(), top, bottom))
    assert parted(torch, tf, *ends) == [(1, 1)]


def test_what_one_side_does_more_is_told_beside_what_takes_the_value_as_it_is():
    torch, tf = Side(), Side()
    cut = np.minimum(X, 0.1)
    end = torch.do("mean", cut.mean(), torch.do("exp", np.exp(cut), torch.do("clamp", cut, torch.x)))
    assert parted(torch, tf, end, tf.do("Mean", X.mean(), tf.x)) == [(1, 1)]


def test_where_one_side_does_something_more_to_another_value_nothing_is_told():
    torch, tf = Side(), Side()
    end = torch.do("mean", np.exp(X).mean(), torch.do("exp", np.exp(X), torch.x))
    with pytest.raises(UnclearError) as unclear:
        parted(torch, tf, end, tf.do("Mean", Y.mean(), tf.y))
    assert unclear.value.values == (end, tf.recorded.end().operations[0].outputs[0])


@pytest.mark.parametrize("same", [True, False])
def test_a_change_of_shape_or_dtype_is_passed_by(same):
    torch, tf = Side(), Side()
    one = torch.do("view", np.exp(X).ravel(), torch.do("exp", np.exp(X), torch.x))
    value = np.exp(X) if same else np.cosh(X)
    two = tf.do("Cast", value, tf.do("Exp" if same else "Cosh", value, tf.x))
    assert parted(torch, tf, one, two) == ([] if same else [(1, 1)])


def test_where_only_one_side_goes_on_with_another_operation_nothing_is_told():
    """What differs may stand before it."""
    torch, tf = Side(), Side()
    root = torch.do("sqrt", np.sqrt(np.abs(X)), torch.x)
    end = torch.do("mul", np.sqrt(np.abs(X)) * Y, root, torch.y)
    finish = tf.do("MatMul", X + Y, tf.x, tf.y)
    with pytest.raises(UnclearError) as unclear:
        parted(torch, tf, end, finish)
    assert unclear.value.values == (end, finish)


def test_a_mean_of_what_is_chosen_and_one_of_all_part_at_the_mean():
    torch, tf = Side(), Side()
    chosen, zeroed = np.abs(X[:2]), np.vstack([np.abs(X[:2]), np.zeros((2, 3))])
    end = torch.do("mean", chosen.mean(), torch.do("index", chosen, torch.x))
    finish = tf.do("Mean", zeroed.mean(), tf.do("Select", zeroed, tf.x))
    assert parted(torch, tf, end, finish) == [(2, 2)]


def test_a_mean_without_what_a_loss_masks_and_one_of_all_part_at_the_mean():
    torch, tf = Side(), Side()
    masked, whole = np.where(X > 0, X**2, 0), np.abs(X)
    ends = [
        side.do("mean", value.sum() / count, side.do(name, value, side.x))
        for side, value, count, name in ((torch, masked, 5, "nll_loss, unreduced"), (tf, whole, X.size, "Abs"))
    ]
    assert parted(torch, tf, *ends) == [(2, 2)]


def test_what_is_too_far_behind_is_not_told_of_what_is_near():
    torch, tf = Side(), Side()
    ends = []
    for side, begun in ((torch, np.exp(X)), (tf, np.abs(X))):
        value, array = side.do("exp" if side is torch else "Abs", begun, side.x), begun
        for _ in range(DEEPEST + 5):
            array = -1.01 * array
            value = side.do("tanh", array, value)
        ends.append(value)
    with pytest.raises(UnclearError):
        parted(torch, tf, *ends)


def test_a_sum_that_the_other_side_has_by_chance_is_taken_apart():
    """The mean of a loss taken twice is that loss, which the other side has as one of its terms."""
    torch, tf = Side(), Side()
    first, second = np.exp(X).mean(), np.exp(Y).mean()
    a = torch.do("mean", first, torch.do("exp", np.exp(X), torch.x))  # lines 1 and 2
    b = torch.do("mean", second, torch.do("exp", np.exp(Y), torch.y))  # lines 3 and 4
    end = torch.do("div", (first + second) / 2, torch.do("add", first + second, a, b))
    c = tf.do("Mean", first, tf.do("Exp", np.exp(X), tf.x))  # lines 1 and 2
    d = tf.do("Mean", first, tf.do("Exp", np.exp(X), tf.x))  # lines 3 and 4
    finish = tf.do("Mul", first, tf.do("AddV2", 2 * first, c, d))
    assert parted(torch, tf, end, finish) == [(4, 4)]


@pytest.mark.parametrize("by", [12, 4])
def test_terms_that_are_divided_together_are_held_against_the_mean_of_their_sum(by):
    torch, tf = Side(), Side()
    along, across = np.abs(np.diff(X, axis=0)), np.abs(np.diff(X, axis=1))
    each = np.array([along.sum() / 2 + across.sum() / 2] * 2)
    a = torch.do("sum", along.sum(), torch.do("abs", along, torch.do("sub", np.diff(X, axis=0), torch.x)))  # 1 to 3
    b = torch.do("sum", across.sum(), torch.do("abs", across, torch.do("sub", np.diff(X, axis=1), torch.x)))  # 4 to 6
    total = torch.do("add", along.sum() + across.sum(), a, b)  # 7
    divided = torch.do("div", (along.sum() + across.sum()) / by, total)  # 8
    kept = torch.do("mean", Y.mean(), torch.y)
    end = torch.do("add", (along.sum() + across.sum()) / by + Y.mean(), divided, kept)
    mean = tf.do("Mean", each.mean(), tf.do("Variation", each, tf.x))  # lines 1 and 2
    finish = tf.do("AddV2", each.mean() + Y.mean(), mean, tf.do("Mean", Y.mean(), tf.y))
    assert parted(torch, tf, end, finish) == [(7, 2)]


@pytest.mark.parametrize("turned", [True, False])
def test_a_negative_that_is_turned_behind_is_passed_by(turned):
    """Logarithms of likelihoods beside their negatives, each divided by another count of what both have."""
    torch, tf = Side(), Side()
    counts, logs = np.array([[1.0], [2.0], [4.0], [3.0]]), np.log(np.abs(Y))
    by, others = (side.recorded.enter(counts) for side in (torch, tf))
    torch.do("mean", counts.mean(), by)  # line 1 of both
    count = tf.do("Mean", counts.mean(), others)
    end = torch.do("div", logs / counts, torch.do("log", logs, torch.y), by)  # lines 2 and 3
    end = torch.do("neg", -logs / counts, end) if turned else end
    end = torch.do("mean", (logs / counts).mean() * (-1 if turned else 1), end)
    finish = tf.do("RealDiv", -logs / counts.mean(), tf.do("Softplus", -logs, tf.y), count)  # lines 2 and 3
    finish = tf.do("Mean", (-logs / counts.mean()).mean(), finish)
    assert parted(torch, tf, end, finish) == ([(3, 3)] if turned else [(2, 2)])


def test_of_what_is_squared_the_sign_tells_nothing():
    torch, tf = Side(), Side()
    gaps = np.exp(X) - Y, Y - np.cosh(X)
    one = torch.do("sub", gaps[0], torch.do("exp", np.exp(X), torch.x), torch.y)
    two = tf.do("Sub", gaps[1], tf.y, tf.do("Cosh", np.cosh(X), tf.x))
    ends = torch.do("pow", gaps[0] ** 2, one), tf.do("Mul", gaps[1] ** 2, two, two)
    assert parted(torch, tf, *ends) == [(1, 1)]


@pytest.mark.parametrize("name", ["Max", "Cumsum"])
def test_a_mean_of_a_sum_is_compared_with_the_sum_of_means(name):
    torch, tf = Side(), Side()
    kept, wrong, right = np.exp(X).sum(1), np.abs(Y).min(1), np.abs(Y).max(1)
    a = torch.do("sum", kept, torch.do("exp", np.exp(X), torch.x))  # lines 1 and 2
    b = torch.do("amax", 3 * right, torch.do("abs", np.abs(Y), torch.y))  # lines 3 and 4
    end = torch.do("mean", (kept + 3 * right).mean(), torch.do("add", kept + 3 * right, a, b))
    c = tf.do(name, wrong, tf.do("Abs", np.abs(Y), tf.y))  # lines 1 and 2
    d = tf.do("Mul", 3 * wrong.mean(), tf.do("Mean", wrong.mean(), c))
    e = tf.do("Mean", kept.mean(), tf.do("Sum", kept, tf.do("Exp", np.exp(X), tf.x)))
    assert parted(torch, tf, end, tf.do("AddV2", 3 * wrong.mean() + kept.mean(), d, e)) == [(4, 2)]


def test_one_value_and_a_sum_of_several_are_one_formula_written_in_two_ways():
    """A square of a difference, and the squares and the product that it is; numbers that are added tell nothing."""
    torch, tf = Side(), Side()
    gap = torch.do("pow", (X - Y) ** 2, torch.do("sub", X - Y, torch.x, torch.y))
    end = torch.do("exp", np.exp((X - Y) ** 2 + 2), torch.do("add", (X - Y) ** 2 + 2, gap))
    one, two = tf.do("Square", X**2, tf.x), tf.do("Square", Z**2, tf.z)
    both = tf.do("AddV2", X**2 + Z**2, one, two)
    more = tf.do("AddV2", X**2 + Z**2 + 2, both, tf.recorded.enter(2.0))
    with pytest.raises(UnclearError) as unclear:
        parted(torch, tf, end, tf.do("Exp", np.exp(X**2 + Z**2 + 2), more))
    assert unclear.value.values == (gap, both)
