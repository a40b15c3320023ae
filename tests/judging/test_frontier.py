"""The frontier: the first operations that make of what both sides have something that only one has."""

import numpy as np

from compare.judging.alike import alike
from compare.judging.frontier import Stretch, overlap, pairs
from tests.helpers.recorded_operations import Recorded

X = np.random.default_rng(2).normal(size=(8, 3))
Y = np.random.default_rng(3).normal(size=(8, 3))


def stretches(torch, tf, targets):
    records = torch.end(), tf.end()
    found = alike(*records, 1e-10)
    return [
        Stretch(side, each, found, target) for side, each, target in zip(("torch", "tf"), records, targets, strict=True)
    ]


def lines(stretch):
    return [part.operation.stack[0].line for part in stretch.frontier()]


def begun():
    torch, tf = Recorded(), Recorded()
    return torch, tf, torch.enter(X), tf.enter(X)


def test_the_frontier_is_what_has_only_matched_inputs():
    torch, tf, x, z = begun()
    squared, other = torch.run(2, [x], X**2), tf.run(2, [z], X**2)
    targets = torch.run(3, [squared], (X**2).mean()), tf.run(3, [other], (X**2).sum())
    assert [lines(each) for each in stretches(torch, tf, targets)] == [[3], [3]]


def test_what_only_one_side_has_is_passed_over_where_its_result_is_matched_again():
    torch, tf, x, z = begun()
    doubled = torch.run(2, [x], 2 * X)
    both, other = torch.run(3, [doubled], 4 * X), tf.run(9, [z], 4 * X)
    targets = torch.run(4, [both], (4 * X).mean()), tf.run(10, [other], (4 * X).max())
    assert [lines(each) for each in stretches(torch, tf, targets)] == [[4], [10]]


def test_the_flow_of_the_data_counts_and_not_the_time():
    torch, tf, x, z = begun()
    early, late = torch.run(2, [x], np.exp(X)), torch.run(3, [x], np.sin(X))
    other = tf.run(2, [z], np.exp(X) / 2)
    same = tf.run(3, [z], np.sin(X))
    targets = torch.run(4, [early, late], np.exp(X).sum() + np.sin(X).sum()), tf.run(4, [other, same], 5.25)
    assert [lines(each) for each in stretches(torch, tf, targets)] == [[2], [2]]


def test_a_constant_is_never_looked_behind():
    torch, tf, x, z = begun()
    one = tf.run(1, [], np.ones((8, 3)))
    targets = torch.run(2, [x], X.mean()), tf.run(2, [z, one], X.sum())
    assert lines(stretches(torch, tf, targets)[1]) == [2]


def test_shapes_that_are_computed_are_not_looked_behind():
    torch, tf, x, z = begun()
    shape = tf.run(1, [tf.enter(np.array([8, 3]))], np.array([24, 1]))
    targets = torch.run(2, [x], X.mean()), tf.run(2, [z, shape], X.sum())
    assert lines(stretches(torch, tf, targets)[1]) == [2]


def test_a_mask_that_is_computed_of_no_data_is_looked_behind():
    torch, tf, x, z = begun()
    masks = torch.run(1, [], np.tril(np.ones((8, 8)))), tf.run(1, [], np.triu(np.ones((8, 8))))
    targets = torch.run(2, [x, masks[0]], X.mean()), tf.run(2, [z, masks[1]], X.sum())
    assert [lines(each) for each in stretches(torch, tf, targets)] == [[1], [1]]


def test_operations_are_paired_by_what_they_start_from():
    torch, tf, x, z = begun()
    y, w = torch.enter(Y), tf.enter(Y)
    first, second = torch.run(2, [x], X**2), torch.run(3, [y], Y**2)
    other, another = tf.run(5, [w], Y**3), tf.run(6, [z], X**3)
    targets = torch.run(4, [first, second], 1.25), tf.run(7, [other, another], 2.75)
    found = pairs(*(each.frontier() for each in stretches(torch, tf, targets)))
    assert [(one.operation.stack[0].line, two.operation.stack[0].line) for one, two in found] == [(2, 6), (3, 5)]
    assert overlap(*found[0]) == 1


