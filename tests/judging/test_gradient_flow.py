"""What comes back to the values of a step, and the ways that it takes."""

import numpy as np

from compare.judging.alike import alike
from compare.judging.gradient_flow import flows_of
from tests.helpers.recorded_operations import Recorded

RNG = np.random.default_rng(8)
W, X, Y = (RNG.normal(size=(3, 2)) for _ in range(3))
TOLERANCE = 1e-10


def flow_of(recorded):
    """The flow of a step that is the same on both sides."""
    record = recorded.end()
    return flows_of(record, record, alike(record, record, TOLERANCE))[0]


def step(with_gradient=False):
    """The weight w, its sine, and the sum of the sine's squares and of the sine; x leads to no weight.

    With its gradient, an operation of the backward pass computes the sine of w once more.
    """
    recorded = Recorded()
    w, x = recorded.weight("w", W), recorded.enter(X)
    sine = recorded.run(1, [w], np.sin(W), "sin")
    square = recorded.run(2, [sine, x], np.sin(W) ** 2 + X, "square")
    loss = recorded.run(3, [square, sine], (np.sin(W) ** 2 + X + np.sin(W)).sum(), "sum")
    recorded.back(loss, square, np.ones((3, 2)))
    recorded.back(loss, sine, np.ones((3, 2)))
    recorded.back(square, sine, 2 * np.sin(W))
    recorded.back(square, x, np.ones((3, 2)))
    recorded.back(sine, w, (1 + 2 * np.sin(W)) * np.cos(W))
    if with_gradient:
        upstream = recorded.run(4, [w], np.cos(W), "cos", of=0)
        recorded.back(sine, w, np.zeros((3, 2)))
        recorded.run(4, [w, upstream], np.sin(W), "again", of=0)
    return flow_of(recorded), (w, x, sine, square, loss)


def test_the_terms_of_a_gradient_come_from_each_place_that_uses_the_value():
    flow, (_, _, sine, *_) = step()
    terms = flow.terms(flow.classes[sine])
    assert [flow.record.operations[each.operation].name for each in terms] == ["sum", "square"]


def test_what_leads_to_no_weight_counts_for_nothing():
    flow, (_, x, *_) = step()
    assert flow.terms(flow.classes[x]) == []


def test_what_a_pass_was_not_asked_for_counts_for_nothing():
    """One pass computes the gradient of w alone, though it could go on to v, whose gradient is that of another."""
    recorded = Recorded()
    v, w = recorded.weight("v", Y), recorded.weight("w", W)
    made = recorded.run(1, [v], X, "sin")
    first = recorded.run(2, [made, w], W * X, "mul")
    second = recorded.run(3, [made], X**2, "pow")
    recorded.ask(w)
    recorded.back(first, made, W)
    recorded.back(first, w, X)
    recorded.ask(v)
    recorded.back(second, made, 2 * X)
    recorded.back(made, v, X)
    flow = flow_of(recorded)
    assert [flow.record.operations[each.operation].name for each in flow.terms(flow.classes[made])] == ["pow"]
    assert len(flow.terms(flow.classes[w])) == 1


def test_a_way_ends_with_the_next_value_that_both_have():
    flow, (w, _, sine, square, loss) = step()
    at = flow.classes[sine]
    [to_sine] = flow.terms(flow.classes[w])
    assert flow.ends([to_sine], flow.classes[w]) == {at}
    assert flow.ends(flow.terms(at), at) == {flow.classes[square], flow.classes[loss]}
    assert flow.ends(flow.terms(at), at, passed={flow.classes[square]}) == {flow.classes[loss]}
    assert flow.roots(flow.terms(at)) == [loss]


def test_the_operations_of_a_way_leave_out_what_leads_elsewhere():
    flow, (w, _, sine, square, _) = step()
    names = [flow.record.operations[each].name for each in flow.way(flow.classes[w], frozenset({flow.classes[sine]}))]
    assert names == ["sin"]
    of_square = flow.way(flow.classes[sine], frozenset({flow.classes[square]}))
    assert [flow.record.operations[each].name for each in of_square] == ["square"]


def test_sums_of_terms_are_compared_whatever_they_are_split_into():
    one, (_, _, sine, *_) = step()
    other, _ = step()
    terms = one.terms(one.classes[sine])
    assert not one.differs(terms, other, list(reversed(terms)), TOLERANCE)
    assert one.differs(terms, other, terms[:1], TOLERANCE)
    assert one.is_nothing([])
    assert not one.is_nothing(terms)


def test_a_weight_of_zeros_is_one_that_both_have():
    recorded = Recorded()
    w = recorded.weight("w", np.zeros((3, 2)))
    made = recorded.run(1, [w], X, "add")
    recorded.back(made, w, Y)
    flow = flow_of(recorded)
    assert len(flow.terms(flow.classes[w])) == 1


def test_what_computes_a_gradient_is_no_way():
    flow, (w, _, sine, *_) = step(with_gradient=True)
    names = [flow.record.operations[each].name for each in flow.way(flow.classes[w], frozenset({flow.classes[sine]}))]
    assert names == ["sin"]
