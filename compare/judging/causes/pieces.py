"""Which part of a value is taken, and which value."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import combinations

from compare.judging.causes.code import Rewrite
from compare.judging.causes.passage import Passage, is_number, known_names

SHIFTED = {"1:": (":-1", ":"), ":-1": ("1:", ":"), ":": (":-1", "1:"), "-1": ("0",), "0": ("-1", "1"), "1": ("0",)}


def other_parts(passage: Passage) -> Iterator[Rewrite]:
    """Another slice of the same value, or all of it."""
    for node in passage.each(ast.Subscript):
        if isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, str):
            continue
        said = f"takes `{passage.code.piece(node)}`, PyTorch another part"
        yield Rewrite(node, passage.code.piece(node.value), said, 4)
        parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        for part in parts:
            own = passage.code.piece(part).replace(" ", "")
            for other in SHIFTED.get(own, ()):
                yield Rewrite(part, other, said, 4)
            if isinstance(part, ast.Slice):
                yield from _halves(passage, part, said)


def _halves(passage: Passage, part: ast.Slice, said: str) -> Iterator[Rewrite]:
    """`half:` for `:half`, one further or less, and each second one."""
    low, high = (passage.code.piece(each) if each else "" for each in (part.lower, part.upper))
    if bool(low) != bool(high) and not part.step:
        yield Rewrite(part, f"{high}:{low}", said, 4)
    for edge, name in ((part.lower, low), (part.upper, high)):
        if edge is not None and not is_number(edge):
            yield from (Rewrite(edge, f"{name} {change}", said, 5) for change in ("+ 1", "- 1"))


def parts_left_out(passage: Passage) -> Iterator[Rewrite]:
    """A part of a value where all of it is taken: its beginning, its end, an axis of one element more or less."""
    shares, axes = (
        ("[:, 1:]", "[:, :-1]", "[1:]", "[:-1]"),
        ("[:, None]", "[None]", "[..., None]", "[..., 0]", "[:, 0]"),
    )
    of_axes = 4 if passage.says("squeeze", "unsqueeze", "view", "view_as", "reshape", "flatten") else 8
    for node in passage.values():
        if isinstance(node, (ast.Name, ast.Subscript, ast.Call, ast.Attribute)):
            for form in (*shares, *axes):
                said = f"takes all of `{passage.code.piece(node)}`, PyTorch `{form}` of it"
                unlikely = of_axes if form in axes else 8
                yield Rewrite(node, f"{passage.code.operand(node)}{form}", said, unlikely)


def other_names(passage: Passage) -> Iterator[Rewrite]:
    """Another variable that is known there."""
    known = known_names(passage)
    for node in passage.each(ast.Name):
        if isinstance(node.ctx, ast.Load) and node.id in known:
            for other in known:
                if other != node.id:
                    asked = passage.says(other)
                    yield Rewrite(node, other, f"takes `{node.id}` where PyTorch takes `{other}`", 5 if asked else 6)


def exchanged_names(passage: Passage) -> Iterator[Rewrite]:
    """Two variables, each where the other is."""
    loaded = [node for node in passage.each(ast.Name) if isinstance(node.ctx, ast.Load)]
    known = set(known_names(passage))
    names = [name for name in dict.fromkeys(node.id for node in loaded) if name in known]
    begin, _ = passage.code.span(passage.statement)
    whole = passage.code.piece(passage.statement).encode()
    for one, other in combinations(names, 2):
        swapped, new = {one: other, other: one}, whole
        for node in sorted(loaded, key=passage.code.span, reverse=True):
            start, end = (each - begin for each in passage.code.span(node))
            new = new[:start] + swapped.get(node.id, node.id).encode() + new[end:]
        said = f"has `{one}` and `{other}` each in the other's place"
        if not hasattr(passage.statement, "body"):
            yield Rewrite(passage.statement, new.decode(), said, 4)


def other_attributes(passage: Passage) -> Iterator[Rewrite]:
    """Another attribute of the same object, as a layer of a model's."""
    found: dict[str, dict[str, None]] = {}
    for node in ast.walk(passage.code.tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            found.setdefault(node.value.id, {})[node.attr] = None
    for node in passage.each(ast.Attribute):
        if isinstance(node.value, ast.Name) and node.value.id not in ("tf", "keras", "ops", "layers", "np"):
            for other in found[node.value.id]:
                if other != node.attr:
                    said = f"takes {node.attr} where PyTorch takes {other}"
                    yield Rewrite(node, f"{node.value.id}.{other}", said, 5 if passage.says(other) else 7)


RULES = (other_parts, parts_left_out, other_names, exchanged_names, other_attributes)
