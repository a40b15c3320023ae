"""What of a statement values are computed of, and not where they stand or how many there are."""

from __future__ import annotations

import ast
from collections.abc import Iterator

# What takes numbers as sizes, places and axes, which no value is multiplied by.
OF_SHAPES = (
    "view", "reshape", "expand", "expand_dims", "broadcast_to", "repeat", "tile", "permute", "transpose", "swapaxes",
    "moveaxis", "unsqueeze", "squeeze", "flatten", "split", "chunk", "zeros", "ones", "arange", "range", "one_hot",
)  # fmt: skip
OF_AXES = ("dim", "axis", "axes", "dims", "keepdim", "keepdims", "perm", "depth", "shape")


def value_nodes(node: ast.AST) -> Iterator[ast.AST]:
    """The nodes of a statement but for those that say where values stand, or how many there are."""
    yield node
    if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) in OF_SHAPES:
        # What is reshaped comes first, or before the point.
        children: list[ast.AST] = [
            node.func,
            *(each for each in node.args[:1] if isinstance(each, (ast.Call, ast.BinOp))),
        ]
    elif isinstance(node, ast.Subscript):
        children = [node.value]
    else:
        children = [*ast.iter_child_nodes(node)]
    for child in children:
        if not (isinstance(child, ast.keyword) and child.arg in OF_AXES):
            yield from value_nodes(child)
