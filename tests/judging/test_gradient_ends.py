"""Where gradients begin on one side, at a loss that the other multiplies by a number, in steps recorded by hand."""

import numpy as np

from compare.judging.alike import alike
from compare.judging.gradient_flow import flows_of
from compare.judging.gradient_lines import lines_of_gradient
from compare.judging.gradient_partings import partings
from compare.judging.line import PARTS, compared
from compare.traces.operations import UNREDUCED
from tests.helpers.recorded_operations import Recorded

W, X, Y = (np.random.default_rng(seed).normal(size=(5, 2)) for seed in (4, 5, 6))


def step(first: int, times: float | None, passes: int, noted: bool = False):
    """The gradients of the mean of w x, which may be multiplied by `times`, are added up over some passes; where it is
    noted what the mean is of, that is a value beside the gradients' way."""
    recorded = Recorded()
    w, terms = recorded.weight("w", W), []
    for number, given in enumerate((X, Y)[:passes]):
        recorded.ask(w) if number else None
        product = recorded.run(first, [w, recorded.enter(given)], W * given, "mul")
        if noted:
            kept = recorded.run(first, [product], W * given, "detach", stops=True)
            recorded.run(first, [kept], W * given + 1, f"loss{UNREDUCED}")
            whole = recorded.run(first + 1, [product], (W * given).mean() + 1, "loss")
            recorded.back(whole, product, np.full((5, 2), times or 1))
        else:
            more = recorded.run(first, [product], W * given + 1, "add")
            whole = recorded.run(first + 1, [more], (W * given).mean() + 1, "mean")
            recorded.back(whole, more, np.full((5, 2), times or 1))
            recorded.back(more, product, np.full((5, 2), times or 1))
        asked = whole
        if times:
            asked = recorded.run(first + 2, [whole], times * ((W * given).mean() + 1), "mul")
            recorded.back(asked, whole, times)
        terms.append(recorded.run(first + 3, [asked], (times or 1) * given, "back", of=recorded.of(product)))
        recorded.passed(product, w, terms[-1])
    recorded.run(first + 4, terms, (times or 1) * sum((X, Y)[:passes]), "add")
    return recorded


def found(torch, tf):
    lines = lines_of_gradient(compared(torch.end(), tf.end(), 1e-10), "the gradient of w", "w")
    return [(each.side, each.at.line, each.note) for each in lines if each.role == PARTS]


def test_where_gradients_begin_none_is_said_to_be_cut_off():
    assert found(step(10, 0.5, 1), step(20, None, 1)) == [("torch", 12, ""), ("tf", 21, "")]


def test_of_several_passes_the_line_that_adds_up_their_gradients_could_have_the_factor():
    assert found(step(10, 0.5, 2), step(20, None, 2)) == [("torch", 12, ""), ("tf", 24, "")]
    assert found(step(10, None, 2), step(20, 0.5, 2)) == [("torch", 14, ""), ("tf", 22, "")]


def test_a_way_that_ends_where_gradients_begin_is_not_followed_further():
    """Here it is noted what the mean is of, there it is on the way; both ways end at the mean."""
    torch, tf = step(10, 0.5, 1, noted=True), step(20, None, 1)
    flows = flows_of(torch.end(), tf.end(), alike(torch.end(), tf.end(), 1e-10))
    product = flows[0].classes[torch.end().operations[0].outputs[0]]
    [parting] = partings(flows, product, 1e-10)
    assert [len(each) for each in parting.terms] == [1, 0], "the mean is multiplied, and nothing else differs"
