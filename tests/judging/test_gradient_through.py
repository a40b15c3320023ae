"""Through which operations a gradient that differs comes back, found in steps that are recorded by hand."""

import numpy as np

from compare.judging.alike import alike
from compare.judging.gradient_flow import flows_of
from compare.judging.gradient_partings import partings
from compare.judging.gradient_through import through
from tests.helpers.recorded_operations import Recorded

W, B = (np.random.default_rng(seed).normal(size=(5, 2)) for seed in (4, 5))


def found(torch, tf):
    """The lines of both sides at the first place where the gradient of w parts."""
    records = torch.end(), tf.end()
    flows = flows_of(*records, alike(*records, 1e-10))
    numbers = through(flows, partings(flows, flows[0].classes[flows[0].record.weights["w"]], 1e-10)[0])
    return [flow.record.operations[number].stack[0].line for flow, number in zip(flows, numbers, strict=True)]


def through_one_of_two(first: int, of_sum: bool):
    """n = sin(z) once more as z + (n - z): the square of n is taken of that sum or of n itself."""
    recorded = Recorded()
    w = recorded.weight("w", W)
    z = recorded.run(first, [w], B, "cos")
    nearest = recorded.run(first + 1, [recorded.weight("codes", W + 1)], W - B, "gather")
    passed = recorded.run(first + 2, [z, nearest], W - B, "add")
    used = passed if of_sum else nearest
    square = recorded.run(first + 3, [used], (W - B) ** 2, "pow")
    cube = recorded.run(first + 4, [passed], (W - B) ** 3, "exp")
    loss = recorded.run(first + 5, [square, cube], ((W - B) ** 2 + (W - B) ** 3).sum(), "sum")
    for value in (square, cube):
        recorded.back(loss, value, np.ones((5, 2)))
    recorded.back(square, used, 2 * (W - B))
    recorded.back(cube, passed, 3 * (W - B) ** 2)
    gradient = 3 * (W - B) ** 2 + (2 * (W - B) if of_sum else 0)
    recorded.back(passed, z, gradient)
    recorded.back(nearest, recorded.end().weights["codes"], W)
    recorded.back(z, w, gradient * W)
    return recorded


def test_what_comes_back_to_another_value_with_the_same_content_is_told():
    """Both have n twice, and the gradient of n is the same on the whole: only one side has it pass through the sum."""
    assert found(through_one_of_two(10, of_sum=False), through_one_of_two(20, of_sum=True)) == [13, 23]


def larger(first: int, cut: bool):
    """The larger of two squares, of which one is taken of what `cut` takes without its gradient."""
    recorded = Recorded()
    w = recorded.weight("w", W)
    value = recorded.run(first, [w], B, "cos")
    taken = recorded.run(first + 1, [value], B, "detach", stops=True) if cut else value
    near = recorded.run(first + 2, [taken], np.sin(3 * B), "sin")
    squares = [recorded.run(first + 3 + n, [each], new, "pow") for n, (each, new) in
               enumerate([(value, B**2), (near, np.sin(3 * B) ** 2)])]  # fmt: skip
    loss = recorded.run(first + 5, squares, np.maximum(B**2, np.sin(3 * B) ** 2), "max")
    recorded.back(loss, squares[0], np.full((5, 2), 0.5 if cut else 1.0))
    recorded.back(squares[0], value, B * (1 if cut else 2))
    if not cut:
        recorded.back(loss, squares[1], np.zeros((5, 2)))
        recorded.back(squares[1], near, np.zeros((5, 2)))
        recorded.back(near, value, np.zeros((5, 2)))
    recorded.back(value, w, W * (1 if cut else 2))
    return recorded


def test_where_another_value_is_taken_without_its_gradient_that_is_what_is_told():
    assert found(larger(10, cut=True), larger(20, cut=False)) == [11, 22]


def looked_up(first: int, straight: bool):
    """What is looked up in a table takes the place of z; `straight` passes its gradient on to z."""
    recorded = Recorded()
    nearest = np.round(B) + 0.25
    w, codes = recorded.weight("w", W), recorded.weight("codes", W + 1)
    z = recorded.run(first, [w], B, "cos")
    looked = recorded.run(first + 1, [z, codes], nearest, "lookup")
    passed = recorded.run(first + 2, [z, looked], nearest, "add") if straight else looked
    cube, square = recorded.run(first + 3, [passed], nearest**3, "exp"), recorded.run(first + 4, [z], B**2, "pow")
    loss = recorded.run(first + 5, [cube, square], (nearest**3 + B**2).sum(), "sum")
    for value in (cube, square):
        recorded.back(loss, value, np.ones((5, 2)))
    recorded.back(cube, passed, 3 * nearest**2)
    recorded.back(square, z, 2 * B)
    recorded.back(looked, codes, W)
    if straight:
        recorded.back(passed, z, 3 * nearest**2)
    recorded.back(z, w, 2 * B + (3 * nearest**2 if straight else 0))
    return recorded


