"""What one side leaves out, between a value that both have and an operation that both have."""

import numpy as np
import pytest

from compare.judging.alike import alike
from compare.judging.frontier import Stretch
from compare.judging.left_out import goes_on_as, negatives_given, with_takers
from tests.helpers.recorded_operations import Recorded

X = np.random.default_rng(2).normal(size=(8, 3))


def stretches(torch, tf, targets):
    records = torch.end(), tf.end()
    found = alike(*records, 1e-10)
    sides = zip(("torch", "tf"), records, targets, strict=True)
    return [Stretch(side, record, found, target) for side, record, target in sides]


def of(stretch, value):
    return stretch.part(stretch.record.producer[value], value)


def sides(clamped=True, name="Prod"):
    """Torch multiplies what is cut off at 0, tf what is not."""
    torch, tf = Recorded(), Recorded()
    x, z = torch.enter(X), tf.enter(X)
    cut = torch.run(2, [x], np.maximum(X, 0), "aten.relu.default") if clamped else x
    targets = torch.run(3, [cut], 1.25, "aten.prod.dim_int"), tf.run(3, [z], 2.75, name)
    return stretches(torch, tf, targets), cut, targets


def test_what_goes_on_as_the_other_side_does_was_left_out_there():
    (torch, tf), cut, targets = sides()
    assert goes_on_as(torch, of(torch, cut), of(tf, targets[1])) == torch.record.producer[targets[0]]
    assert goes_on_as(tf, of(tf, targets[1]), of(torch, cut)) is None


def test_operations_of_one_kind_are_the_same_place():
    (torch, tf), _, targets = sides(clamped=False)
    assert goes_on_as(torch, of(torch, targets[0]), of(tf, targets[1])) is None


def test_a_further_operation_of_the_same_kind_was_left_out_where_the_one_behind_it_takes_the_rest():
    torch, tf = Recorded(), Recorded()
    x, y, z, w = torch.enter(X), torch.enter(X + 1), tf.enter(X), tf.enter(X + 1)
    scaled = tf.run(2, [z], 3 * X, "Mul")
    targets = torch.run(3, [x, y], X * (X + 1), "aten.mul.Tensor"), tf.run(3, [scaled, w], 3 * X * (X + 1), "Mul")
    one, other = stretches(torch, tf, targets)
    assert goes_on_as(one, of(one, targets[0]), of(other, scaled)) is None
    assert goes_on_as(other, of(other, scaled), of(one, targets[0])) == other.record.producer[targets[1]]


def test_where_the_other_side_goes_on_as_nothing_here_nothing_is_said_to_be_left_out():
    (torch, tf), cut, targets = sides(name="Tanh")
    assert goes_on_as(torch, of(torch, cut), of(tf, targets[1])) is None


def test_a_term_that_the_other_side_lacks_joins_what_both_have():
    torch, tf = Recorded(), Recorded()
    x, z = torch.enter(X), tf.enter(X)
    term = torch.run(2, [torch.enter(X[0])], 5.25, "aten.exp.default")
    joined = torch.run(3, [x, term], X + 5.25, "aten.add.Tensor")
    targets = torch.run(4, [joined], 1.25, "aten.mean.default"), tf.run(4, [z], 2.75, "Mean")
    both = stretches(torch, tf, targets)
    found = with_takers(both, [each.frontier() for each in both])
    assert [[part.operation.stack[0].line for part in each] for each in found] == [[2, 3], [4]]


@pytest.mark.parametrize(("name", "is_left_out"), [("add", False), ("mul", True)])
def test_the_mean_of_a_sum_and_the_sum_of_means_lack_no_term(name, is_left_out):
    torch, tf = Recorded(), Recorded()
    x, z = torch.enter(X), tf.enter(X)
    other, term = torch.run(2, [torch.enter(X[0])], 5.25, "exp"), tf.run(2, [tf.enter(X[0])], X + 1, "Tile")
    mean = torch.run(3, [x], X.mean(), "aten.mean.default")
    target = torch.run(4, [mean, other], X.mean() + 5.25, f"aten.{name}.Tensor")
    joined = tf.run(3, [z, term], 2 * X + 1, "AddV2")
    both = stretches(torch, tf, (target, tf.run(4, [joined], 2.75, "Mean")))
    found = with_takers(both, [each.frontier() for each in both])
    assert ([part.operation.stack[0].line for part in found[1]] == [2, 3]) == is_left_out


@pytest.mark.parametrize("moves", [True, False])
def test_what_the_other_side_does_more_to_what_is_joined_here_is_found_too(moves):
    """Torch moves its points before it takes them from what tf takes them from at once; a norm of them is another."""
    torch, tf = Recorded(), Recorded()
    x, y, z, w = torch.enter(X), torch.enter(X + 9), tf.enter(X), tf.enter(X + 9)
    value = X + 0.5 if moves else np.linalg.norm(X)
    moved = torch.run(2, [x], value, "aten.add.Tensor" if moves else "aten.linalg_vector_norm.default")
    own, others = torch.run(3, [y], np.cos(X + 9), "cos"), tf.run(3, [w], 2 * np.cos(X + 9), "cosh")
    target = torch.run(4, [own, moved], np.cos(X + 9) - value, "aten.sub.Tensor")
    both = stretches(torch, tf, (target, tf.run(4, [others, z], np.cos(X + 9) * 2 - X, "Sub")))
    found = with_takers(both, [each.frontier() for each in both])
    assert [[part.operation.stack[0].line for part in each] for each in found] == [[2, 3], [3, 4] if moves else [3]]


