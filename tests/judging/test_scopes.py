"""What a line stands in, and what is assigned there."""

import ast

from compare.judging.scopes import around, assignments

MODULE = ast.parse(
    """
a = 1
class C:
    b = 2
    def f(self):
        c, (d, e) = 3, g
        if c:
            self.h: int = 4
        def inner():
            i = 5
            return i
        i += 6
        return c
"""
)


def test_a_line_is_in_functions_and_classes_innermost_first():
    assert [getattr(scope, "name", "module") for scope in around(MODULE, 10)] == ["inner", "f", "C", "module"]
    assert [getattr(scope, "name", "module") for scope in around(MODULE, 2)] == ["module"]


def assigned(line):
    return {ast.unparse(target): ast.unparse(value) for target, value in assignments(around(MODULE, line)[0])}


def test_assignments_are_those_of_the_scope_alone_and_of_tuples_each():
    assert assigned(12) == {"c": "3", "(d, e)": "g", "self.h": "4", "i": "6"}
    assert assigned(10) == {"i": "5"}
    assert assigned(4) == {"b": "2"}
