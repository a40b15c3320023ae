"""The lines where a gradient parts, found in steps that are recorded by hand."""

import numpy as np

from compare.judging.gradient_lines import CUT, lines_of_gradient, lines_of_gradient_back
from compare.judging.line import BOTH, PARTS, compared
from compare.traces.operations import WRITTEN
from tests.helpers.recorded_operations import Recorded

W, B = (np.random.default_rng(seed).normal(size=(5, 2)) for seed in (4, 5))


def step(first: int, cut_at: int | None, extra: float = 1.0):
    """b = cos(w) on the first line, the loss the sum of its squares two lines later, where `cut_at` may cut it off."""
    recorded = Recorded()
    w = recorded.weight("w", W)
    b = recorded.run(first, [w], B, "cos")
    used = b if cut_at is None else recorded.run(cut_at, [b], B, "detach", stops=True)
    squares = recorded.run(first + 1, [used], B**2, "pow")
    loss = recorded.run(first + 2, [squares], (B**2).sum(), "sum")
    if cut_at is None:
        recorded.back(loss, squares, np.ones((5, 2)))
        recorded.back(squares, b, 2 * extra * B)
        recorded.back(b, w, 2 * extra * B * W)
    return recorded


def found(torch, tf, role=PARTS):
    step = compared(torch.end(), tf.end(), 1e-10)
    lines = lines_of_gradient(step, "the gradient of w", "w")
    return [(each.side, each.at.line, each.note) for each in lines if each.role == role]


def test_where_a_gradient_is_cut_off_as_the_value_is_made_the_other_side_makes_it_without():
    assert found(step(10, 10), step(20, None)) == [("torch", 10, CUT), ("tf", 20, "")]
    assert found(step(10, None), step(20, 20)) == [("torch", 10, ""), ("tf", 20, CUT)]


def test_where_it_is_cut_off_as_the_value_is_used_the_other_side_uses_it_without():
    assert found(step(10, 11), step(20, None)) == [("torch", 11, CUT), ("tf", 21, "")]


def test_where_both_have_a_gradient_that_differs_both_lines_are_those_that_it_comes_through():
    assert found(step(10, None), step(20, None, extra=3.0)) == [("torch", 11, ""), ("tf", 21, "")]
    assert found(step(10, None), step(20, None, extra=3.0), BOTH) == [("torch", 10, ""), ("tf", 20, "")]


def test_where_nothing_differs_nothing_is_said():
    assert found(step(10, None), step(20, None)) == []
    assert found(step(10, 10), step(20, 20)) == []


def goal(first: int, no_grad: bool, before: int = 0):
    """The sum of the squares of what w is away from a goal, its cosine, which a side may compute without gradients, or
    of so many others, each on a line of its own."""
    recorded = Recorded()
    w = recorded.weight("w", W)
    given = w
    for number in range(before):
        made = recorded.run(first - number - 1, [given], W + number + 1, "add", stops=no_grad)
        if not no_grad:
            recorded.back(made, given, B + number)
        given = made
    beside = [] if no_grad else [recorded.run(first - 9, [w], W * 7, "mul")]  # to which nothing comes back
    made = recorded.run(first, [given, *beside], B, "cos", stops=no_grad)
    away = recorded.run(first + 1, [w, made], W - B, "sub")
    squares = recorded.run(first + 2, [away], (W - B) ** 2, "pow")
    loss = recorded.run(first + 2, [squares], ((W - B) ** 2).sum(), "sum")
    passed = [(loss, squares, np.ones((5, 2))), (squares, away, 2 * (W - B)), (away, w, 2 * (W - B))]
    for each in passed if no_grad else [*passed, (away, made, 2 * (B - W)), (made, given, 2 * (B - W) * W)]:
        recorded.back(*each)
    return recorded


def test_what_is_made_without_a_gradient_could_be_cut_off_where_the_other_side_takes_it():
    assert found(goal(10, True), goal(20, False)) == [("torch", 10, CUT), ("tf", 20, ""), ("tf", 21, "")]


def test_what_a_side_makes_in_two_steps_could_be_cut_off_in_either_where_the_other_makes_it_without():
    cut, both = [("torch", 10, CUT), ("tf", 20, "")], [("tf", 21, "")]
    assert found(goal(10, True), goal(20, False, before=1)) == [*cut, *both, ("tf", 19, "")]
    assert found(goal(10, True), goal(20, False, before=2)) == [*cut, *both]  # of many there is no telling
    assert found(goal(10, True, before=1), goal(20, False, before=1)) == [*cut, *both]  # what both have is another goal


def two_cuts(first: int, cuts: bool):
    """The sum of the sine and the cosine of w, which `cuts` may take without their gradients, each on a line."""
    recorded = Recorded()
    w = recorded.weight("w", W)
    sums = []
    for number, value in enumerate((np.sin(W), np.cos(W))):
        made = recorded.run(first + 2 * number, [w], value, "op")
        used = recorded.run(first + 2 * number + 1, [made], value, "detach", stops=True) if cuts else made
        sums.append(recorded.run(first + 8 + number, [used], value.sum(), "sum"))
        if not cuts:
            recorded.back(sums[-1], made, np.ones((5, 2)))
            recorded.back(made, w, value + 2)
    loss = recorded.run(first + 10, sums, (np.sin(W) + np.cos(W)).sum(), "add")
    for each in sums if not cuts else ():
        recorded.back(loss, each, 1.0)
    return recorded


def test_of_two_places_that_are_cut_off_both_are_named():
    named = [(side, line) for side, line, _ in found(two_cuts(10, True), two_cuts(30, False))]
    assert named == [("torch", 13), ("tf", 39), ("torch", 11), ("tf", 38)]


def test_what_comes_back_to_an_output_is_followed_from_there():
    step_of_both = compared(step(10, 11).end(), step(20, None).end(), 1e-10)
    lines = lines_of_gradient_back(step_of_both, "gradient back to fc", B)
    assert [(each.side, each.at.line) for each in lines if each.role == PARTS] == [("torch", 11), ("tf", 21)]
    assert lines_of_gradient_back(step_of_both, "gradient back to fc", W + 3) == []


def written(first: int, times: float, name: str = f"Steep{WRITTEN}"):
    """b = cos(w), with a gradient of somebody's: the sine of what comes back, times a number, on lines of their own."""
    recorded = Recorded()
    w = recorded.weight("w", W)
    b = recorded.run(first, [w], B, name)
    loss = recorded.run(first + 2, [b], (B**2).sum(), "sum")
    recorded.back(loss, b, 2 * B)
    sines = recorded.run(first + 5, [recorded.end().edges[0].gradient], np.sin(2 * B), "sin", of=0)
    scaled = recorded.run(first + 6, [sines, recorded.enter(times)], times * np.sin(2 * B), "mul", of=0)
    recorded.passed(b, w, scaled)
    return recorded


def test_of_gradients_that_somebody_wrote_the_lines_are_named():
    assert found(written(10, 3.0), written(20, 2.5)) == [("torch", 16, ""), ("tf", 26, "= 0.833333 x")]
    names = [(side, line) for side, line, _ in found(written(10, 3.0, "cos"), written(20, 2.5, "cos"))]
    assert names == [("torch", 10), ("tf", 20)], "a library has the gradient of a cosine"
