"""What a line stands in, and what is assigned there."""

import ast

from compare.judging.scopes import around, assigned_names, assignments, names_read

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


def test_a_name_has_all_that_it_is_set_to_and_an_attribute_is_no_name():
    found = assigned_names(ast.parse("a = 1\nself.b = 2\nif c:\n    a = d"))
    assert {name: [ast.unparse(each) for each in values] for name, values in found.items()} == {"a": ["1", "d"]}


def test_names_are_those_that_are_read():
    assert names_read(ast.parse("b = a.c[d] + f(a)").body[0]) == ["a", "d", "f"]
