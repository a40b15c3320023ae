"""Which terms two sums have in common, and which of the others belong together."""

import numpy as np

from compare.judging.frontier import Stretch
from compare.judging.line import compared
from compare.judging.shared_terms import (
    alike_first,
    class_of,
    divided_by_another,
    kind_made,
    kind_of,
    made_by,
    one_more,
    scaled,
    taking,
    with_counts,
    without_common,
)
from compare.judging.terms import Term
from tests.helpers.recorded_operations import Recorded

RNG = np.random.default_rng(8)
X, Y = RNG.normal(size=(4, 3)), RNG.normal(size=(4, 3))


def stretches(torch, tf):
    step = compared(torch.end(), tf.end(), 1e-10)
    return [Stretch(side, step.record(side), step.alike, len(step.record(side).values) - 1) for side in ("torch", "tf")]


def sides():
    """Two values that both have, and one that each makes of the first, in another way; torch has the second negated."""
    torch, tf = Recorded(), Recorded()
    for side, name, value, other in ((torch, "exp", np.exp(X), -Y), (tf, "cosh", np.cosh(X), Y)):
        x = side.enter(X)
        side.run(1, [side.enter(np.abs(Y))], other, "sin")
        side.run(2, [x], value, name)
    return stretches(torch, tf)


def test_terms_with_the_same_factor_are_in_common_and_so_are_all_with_the_opposite_one():
    one, other = sides()
    first, other_sign, own = Term(0, 1.0, 0), Term(2, 1.0, 0), Term(3, 1.0, 1)
    theirs = [Term(3, 1.0, 1), Term(0, 1.0, 0)]
    assert without_common(one, other, [first, own], theirs) == ([own], [theirs[0]])
    assert without_common(one, other, [first._replace(factor=-1.0), own], theirs) == ([own], [theirs[0]])
    assert without_common(one, other, [first._replace(factor=2.0), own], theirs)[0] == [first._replace(factor=2.0), own]
    assert class_of(one, first) >= 0 > class_of(one, own)
    assert without_common(one, other, [other_sign], [Term(2, -1.0, 0)]) == ([], [])


def test_terms_of_one_kind_come_first():
    one, other = sides()
    mine, theirs = [Term(2, 1.0, 0), Term(3, 1.0, 1)], [Term(3, 1.0, 1), Term(2, 1.0, 0)]
    assert [kind_of(one, each) for each in mine] == ["sin", "exp"]
    assert alike_first(one, other, mine, theirs) == (mine, theirs[::-1])


def test_a_product_of_a_value_with_itself_is_its_square():
    torch, tf = Recorded(), Recorded()
    x, z, w = torch.enter(X), tf.enter(X), tf.enter(Y)
    torch.run(1, [x, x], X**2, "aten.mul.Tensor"), tf.run(1, [z, w], X * Y, "Mul")
    assert [kind_made(each, 0) for each in stretches(torch, tf)] == ["pow", "mul"]


def test_what_divides_a_number_is_its_reciprocal():
    torch, tf = Recorded(), Recorded()
    x, z = torch.enter(X), tf.enter(X)
    torch.run(1, [x, torch.enter(2.5)], X / 2.5, "aten.div.Tensor"), tf.run(1, [tf.enter(2.5), z], 2.5 / X, "RealDiv")
    assert [kind_made(each, 0) for each in stretches(torch, tf)] == ["div", "reciprocal"]


def test_what_one_side_has_more_stands_beside_what_the_other_takes_last():
    one, other = sides()
    mine, theirs = [Term(0, 1.0, 1), Term(3, 1.0, 1)], [Term(0, 1.0, 0)]
    pairs = one_more(one, other, [mine[1]], [], mine, theirs)
    assert [[each.number for each in pair] for pair in pairs] == [[1, 0]]
    assert one_more(one, other, [], [], mine, mine) == []
    assert [each.number for each in (made_by(one, mine[1]), taking(one, mine[0]))] == [1, 1]


def test_a_factor_that_differs_is_one_of_the_same_value():
    one, other = sides()
    mine, theirs = [Term(3, 1.0, 1), Term(0, 1.0, 1)], [Term(0, 3.0, 1), Term(3, 2.0, 0)]
    assert scaled(one, other, mine, theirs) == [(mine[1], theirs[0])]
    assert divided_by_another(one, other, mine, mine) is None


def test_a_count_that_one_side_computes_is_a_factor_where_the_other_has_it_as_one():
    torch, tf = Recorded(), Recorded()
    divided = torch.run(1, [torch.enter(5.5), torch.run(1, [torch.enter(X)], 4.0, "Sum")], 5.5 / 4, "RealDiv")
    tf.enter(5.5)
    one, _ = stretches(torch, tf)
    term = Term(divided, 3.0, 1)
    assert with_counts(one, [term], [Term(0, 0.75, 0)]) == [Term(0, 0.75, 1)]
    assert with_counts(one, [term], [Term(0, 0.5, 0)]) == [term]