@pytest.mark.parametrize("negative", [True, False])
def test_what_is_given_the_negative_of_what_comes_behind_goes_on_as_that(negative):
    """Two masks that torch multiplies before it takes what they choose; tf takes the negative with one of them."""
    torch, tf = Recorded(), Recorded()
    logs = np.log(np.abs(X))
    mask, own = X > 0, np.abs(X) > 0.1
    x, y, z, w = torch.enter(X), torch.enter(mask), tf.enter(X), tf.enter(mask)
    both = torch.run(2, [y, torch.enter(own)], mask * own, "aten.mul.Tensor")
    value = torch.run(3, [x], logs, "log")
    other = tf.run(3, [z], -logs if negative else logs + 5, "nll")
    targets = (
        torch.run(4, [both, value], mask * own * logs, "aten.mul.Tensor"),
        tf.run(4, [w, other], mask * (-logs if negative else logs + 5), "Mul"),
    )
    one, two = stretches(torch, tf, targets)
    given = negatives_given(two, two.record.producer[targets[1]])
    assert bool(given) == negative
    behind = one.record.producer[targets[0]] if negative else None
    assert goes_on_as(one, of(one, both), of(two, targets[1]), given) == behind


def test_what_the_other_side_does_more_before_it_adds_what_this_one_takes_is_held_against_the_sum():
    """As scores that are scaled, where the other side begins with a mask that both write in their own way."""
    torch, tf = Recorded(), Recorded()
    x, mask, z, _ = torch.enter(X), torch.enter(X > 0), tf.enter(X), tf.enter(X > 0)
    filled = torch.run(2, [mask], (X > 0) * -9.0, "aten.mul.Tensor")
    added = torch.run(3, [x, filled], X + (X > 0) * -9.0, "aten.add.Tensor")
    scaled = tf.run(4, [z], X / 2, "RealDiv")
    shifted = tf.run(5, [scaled, tf.run(5, [tf.enter(X[0])], 3.5, "Exp")], X / 2 + 3.5, "AddV2")
    targets = torch.run(6, [added], 1.25, "aten.mean.default"), tf.run(6, [shifted], 2.75, "Mean")
    both = stretches(torch, tf, targets)
    found = with_takers(both, [[of(both[0], filled)], [of(both[1], scaled)]])
    assert [[part.operation.stack[0].line for part in each] for each in found] == [[2, 3], [4]]


def taken(of_torch, of_tf):
    """A matrix to which each side does what is given, before it fills or adds by a mask."""
    torch, tf = Recorded(), Recorded()
    mask = X > 0
    targets = []
    for recorded, function, name in ((torch, of_torch, "masked_fill"), (tf, of_tf, "AddV2")):
        x, chosen = recorded.enter(X), recorded.enter(mask)
        value = X if function is None else function(X)
        made = x if function is None else recorded.run(2, [x], value, "sqrt")
        targets.append(recorded.run(3, [made, chosen], np.where(mask, value, 7.0), name))
    return stretches(torch, tf, targets), targets


def test_a_function_of_one_value_was_left_out_where_the_other_side_takes_the_value_with_others():
    (torch, tf), targets = taken(None, np.cbrt)
    function = tf.record.operations[tf.record.producer[targets[1]]].inputs[0]
    assert goes_on_as(tf, of(tf, function), of(torch, targets[0])) == tf.record.producer[targets[1]]


def test_two_functions_of_one_value_are_the_same_place():
    (torch, tf), targets = taken(np.exp, np.cbrt)
    made = [
        each.record.operations[each.record.producer[end]].inputs[0]
        for each, end in zip((torch, tf), targets, strict=True)
    ]
    assert goes_on_as(tf, of(tf, made[1]), of(torch, made[0])) is None


def test_what_joins_something_to_what_the_other_makes_a_function_of_was_left_out_there():
    """As the probability of a click that a purchase is multiplied by, before a loss in which both are one operation;
    what lays out anew is no function."""
    for name, is_left_out in (("Log", True), ("Reshape", False)):
        torch, tf = Recorded(), Recorded()
        x, y, z, _ = torch.enter(X), torch.enter(X + 1), tf.enter(X), tf.enter(X + 1)
        joined = torch.run(2, [x, y], X * (X + 1), "aten.mul.Tensor")
        made = tf.run(3, [z], np.cbrt(X), name)
        targets = torch.run(4, [joined], 1.25, "aten.binary_cross_entropy.default"), tf.run(4, [made], 2.75, "Mean")
        one, other = stretches(torch, tf, targets)
        behind = one.record.producer[targets[0]] if is_left_out else None
        assert goes_on_as(one, of(one, joined), of(other, made)) == behind
