"""Other forms of one formula are passed over."""

import numpy as np

from compare.judging.alike import alike
from compare.judging.forms import advanced, without_signs
from compare.judging.frontier import Stretch
from tests.helpers.recorded_operations import Recorded

X = np.random.default_rng(2).normal(size=(8, 3))
P = np.exp(X) / np.exp(X).sum(1, keepdims=True)


def frontiers(torch, tf, targets):
    records = torch.end(), tf.end()
    found = alike(*records, 1e-10)
    sides = zip(("torch", "tf"), records, targets, strict=True)
    parts = advanced(*(Stretch(side, record, found, target) for side, record, target in sides))
    return [(part.side, part.operation.stack[0].line) for part in parts]


def begun():
    torch, tf = Recorded(), Recorded()
    return torch, tf, torch.enter(X), tf.enter(X)


def test_a_logarithm_and_what_it_is_of_are_passed_over():
    torch, tf, x, z = begun()
    logarithms, shares = torch.run(2, [x], np.log(P)), tf.run(2, [z], P)
    targets = torch.run(3, [logarithms], 1.25), tf.run(3, [shares], 2.75)
    assert frontiers(torch, tf, targets) == [("torch", 3), ("tf", 3)]


def test_what_differs_at_the_end_is_not_passed_over():
    torch, tf, x, z = begun()
    targets = torch.run(2, [x], np.log(P)), tf.run(2, [z], P)
    assert frontiers(torch, tf, targets) == [("torch", 2), ("tf", 2)]


def test_a_sign_that_both_take_is_passed_over():
    torch, tf, x, z = begun()
    negative = torch.run(2, [x], -X, "aten.neg.default")
    total = tf.run(2, [z], X.sum(), "Sum")
    targets = torch.run(3, [negative], -X.mean(), "aten.mean.default"), tf.run(3, [total], -X.sum(), "Neg")
    assert frontiers(torch, tf, targets) == [("torch", 3), ("tf", 2)]


def test_a_sign_that_the_same_side_turns_again_is_passed_over():
    torch, tf, x, z = begun()
    mean = torch.run(3, [torch.run(2, [x], -X, "aten.neg.default")], -X.mean(), "aten.mean.default")
    targets = torch.run(4, [mean], X.mean(), "aten.mul.Tensor"), tf.run(2, [z], X.sum(), "Sum")
    assert frontiers(torch, tf, targets) == [("torch", 3), ("tf", 2)]


def test_a_sign_that_one_side_takes_is_the_difference():
    torch, tf, x, z = begun()
    negative = torch.run(2, [x], -X, "aten.neg.default")
    targets = torch.run(3, [negative], np.exp(-X).sum()), tf.run(3, [z], np.exp(X).sum())
    assert frontiers(torch, tf, targets) == [("torch", 2), ("tf", 3)]


def turned(name, function):
    """A difference of which each side has the negative, and what is made of it; torch takes another sign elsewhere."""
    torch, tf, x, z = begun()
    y, w = torch.enter(P), tf.enter(P)
    one, again, other = torch.run(2, [x, y], X - P), torch.run(2, [x, y], X - P), tf.run(2, [w, z], P - X)
    here, there = torch.run(4, [one], function(X - P), name), tf.run(5, [other], function(P - X) + 0.1, name)
    negative = torch.run(6, [here], -function(X - P), "aten.neg.default")
    return frontiers(torch, tf, (torch.run(7, [negative, again], 1.25), tf.run(7, [there, other], 2.75)))


def test_a_difference_the_other_way_round_is_passed_over_where_a_sign_elsewhere_may_undo_it():
    assert ("tf", 2) not in turned("aten.cumsum.default", np.cumsum)


def test_a_difference_the_other_way_round_counts_where_it_goes_into_a_function():
    """Though torch computes it twice."""
    assert {("torch", 2), ("tf", 2)} <= {*turned("aten.exp.default", np.exp)}


def test_two_signs_that_differ_do_not_make_values_the_same():
    torch, tf, x, z = begun()
    mean = torch.run(2, [x], X.mean(), "aten.mean.default")
    torch.run(3, [mean], -X.mean(), "aten.neg.default")
    tf.run(3, [tf.run(2, [z], -X.mean(), "Mean")], X.mean(), "Neg")
    records = torch.end(), tf.end()
    found = alike(*records, 1e-10)
    assert found.torch[mean] in found.both
    assert found.torch[mean] not in without_signs(*records, found).both
