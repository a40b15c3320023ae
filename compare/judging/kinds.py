"""What kind of operation a kernel of either framework is: both have names of their own for the same."""

from __future__ import annotations

import re
from functools import cache

# By names in lower case, without a version, an overload or an underscore.
SAME = {
    "realdiv": "div", "floordiv": "div", "divide": "div", "divnonan": "div", "addn": "add", "biasadd": "add",
    "subtract": "sub", "multiply": "mul", "negative": "neg", "mm": "matmul", "bmm": "matmul", "addmm": "matmul",
    "batchmatmul": "matmul", "amax": "max", "amin": "min", "maximum": "max", "minimum": "min", "square": "pow",
    "concat": "cat", "pack": "stack", "gatherv": "gather", "indexselect": "gather", "select": "where",
    "clampmin": "clamp", "clampmax": "clamp", "clipbyvalue": "clamp", "stopgradient": "detach", "logp": "log1p",
    "assignaddvariableop": "add", "assignsubvariableop": "sub",
}  # fmt: skip
# What changes no number, but a shape, a layout or a dtype.
PASSING = frozenset((
    "identity", "reshape", "view", "unsafeview", "squeeze", "unsqueeze", "expanddims", "transpose", "permute", "t",
    "cast", "tocopy", "detach", "expand", "broadcastto", "contiguous", "clone", "alias", "ensureshape", "liftfresh",
))  # fmt: skip


@cache
def kind(name: str) -> str:
    """The kind of an operation, by its name in a record."""
    plain = name.removeprefix("aten.").partition(".")[0].partition(",")[0]
    plain = re.sub(r"[vV]\d$", "", plain).replace("_", "").lower()
    return SAME.get(plain, plain)
