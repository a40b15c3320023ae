"""The entries' own source, read without importing them: what the table and the search show.

Notice that the code is cut out of the file, character by character; only the docstring is left out. What an entry takes
from this project (a loss or an optimizer with PyTorch's formula, in Keras) is shown with its import.
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
    """One entry of one side: what to mind, and the body, behind the imports and the helpers that it needs."""

    mind: str
    code: str


@cache
def entries(side: str, kind: str) -> dict[str, Entry]:
    """The entries of one file by key, in its order; none where the file is not there."""
    path = ROOT / PACKAGES[side] / "components" / f"{kind}.py"
    return read(path.read_text(encoding="utf-8")) if path.exists() else {}


def read(source: str) -> dict[str, Entry]:
    """The entries in the source of a file: its public functions."""
    lines, nodes = source.splitlines(), ast.parse(source).body
    helpers = {name: node for node in nodes for name in _defined(node) if name.startswith("_")}
    imports = [node for node in nodes if isinstance(node, ast.ImportFrom) and node.module.startswith(OWN)]
    found = {}
    for node in nodes:
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            needed = _needed(lines, node, helpers)
            imported = _imported(lines, imports, [node, *needed])
            code = [*imported, *(_text(lines, helper) for helper in needed), _body(lines, node)]
            found[node.name] = Entry(" ".join((ast.get_docstring(node) or "").split()), "\n\n".join(code))
    return found


def _defined(node: ast.stmt) -> list[str]:
    if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
        return [node.name]
    return [ast.unparse(target) for target in node.targets] if isinstance(node, ast.Assign) else []


def _needed(lines: list[str], entry: ast.stmt, helpers: dict[str, ast.stmt]) -> list[ast.stmt]:
    """The helpers that an entry names, and those that these name, in the order of the file."""
    found, waiting = [], [entry]
    while waiting:
        named = _named(lines, waiting.pop(), helpers)
        fresh = [helpers[name] for name in named if helpers[name] not in found]
        found += fresh
        waiting += fresh
    return sorted(set(found), key=lambda helper: helper.lineno)


def _imported(lines: list[str], imports: list[ast.ImportFrom], using: list[ast.stmt]) -> list[str]:
    """The imports that the statements make use of, as one text; none where there are none."""
    found = []
    for node in imports:
        names = {alias.asname or alias.name: ast.unparse(alias) for alias in node.names}
        used = set().union(*(_named(lines, statement, names) for statement in using))
        if used:
            found.append(f"from {node.module} import {', '.join(names[name] for name in names if name in used)}")
    return ["\n".join(found)] if found else []


def _named(lines: list[str], node: ast.stmt, wanted: Iterable[str]) -> set[str]:
    """Those of the names that a statement makes use of. The tree is walked only where its text has one of them."""
    text = _text(lines, node)
    if not (likely := {name for name in wanted if name in text}):
        return set()
    return likely & {inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name)}


def _text(lines: list[str], node: ast.stmt) -> str:
    first = min([node.lineno, *(decorator.lineno for decorator in getattr(node, "decorator_list", []))])
    return "\n".join(lines[first - 1 : node.end_lineno])


def _body(lines: list[str], node: ast.FunctionDef) -> str:
    """What stands behind the docstring; of a body that only returns something, that."""
    documented = ast.get_docstring(node) is not None
    start = node.body[0].end_lineno if documented else node.body[0].lineno - 1
    body = dedent("\n".join(lines[start : node.end_lineno])).strip("\n")
    return body.removeprefix("return ") if len(node.body) == 1 + documented else body
