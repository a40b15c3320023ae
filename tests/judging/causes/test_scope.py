"""Names that are known at a piece of code, and the imports that a rewrite needs there."""

import ast

from compare.judging.causes.code import Code, Rewrite
from compare.judging.causes.passage import Passage
from compare.judging.causes.scope import known_at, variables_at, with_imports

FILE = """import math
SIZE = 3
def outer(a):
    import tensorflow as tf
    b = a
    def inner(c):
        d = lambda e: e
        return tf.exp(c)
    return inner
def other(x):
    return attend(x)
"""


def at(line):
    code = Code("port.py", FILE)
    statement = next(node for node in ast.walk(code.tree) if isinstance(node, ast.Return) and node.lineno == line)
    return Passage(code, statement)


def test_names_of_the_functions_around_and_of_the_file_are_known_and_no_others():
    passage = at(8)
    inner = known_at(passage.code, passage.statement)
    assert {"a", "b", "c", "d", "tf", "math", "SIZE", "len", "other"} <= inner
    assert not {"e", "x"} & inner
    passage = at(11)
    other = known_at(passage.code, passage.statement)
    assert {"x", "outer", "SIZE"} <= other
    assert not {"a", "tf", "inner"} & other


def test_what_a_rewrite_writes_is_imported_where_it_is_not_known():
    passage = at(11)
    changed = with_imports(passage, Rewrite(passage.statement.value.args[0], "tf.exp(x)", "said"))
    assert passage.code.with_rewrite(changed).text.endswith(
        "def other(x):\n    import tensorflow as tf\n    return attend(tf.exp(x))\n"
    )


def test_what_is_known_is_not_imported_again_and_nothing_is_where_nothing_needs_it():
    passage = at(8)
    rewrite = Rewrite(passage.statement.value.args[0], "tf.exp(c)", "said")
    assert with_imports(passage, rewrite) is rewrite
    passage = at(11)
    rewrite = Rewrite(passage.statement.value.args[0], "-x", "said")
    assert with_imports(passage, rewrite) is rewrite


def test_the_variables_of_a_lambda_are_those_of_all_around_a_piece():
    code = Code("port.py", "y = f(lambda p, t: g(lambda s: p + s))")
    node = next(each for each in ast.walk(code.tree) if isinstance(each, ast.BinOp))
    assert variables_at(code, node) == ["s", "p", "t"]
    assert not variables_at(code, code.tree.body[0].value)
