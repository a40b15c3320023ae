"""The text of a user's file, of which pieces may be replaced; the file itself is never changed."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

COMPOSITE = (ast.BinOp, ast.UnaryOp, ast.BoolOp, ast.Compare, ast.IfExp, ast.Lambda, ast.Starred)
OPEN = (ast.BinOp, ast.UnaryOp, ast.BoolOp, ast.Compare, ast.IfExp, ast.Attribute)  # what may bind an operand of them


Piece = ast.expr | ast.stmt | ast.keyword


class Rewrite(NamedTuple):
    """A piece of code and what to write in its place; an empty text takes a statement away.

    `said` is what the port does and PyTorch does not. How `unlikely` it is comes from the tests' wrong lines: of the
    rewrites of a rule, one in ten to the power of half as much is right. `rule` is the name of that.
    """

    node: Piece
    new: str
    said: str
    unlikely: int = 5
    rule: str = ""


@dataclass(frozen=True)
class Code:
    """A file as it is, or as it was rewritten: `text` stands in for what `file` holds."""

    file: str
    text: str

    @classmethod
    def of(cls, file: str) -> Code:
        """OSError or ValueError where the file cannot be read."""
        return cls(file, Path(file).read_text(encoding="utf-8"))

    @cached_property
    def tree(self) -> ast.Module:
        """SyntaxError for a text that is not Python."""
        return ast.parse(self.text)

    @cached_property
    def parents(self) -> dict[ast.AST, ast.AST]:
        return {child: node for node in ast.walk(self.tree) for child in ast.iter_child_nodes(node)}

    @cached_property
    def _starts(self) -> list[int]:
        """Where each line begins, in bytes, as the columns of a tree are counted."""
        starts = [0]
        for line in self.text.encode().splitlines(keepends=True):
            starts.append(starts[-1] + len(line))
        return starts

    @cached_property
    def _bytes(self) -> bytes:
        return self.text.encode()

    def span(self, node: Piece) -> tuple[int, int]:
        """Where a piece begins and ends, in bytes."""
        begin, end = (self._starts[(line or node.lineno) - 1] for line in (node.lineno, node.end_lineno))
        return begin + node.col_offset, end + (node.end_col_offset or node.col_offset)

    def piece(self, node: ast.AST) -> str:
        """The text of a piece."""
        assert isinstance(node, Piece)
        begin, end = self.span(node)
        return self._bytes[begin:end].decode()

    def operand(self, node: ast.AST) -> str:
        """The text of a piece as it may stand anywhere in an expression."""
        return f"({self.piece(node)})" if isinstance(node, COMPOSITE) else self.piece(node)

    def with_rewrite(self, rewrite: Rewrite) -> Code:
        """The code with a piece replaced; SyntaxError where what is written is not Python."""
        begin, end = self.span(rewrite.node)
        new = self.fitting(rewrite)
        return Code(self.file, (self._bytes[:begin] + new.encode() + self._bytes[end:]).decode())

    def with_rewrites(self, rewrites: Iterable[Rewrite]) -> Code:
        """The code with several pieces replaced; of those that are inside one another, the first."""
        changed, begun = self, len(self._bytes) + 1
        for rewrite in sorted(rewrites, key=lambda each: self.span(each.node), reverse=True):
            if self.span(rewrite.node)[1] <= begun:
                begin, end = self.span(rewrite.node)
                new = self.fitting(rewrite).encode()
                changed, begun = Code(self.file, (changed._bytes[:begin] + new + changed._bytes[end:]).decode()), begin
        return changed

    def fitting(self, rewrite: Rewrite) -> str:
        """What a rewrite writes, as it may stand in the place of the piece."""
        node, new = rewrite.node, rewrite.new
        if isinstance(node, ast.stmt):
            return new or "pass"
        parent = self.parents.get(node)
        inner = isinstance(parent, OPEN) or (isinstance(parent, (ast.Call, ast.Subscript)) and _holds(parent) is node)
        if inner and isinstance(ast.parse(new, mode="eval").body, COMPOSITE):
            return f"({new})"
        return new


def _holds(parent: ast.Call | ast.Subscript) -> ast.expr:
    """What is called or indexed."""
    return parent.func if isinstance(parent, ast.Call) else parent.value
