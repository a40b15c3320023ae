"""The source of each component, read without importing it, for the table and the search.

Notice that the code is cut out of the file unchanged, without its docstring. What a component uses of this project (a
loss or an optimizer with PyTorch's formula, in Keras) is shown with its import.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from textwrap import dedent

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = {"torch": "torch_impl", "tf": "tf_impl"}
OWN = tuple(PACKAGES.values())


@dataclass(frozen=True)
class Entry:
    """One component on one side: its docstring in one line, and its body, after the imports and helpers it needs."""

    lesson: str
    code: str


@cache
def entries(side: str, kind: str) -> dict[str, Entry]:
    """The entries of one file by key, in its order; empty where the file does not exist."""
    path = ROOT / PACKAGES[side] / "components" / f"{kind}.py"
    return parse(path.read_text(encoding="utf-8")) if path.exists() else {}


def parse(source: str) -> dict[str, Entry]:
    """The entries in the source of a file: its public functions, by name."""
    lines, nodes = source.splitlines(), ast.parse(source).body
    helpers = {name: node for node in nodes for name in _defined(node) if name.startswith("_")}
    imports = [node for node in nodes if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(OWN)]
    functions = [node for node in nodes if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")]
    return {function.name: _entry(lines, function, helpers, imports) for function in functions}


def _entry(
    lines: list[str], function: ast.FunctionDef, helpers: dict[str, ast.stmt], imports: list[ast.ImportFrom]
) -> Entry:
    needed = _needed_helpers(lines, function, helpers)
    code = [_text(lines, helper) for helper in needed] + [_body(lines, function)]
    if imported := _needed_imports(lines, imports, [function, *needed]):
        code.insert(0, imported)
    return Entry(" ".join((ast.get_docstring(function) or "").split()), "\n\n".join(code))


def _defined(node: ast.stmt) -> list[str]:
    if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
        return [node.name]
    return [ast.unparse(target) for target in node.targets] if isinstance(node, ast.Assign) else []


def _needed_helpers(lines: list[str], function: ast.stmt, helpers: dict[str, ast.stmt]) -> list[ast.stmt]:
    """The helpers that a function uses, and those that these use, in the order of the file."""
    found, waiting = [], [function]
    while waiting:
        used = _used(lines, waiting.pop(), helpers)
        new = [helpers[name] for name in used if helpers[name] not in found]
        found += new
        waiting += new
    return sorted(set(found), key=lambda helper: helper.lineno)


def _needed_imports(lines: list[str], imports: list[ast.ImportFrom], statements: list[ast.stmt]) -> str:
    """The imports that the statements use, one per line; "" where there are none."""
    found = []
    for node in imports:
        names = {alias.asname or alias.name: ast.unparse(alias) for alias in node.names}
        used = set().union(*(_used(lines, statement, names) for statement in statements))
        if used:
            found.append(f"from {node.module} import {', '.join(names[name] for name in names if name in used)}")
    return "\n".join(found)


def _used(lines: list[str], node: ast.stmt, names: Iterable[str]) -> set[str]:
    """Those of the names that a statement uses."""
    text = _text(lines, node)
    if not (likely := {name for name in names if name in text}):  # walking the tree takes longer
        return set()
    return likely & {inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name)}


def _text(lines: list[str], node: ast.stmt) -> str:
    first = min([node.lineno, *(decorator.lineno for decorator in getattr(node, "decorator_list", []))])
    return "\n".join(lines[first - 1 : node.end_lineno])


def _body(lines: list[str], node: ast.FunctionDef) -> str:
    """The statements after the docstring; of a body that only returns an expression, the expression."""
    documented = ast.get_docstring(node) is not None
    start = node.body[0].end_lineno if documented else node.body[0].lineno - 1
    body = dedent("\n".join(lines[start : node.end_lineno])).strip("\n")
    return body.removeprefix("return ") if len(node.body) == 1 + documented else body
