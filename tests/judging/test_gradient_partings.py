"""Where gradients part: at the values nearest to the loss to which something else comes back."""

import numpy as np

from compare.judging.alike import alike
from compare.judging.gradient_flow import flows_of
from compare.judging.gradient_partings import Parting, cut, is_made_without, partings
from tests.helpers.recorded_operations import Recorded

W, A, B = (np.random.default_rng(seed).normal(size=(5, 2)) for seed in range(3))
TOLERANCE = 1e-10


def flows(torch, tf):
    records = torch.end(), tf.end()
    return flows_of(*records, alike(*records, TOLERANCE))


def step(to_a=B, to_b=A, cut=False, cut_first=False, weight=W):
    """The loss is the sum of a * b, where a = sin(w) and b = cos(w) have the values A and B; `cut` leaves b without,
    and `cut_first` a.

    `to_a` and `to_b` come back to them; w is the weight "w".
    """
    recorded = Recorded()
    w = recorded.weight("w", weight)
    a, b = recorded.run(2, [w], A, "sin"), recorded.run(3, [w], B, "cos")
    used = recorded.run(4, [b], B, "detach", stops=True) if cut else b
    first = recorded.run(4, [a], A, "detach", stops=True) if cut_first else a
    product = recorded.run(5, [first, used], A * B, "mul")
    loss = recorded.run(6, [product], (A * B).sum(), "sum")
    recorded.back(loss, product, np.ones((5, 2)))
    if not cut_first:
        recorded.back(product, a, to_a)
        recorded.back(a, w, to_a * 2)
    if not cut:
        recorded.back(product, b, to_b)
        recorded.back(b, w, to_b * 3)
    return recorded


def start(both):
    """The class of the weight w."""
    return both[0].classes[both[0].record.weights["w"]]


def where(torch, tf):
    """The totals of the values from which on gradients part, with those of the values that they come from."""
    both = flows(torch, tf)

    def total(each):
        return both[0].record.values[both[0].members[each][0]].print.total

    return [(total(each.at), {total(end) for end in each.to}) for each in partings(both, start(both), TOLERANCE)]


def test_flows_that_agree_part_nowhere():
    assert where(step(), step()) == []
    assert where(step(cut=True), step(cut=True)) == []


def test_a_gradient_that_is_cut_off_parts_where_it_would_go_on():
    assert where(step(cut=True), step()) == [(B.sum(), {(A * B).sum()})]
    assert where(step(), step(cut=True)) == [(B.sum(), {(A * B).sum()})]


def test_another_gradient_parts_where_it_comes_back_and_not_before():
    assert where(step(), step(to_a=2 * B)) == [(A.sum(), {(A * B).sum()})]


def test_a_gradient_of_zeros_is_none():
    both = flows(step(), step(to_b=0 * A))
    [parting] = partings(both, start(both), TOLERANCE)
    assert both[1].is_nothing(parting.terms[1])
    assert not both[0].is_nothing(parting.terms[0])


def test_a_sum_is_the_same_in_however_many_terms():
    """One side adds what comes back to b through an operation of its own, the other has it in two halves."""
    halves = step(to_b=A / 2)
    product = next(number for number, each in enumerate(halves.end().operations) if each.name == "mul")
    halves.back(halves.end().operations[product].outputs[0], halves.end().operations[product].inputs[1], A / 2)
    halves.back(halves.end().operations[1].outputs[0], 0, A * 1.5)
    assert where(halves, step()) == []
    assert where(halves, step(to_b=A * 1.5)) != []


def test_a_weight_of_zeros_is_known_by_its_name():
    zeros = np.zeros((5, 2))
    assert where(step(weight=zeros), step(weight=zeros, to_a=2 * B)) == [(A.sum(), {(A * B).sum()})]


