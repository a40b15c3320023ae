"""What is made of the gradients of several backward passes."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from compare.judging.gradient_flow import Flow
from compare.judging.line import place_of
from compare.judging.scopes import around
from compare.judging.statements import tree
from compare.traces.operations import Operations
from compare.traces.places import Place

CLEARS = "zero_grad"


def lines_that_ask(record: Operations) -> set[Place | None]:
    """The lines that ask for gradients."""
    return {place_of(record, number) for number, each in enumerate(record.operations) if each.of is not None}


def adding_up(flow: Flow) -> int | None:
    """The first operation on a line of its own that is given the gradient of a weight, behind one of several passes."""
    record = flow.record
    asking = lines_that_ask(record)
    gradients = [edge.gradient for edge in flow.terms_of(record.weights.values())]
    taking = sorted({number for value in gradients for number in record.consumers.get(value, ())})
    placed = (number for number in taking if place_of(record, number) not in (None, *asking))
    return next(placed, None) if len(record.asked) > 1 else None


def lines_that_clear(asks: Place | None) -> Iterator[Place]:
    """The lines that clear gradients in the loop in which a line asks for them."""
    module = None if asks is None else tree(asks.file)
    if asks is None or module is None:
        return
    nodes = [*ast.walk(around(module, asks.line)[0])]
    loops = [each for each in nodes if isinstance(each, (ast.For, ast.While))]
    own = [each for each in loops if each.lineno <= asks.line <= (each.end_lineno or each.lineno)]
    for node in ast.walk(own[-1]) if own else ():
        if isinstance(node, ast.Attribute) and node.attr == CLEARS:
            yield asks._replace(line=node.lineno)
