"""The flow of gradients: the values nearest to the loss whose gradient differs, or that have one on one side only."""

import numpy as np

from compare.judging.alike import alike
from compare.judging.gradient_flow import flows_of, parted, stretch_behind
from tests.helpers.recorded_operations import Recorded

W, A, B = (np.random.default_rng(seed).normal(size=(5, 2)) for seed in range(3))
TOLERANCE = 1e-10


def flows(torch, tf):
    records = torch.end(), tf.end()
    return flows_of(*records, alike(*records, TOLERANCE))


def step(gradient_of_a=B, gradient_of_b=A, cut=False):
    """The loss is the sum of a * b, where a = sin(w) and b = cos(w) have the values A and B; `cut` leaves b without."""
    recorded = Recorded()
    w = recorded.enter(W)
    read = recorded.run(1, [w], W, "read")
    a, b = recorded.run(2, [read], A, "sin"), recorded.run(3, [read], B, "cos")
    used = recorded.run(4, [b], B, "detach", stops=True) if cut else b
    product = recorded.run(5, [a, used], A * B, "mul")
    loss = recorded.run(6, [product], (A * B).sum(), "sum")
    recorded.gradient(loss, 1.0)
    recorded.gradient(product, np.ones((5, 2)))
    recorded.gradient(a, gradient_of_a)
    if not cut:
        recorded.gradient(b, gradient_of_b)
    recorded.gradient(read, gradient_of_a + (0 if cut else gradient_of_b))
    return recorded


def where(torch, tf):
    both = flows(torch, tf)
    found = parted(*both, ({0}, {0}), TOLERANCE)
    return [both[0].record.values[min(both[0].members[each])].print.total for each in found]


def test_flows_that_agree_part_nowhere():
    assert where(step(), step()) == []


def test_a_gradient_that_is_cut_off_parts_at_the_value_that_has_none():
    assert where(step(cut=True), step()) == [B.sum()]
    assert where(step(), step(cut=True)) == [B.sum()]


def test_another_gradient_parts_at_its_value_and_not_at_what_is_computed_before_it():
    assert where(step(), step(gradient_of_a=2 * B)) == [A.sum()]


def test_a_gradient_of_zeros_is_none():
    assert where(step(), step(gradient_of_b=0 * A)) == [B.sum()]


def test_what_the_weight_does_not_reach_counts_for_nothing():
    sides = []
    for alone in (True, False):
        recorded = step()
        other = recorded.run(7, [recorded.enter(W + 1)], W + 2)
        if alone:
            recorded.gradient(other, W)
        sides.append(recorded)
    assert where(*sides) == []


def test_the_stretch_behind_a_value_ends_with_the_next_that_both_have():
    torch = flows(step(cut=True), step())[0]
    names = [torch.record.operations[number].name for number in stretch_behind(torch, torch.classes[3])]
    assert names == ["detach", "mul"]
