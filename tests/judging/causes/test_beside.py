"""What stands before a statement that parts, and what calls its function."""

import ast

from compare.judging.causes.beside import before, callers
from compare.judging.causes.code import Code
from compare.judging.causes.passage import Passage

CODE = Code(
    "port.py",
    """def divergence(p, q):
    a = p
    b = q
    c = a
    d = b
    return c - d

def loss(model, batch):
    value = divergence(batch, model)
    return value + divergence(model, batch)
""",
)


def passage(function, number):
    return Passage(CODE, CODE.tree.body[function].body[number])


def texts(passages):
    return [CODE.piece(each.statement) for each in passages]


def test_the_nearest_statements_before_it_are_tried():
    assert texts(before([passage(0, 4)])) == ["b = q", "c = a", "d = b"]
    assert texts(before([passage(0, 4), passage(0, 3)])) == ["b = q", "c = a", "a = p"]


def test_what_calls_the_function_is_tried():
    calls = ["value = divergence(batch, model)", "return value + divergence(model, batch)"]
    assert texts(callers([passage(0, 4)])) == calls
    assert texts(callers([passage(0, 4), passage(1, 0)])) == calls[1:]


def test_a_loss_is_called_by_no_statement_of_a_port():
    assert callers([passage(1, 0)]) == []
    assert callers([Passage(CODE, ast.parse("x = 1").body[0])]) == []
