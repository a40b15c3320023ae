"""Names are followed back through lists, loops, functions and objects; what a model is asked for is not."""

import ast

import pytest

from compare.judging.reached import reached

SET = """
A = [1]
def fill():
    groups = {}
    for layer in LAYERS:
        groups["a"].append(layer)
    return groups
def pair():
    return ONE, TWO
class Settings:
    rate = 0.5
class Owner:
    def __init__(self):
        self.rate = 7
    def use(self):
        return call(self.rate)
left, right = pair()
decayed = [p for p in left if p.ndim > A]
net = build(A)
for each in decayed:
    right += [each]
right[0] = last
"""


@pytest.mark.parametrize(
    ("expression", "behind"),
    [
        ("A", ["[1]"]),
        ("use(decayed)", ["[p for p in left if p.ndim > A]", "pair()", "[1]", "(ONE, TWO)"]),
        ("right", ["pair()", "last", "[each]", "(ONE, TWO)", "decayed"]),
        ("each", ["decayed", "[p for p in left if p.ndim > A]", "pair()", "[1]"]),
        ("fill()", ["groups", "{}", "groups['a'].append(layer)", "LAYERS"]),
        ("net.parameters()", []),
        ("tape.gradient(net, A)", ["[1]"]),
        ("net", ["build(A)", "[1]"]),
        ("Settings()", []),
        ("2", []),
    ],
)
def test_what_an_expression_is_made_of_is_followed_through_its_names(expression, behind):
    found = written(f"{SET}\nuse({expression})\n")
    assert found[: len(behind)] == behind
    assert behind or not found


def written(text, **how):
    module = ast.parse(text)
    start = module.body[-1].value.args[0]
    return [ast.unparse(each) for each in reached(module, [start], **how) if each is not start]


def test_what_a_class_and_a_function_define_is_reached_where_it_is_asked_for():
    assert written(f"{SET}\nuse(Settings())\n", defined=True)[0] == "rate = 0.5"
    norm = "def norm(x, eps=1e-5, *, momentum=0.1, scale):\n    return x\nuse(norm(2))\n"
    assert written(norm, defined=True) == ["x", "1e-05", "0.1"]
    assert written(norm) == ["x"]


def test_an_attribute_is_what_an_object_sets_it_to():
    module = ast.parse(SET)
    call = next(
        each for each in ast.walk(module) if isinstance(each, ast.Call) and getattr(each.func, "id", "") == "call"
    )
    assert [ast.unparse(each) for each in reached(module, call.args)] == ["self.rate", "7"]


def test_names_that_stand_for_one_another_end():
    assert written("a = b\nb = a\nuse(a)\n") == ["b", "a"]


def test_what_is_reached_twice_is_told_once():
    found = written(f"{SET}\nuse(decayed + left)\n")
    assert found.count("pair()") == 1
