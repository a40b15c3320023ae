"""The sources that the table and the search show are those of the files."""

import ast
from pathlib import Path

import pytest

from compare.components import source, specs

ROOT = Path(__file__).resolve().parents[2]
SIDES = ("torch", "tf")
MODULE = '''"""A file of entries."""

import keras

from tf_impl.losses import mean_squared_error
from tf_impl.optimizers import SGD, Adam, AdamW

_SCALE = 3


def _double(x):
    return 2 * x


def _unused(x):
    return x


class _Layer(keras.Layer):
    def call(self, x):
        return _double(x)


def plain(x):
    """One sentence."""
    return keras.ops.relu(x)


def with_helpers():
    """One sentence,
    over two lines."""
    return keras.Sequential(
        [
            _Layer(),  # which doubles
        ]
    )


def of_several_lines(x):
    """One sentence."""
    # Why it is so.
    y = _SCALE * x

    return y


def with_imports(x):
    """One sentence."""
    return AdamW(_rate(x)), SGD(0.1)


def _rate(x):
    return mean_squared_error(x, x)


def without_docstring(
    x,
):
    return x
'''


def function(side, kind, key):
    """The definition of an entry, by itself."""
    tree = ast.parse((ROOT / f"{side}_impl" / "components" / f"{kind}.py").read_text())
    return next(node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == key)


@pytest.mark.parametrize("kind", specs.KINDS)
@pytest.mark.parametrize("side", SIDES)
def test_the_code_of_an_entry_is_the_body_that_stands_in_the_file(side, kind):
    for key, entry in source.entries(side, kind).items():
        body = function(side, kind, key).body[1:]
        *_, own = entry.code.split("\n\n") if len(body) == 1 else (entry.code,)
        shown = ast.parse(own).body
        if len(body) == 1 and isinstance(body[0], ast.Return):
            assert ast.dump(shown[0].value) == ast.dump(body[0].value), key
        else:
            wrapped = ast.parse("def entry():\n" + "\n".join(f"    {line}" for line in entry.code.splitlines())).body[0]
            assert [ast.dump(node) for node in wrapped.body[-len(body) :]] == [ast.dump(node) for node in body], key


@pytest.mark.parametrize("kind", specs.KINDS)
@pytest.mark.parametrize("side", SIDES)
def test_the_code_holds_every_helper_of_the_file_that_it_names(side, kind):
    text = (ROOT / f"{side}_impl" / "components" / f"{kind}.py").read_text()
    private = {name for name in defined(text) if name.startswith("_")}
    for key, entry in source.entries(side, kind).items():
        named = {node.id for node in ast.walk(ast.parse(entry.code)) if isinstance(node, ast.Name)}
        assert named & private == defined(entry.code) & private, key


def defined(text):
    """The names of functions, classes and constants."""
    nodes = ast.parse(text).body
    assigned = {ast.unparse(target) for node in nodes if isinstance(node, ast.Assign) for target in node.targets}
    return assigned | {node.name for node in nodes if isinstance(node, (ast.FunctionDef, ast.ClassDef))}


def test_an_expression_alone_is_shown_without_its_return():
    assert source.parse(MODULE)["plain"].code == "keras.ops.relu(x)"
    assert source.parse(MODULE)["without_docstring"].code == "x"


def test_the_helpers_that_are_named_come_first_and_no_others():
    assert source.parse(MODULE)["with_helpers"].code == (
        "def _double(x):\n    return 2 * x\n\n"
        "class _Layer(keras.Layer):\n    def call(self, x):\n        return _double(x)\n\n"
        "keras.Sequential(\n    [\n        _Layer(),  # which doubles\n    ]\n)"
    )


def test_several_lines_keep_their_comments_and_a_constant_is_shown():
    assert source.parse(MODULE)["of_several_lines"].code == "_SCALE = 3\n\n# Why it is so.\ny = _SCALE * x\n\nreturn y"


def test_what_comes_from_this_project_is_shown_with_its_import_and_no_other_name():
    assert source.parse(MODULE)["with_imports"].code == (
        "from tf_impl.losses import mean_squared_error\nfrom tf_impl.optimizers import SGD, AdamW\n\n"
        "def _rate(x):\n    return mean_squared_error(x, x)\n\n"
        "AdamW(_rate(x)), SGD(0.1)"
    )


def test_a_docstring_is_one_line_and_private_names_are_no_entries():
    found = source.parse(MODULE)
    assert found["with_helpers"].lesson == "One sentence, over two lines."
    assert list(found) == ["plain", "with_helpers", "of_several_lines", "with_imports", "without_docstring"]