def in_a_region(no_grad: bool):
    """The loss is the sum of w * b, where b = 2 * a and a = sin(w) are computed without gradients under `no_grad`; and
    c = b + 1 is computed behind it."""
    recorded = Recorded()
    w = recorded.weight("w", W)
    a = recorded.run(1, [w], A, "sin", stops=no_grad)
    b = recorded.run(2, [a], 2 * A, "mul", stops=no_grad)
    c = recorded.run(3, [b], 2 * A + 1, "add")
    product = recorded.run(4, [w, c], W * (2 * A + 1), "mul")
    loss = recorded.run(5, [product], (W * (2 * A + 1)).sum(), "sum")
    recorded.back(loss, product, np.ones((5, 2)))
    recorded.back(product, w, 2 * A + 1)
    if not no_grad:
        for result, value, passed in ((product, c, W), (c, b, W), (b, a, 2 * W), (a, w, 2 * W * B)):
            recorded.back(result, value, passed)
    return recorded


def test_what_is_computed_without_gradients_parts_at_its_end():
    for torch, tf in ((True, False), (False, True)):
        both = flows(in_a_region(torch), in_a_region(tf))
        [parting] = partings(both, start(both), TOLERANCE)
        assert both[0].record.values[both[0].members[parting.at][0]].print.total == (2 * A).sum()
        assert is_made_without(both, parting)
    both = flows(step(cut=True), step())
    [parting] = partings(both, start(both), TOLERANCE)
    assert not is_made_without(both, parting), "it is cut off, and not made, without"


def test_what_cuts_a_gradient_off_is_found_on_the_way():
    torch, tf = flows(step(cut=True), step())
    [parting] = partings((torch, tf), start((torch, tf)), TOLERANCE)
    assert torch.record.operations[cut(torch, parting)].name == "detach"
    assert cut(tf, parting) is None


def by_one_or_two(fused: bool, times=1.0, at_the_weight=1.0):
    """The square of a - 1, where a = sin(w): of one operation, or of two; both sides compute the first of them."""
    recorded = Recorded()
    w = recorded.weight("w", W)
    a = recorded.run(1, [w], A, "sin")
    less = recorded.run(2, [a], A - 1, "sub")
    square = recorded.run(3, [a if fused else less], (A - 1) ** 2, "mse" if fused else "pow")
    recorded.run(4, [square], ((A - 1) ** 2).sum(), "sum")
    if fused:
        recorded.back(square, a, times * 2 * (A - 1))
    else:
        recorded.back(square, less, times * 2 * (A - 1))
        recorded.back(less, a, times * 2 * (A - 1))
    recorded.back(a, w, times * at_the_weight * 2 * (A - 1) * W)
    return recorded


def test_what_one_side_takes_in_two_steps_is_one_way():
    assert where(by_one_or_two(True), by_one_or_two(False)) == []
    assert where(by_one_or_two(True), by_one_or_two(False, at_the_weight=2.0)) == [(W.sum(), {A.sum()})]
    assert where(by_one_or_two(True), by_one_or_two(False, times=2.0))[0][0] == A.sum()


def test_where_a_gradient_is_cut_off_comes_before_what_is_nearer_to_the_loss():
    found = where(step(cut_first=True), step(to_b=2 * A))
    assert [at for at, _ in found] == [A.sum(), B.sum()]


def test_what_autograd_keeps_of_a_value_cuts_nothing_off():
    """The sine of w is kept for its gradient, whose computation is what has none."""
    recorded = Recorded()
    w = recorded.weight("w", W)
    a = recorded.run(1, [w], A, "sin")
    kept = recorded.run(1, [a], A, "detach", stops=True)
    slope = recorded.run(2, [kept, w], A * B, "sin_backward", of=0, stops=True)
    recorded.run(3, [slope], (A * B).sum(), "sum")
    torch, _ = flows(recorded, recorded)
    parting = Parting(torch.classes[w], frozenset({torch.classes[slope]}), ([], []))
    assert torch.record.operations[cut(torch, parting)].name == "sin_backward"
    assert torch.keeps(torch.record.producer[kept])