def test_a_gradient_that_ends_where_a_value_is_made_is_told_beside_what_takes_it_on_the_other_side():
    assert found(looked_up(10, straight=True), looked_up(20, straight=False)) == [12, 23]


def codes_of_a_buffer(first: int, straight: bool):
    """As above, of codes that have no gradient, which are laid out anew and decoded, and near which z is to stay."""
    recorded = Recorded()
    nearest = np.round(B) + 0.25
    w, decoder, codes = recorded.weight("w", W), recorded.weight("decoder", W + 2), recorded.enter(W + 1)
    z = recorded.run(first, [w], B, "cos")
    looked = recorded.run(first + 1, [z, codes], nearest, "lookup")
    kept = recorded.run(first + 2, [looked], nearest, "detach", stops=True)
    passed = recorded.run(first + 3, [z, kept], nearest, "add") if straight else looked
    laid_out = recorded.run(first + 4, [passed], nearest[None], "unsqueeze")
    cube, near = (
        recorded.run(first + 5, [laid_out, decoder], nearest[None] ** 3, "exp"),
        recorded.run(first + 6, [z, kept], (B - nearest) ** 2, "pow"),
    )
    loss = recorded.run(first + 7, [cube, near], (nearest**3 + (B - nearest) ** 2).sum(), "sum")
    recorded.back(loss, cube, np.ones((1, 5, 2)))
    recorded.back(cube, decoder, W)
    recorded.back(loss, near, np.ones((5, 2)))
    recorded.back(near, z, 2 * (B - nearest))
    if straight:
        recorded.back(cube, laid_out, 3 * nearest[None] ** 2)
        recorded.back(laid_out, passed, 3 * nearest**2)
        recorded.back(passed, z, 3 * nearest**2)
    recorded.back(z, w, 2 * (B - nearest) + (3 * nearest**2 if straight else 0))
    return recorded


def test_what_passes_a_gradient_straight_through_is_told_beside_what_is_made_without_one():
    assert found(codes_of_a_buffer(10, straight=True), codes_of_a_buffer(20, straight=False)) == [13, 21]


def passed_on(first: int, name: str, stops: bool, at_once: bool = False):
    """The cosine of w, passed on, on the same line or the next, by an operation that changes no value, and squared."""
    recorded = Recorded()
    w = recorded.weight("w", W)
    value = recorded.run(first, [w], B, "cos")
    same = recorded.run(first if at_once else first + 1, [value], B, name, stops=stops)
    loss = recorded.run(first + 2, [same], B**2, "pow")
    if not stops:
        recorded.back(loss, same, 2 * B)
        recorded.back(same, value, 2 * B)
        recorded.back(value, w, W)
    return recorded


def test_what_passes_a_value_on_is_told_beside_what_passes_it_on_without_its_gradient():
    assert found(passed_on(10, "detach", True), passed_on(20, "mul", False)) == [11, 21]
    assert found(passed_on(10, "detach", True), passed_on(20, "Identity", False)) == [11, 21]
    assert found(passed_on(10, "detach", True), passed_on(20, "Reshape", False)) == [11, 22]
    at_once = passed_on(20, "mul", False, at_once=True)
    assert found(passed_on(10, "detach", True), at_once) == [11, 22], "it is part of what makes the value"


def square_of_two(first: int, times: float, cut: bool):
    """The square of a = cos(w) as a product of it and of a multiple that one side has alone, which may be cut off."""
    recorded = Recorded()
    w = recorded.weight("w", W)
    a = recorded.run(first, [w], B, "cos")
    multiple = recorded.run(first + 1, [a], times * np.exp(B), "mul")
    used = recorded.run(first + 2, [multiple], times * np.exp(B), "detach", stops=True) if cut else multiple
    square = recorded.run(first + 3, [used, a], B**2, "mul")
    loss = recorded.run(first + 4, [square], (B**2).sum(), "sum")
    recorded.back(loss, square, np.ones((5, 2)))
    recorded.back(square, a, B)
    if not cut:
        recorded.back(square, multiple, B / times)
        recorded.back(multiple, a, B)
    recorded.back(a, w, (1 if cut else 2) * B * W)
    return recorded


def test_of_several_ways_that_a_gradient_takes_the_one_that_is_cut_off_is_told():
    assert found(square_of_two(10, 2.0, False), square_of_two(20, 3.0, True)) == [13, 22]
    assert found(square_of_two(10, 2.0, True), square_of_two(20, 3.0, False)) == [12, 23]