def test_an_operation_without_a_counterpart_stands_alone():
    torch, tf, x, z = begun()
    targets = torch.run(2, [torch.run(1, [x], X + Y), torch.run(1, [x], X - Y)], 1.25), tf.run(7, [z], 2.75)
    found = pairs(*(each.frontier() for each in stretches(torch, tf, targets)))
    assert [(one is not None, two is not None) for one, two in found] == [(True, True), (True, False)]


def test_a_sum_is_paired_with_a_sum_of_other_data_before_what_else_is_made_of_its_own():
    torch, tf, x, z = begun()
    y, w = torch.enter(Y), tf.enter(Y)
    summed, other = torch.run(2, [x], X.sum(1), "aten.sum.dim_IntList"), tf.run(4, [w], Y.sum(1), "Sum")
    turned = tf.run(3, [z], np.tanh(X), "Tanh")
    targets = torch.run(5, [summed, y], 1.25), tf.run(5, [turned, other], 2.75)
    first, *_ = pairs(*(each.frontier() for each in stretches(torch, tf, targets)))
    assert [part.operation.stack[0].line for part in first] == [2, 4]


def test_a_deviation_is_paired_with_the_squares_that_the_other_side_begins_one_with():
    torch, tf, x, z = begun()
    apart = X - X.mean(0)
    deviation, _ = torch.run(2, [x], X.std(0), "aten.std.correction"), torch.run(2, [x], apart, "aten.sub.Tensor")
    cut = torch.run(3, [x], np.minimum(X, 1), "aten.clamp.default")
    squares = tf.run(4, [tf.run(4, [z], apart, "Sub")], apart**2, "Square")
    lower = tf.run(5, [z], np.minimum(X, 0.5), "Minimum")
    targets = torch.run(6, [deviation, cut], 1.25), tf.run(6, [squares, lower], 2.75)
    first, *_ = pairs(*(each.frontier() for each in stretches(torch, tf, targets)))
    assert [part.operation.stack[0].line for part in first] == [2, 4]


def test_what_is_the_same_only_because_zeros_were_added_is_looked_behind():
    """One side takes the smallest of what is masked to zero from a value, and so has that value once more."""
    torch, tf, one, two = begun()
    ends = []
    for recorded, x, least in ((torch, one, 9.0), (tf, two, 0.0)):
        kept = recorded.run(1, [x], np.sin(X), "sin")
        masked = recorded.run(2, [x], np.full(X.shape, least), "min")
        taken = recorded.run(3, [kept, masked], np.sin(X) - least, "sub")
        ends.append(recorded.run(4, [taken], np.exp(np.sin(X) - least), "exp"))
    assert [lines(each) for each in stretches(torch, tf, ends)] == [[2], [2]]


def test_what_is_the_same_only_because_it_was_multiplied_by_ones_is_looked_behind():
    """One side takes the softmax over a single score each, which is one."""
    torch, tf, one, two = begun()
    ends, shares = [], np.exp(X) / np.exp(X).sum(axis=0)
    for recorded, x, weights in ((torch, one, shares), (tf, two, np.ones(X.shape))):
        state = recorded.run(1, [x], np.sin(X), "sin")
        weight = recorded.run(2, [x], weights, "softmax")
        ends.append(recorded.run(4, [recorded.run(3, [weight, state], weights * np.sin(X), "mul")], weights * 3, "sum"))
    assert [lines(each) for each in stretches(torch, tf, ends)] == [[2], [2]]


def test_what_is_made_of_masks_alone_is_paired_after_all_else():
    torch, tf, x, same = begun()
    hot = np.eye(8, 3)
    ends = []
    for recorded, given, factor in ((torch, x, 1.0), (tf, same, 2.0)):
        mask = recorded.enter(hot)
        of_mask = recorded.run(1, [mask], hot * 0.3 * factor, "mul")
        of_data = recorded.run(2, [given, mask], np.exp(X) * factor, "exp")
        ends.append(recorded.run(3, [of_mask, of_data], np.exp(X) * factor + hot, "add"))
    frontiers = [each.frontier() for each in stretches(torch, tf, ends)]
    assert [[part.of_masks for part in each] for each in frontiers] == [[True, False], [True, False]]
    first, second = pairs(*frontiers)
    assert [part.operation.stack[0].line for part in first] == [2, 2]
    assert [part.operation.stack[0].line for part in second] == [1, 1]
