"""Arguments of calls: keywords, axes, words, and their order."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from itertools import permutations

from compare.judging.causes.code import Rewrite
from compare.judging.causes.passage import Passage, is_number, name_called

AXES = ("axis", "axes", "dim")
PLACES = ("-1", "0", "1", "2", "3", "None")
WORDS: tuple[tuple[str, ...], ...] = (
    ("same", "valid", "causal"),
    ("bilinear", "nearest", "bicubic"),
    ("CONSTANT", "REFLECT", "SYMMETRIC"),
    ("sum", "sum_over_batch_size", "mean", "mean_with_sample_weight", "none"),
    ("relu", "tanh", "sigmoid", "softmax", "gelu", "linear", "silu", "elu", "softplus"),
    ("ASCENDING", "DESCENDING"),
    ("left", "right"),
    ("ij", "xy"),
)
# What a call may be given beside, by the words of PyTorch's side that ask for it.
FLAGS = {
    "from_logits=True": (
        "cross_entropy", "CrossEntropyLoss", "binary_cross_entropy_with_logits", "BCEWithLogitsLoss", "nll_loss",
    ),
    "approximate=True": ("approximate",),
    "keepdims=True": ("keepdim", "keepdims"),
    "training=training": ("train", "training", "eval", "dropout", "BatchNorm1d", "BatchNorm2d"),
    "transpose_b=True": ("t", "T", "mT", "transpose", "permute", "linear", "einsum"),
    "transpose_a=True": ("t", "T", "mT", "transpose", "permute"),
    "ddof=1": ("std", "var"),
    "axis=-1": ("dim", "softmax", "sum", "mean"),
    "axis=1": ("dim", "sum", "mean"),
    "axis=0": ("dim", "sum", "mean"),
    "approximate=False": ("gelu", "GELU"),
    'direction="DESCENDING"': ("descending", "sort", "argsort", "topk"),
    "exclusive=True": ("cumprod", "cumsum", "shift", "roll"),
    "reverse=True": ("flip",),
    "mask=mask": ("mask", "attn_mask", "key_padding_mask"),
}  # fmt: skip
# What a function of TensorFlow's or Keras' does not have by default, and PyTorch's has.
DEFAULTS = {
    "leaky_relu": "alpha=0.01",
    "LeakyReLU": "negative_slope=0.01",
    "gelu": "approximate=False",
    "BatchNormalization": "epsilon=1e-5",
    "LayerNormalization": "epsilon=1e-5",
    "GroupNormalization": "epsilon=1e-5",
    "l2_normalize": "epsilon=1e-24",
    "reduce_std": "keepdims=True",
    "reduce_mean": "keepdims=True",
    "reduce_sum": "keepdims=True",
    "ExponentialDecay": "staircase=True",
    "InverseTimeDecay": "staircase=True",
    "Nadam": "epsilon=1e-8",
}
MOST_ORDERED = 5  # elements of which every order is tried


def other_axes(passage: Passage) -> Iterator[Rewrite]:
    """Another axis."""
    for call in passage.each(ast.Call):
        for keyword in call.keywords:
            if keyword.arg in AXES:
                yield from _axes(passage, keyword.value)
        if name_called(call).startswith(("reduce_", "softmax", "concat", "stack", "expand_dims", "cumsum", "norm")):
            yield from (each for value in call.args[1:2] for each in _axes(passage, value))


def _axes(passage: Passage, value: ast.expr) -> Iterator[Rewrite]:
    own = passage.code.piece(value)
    if isinstance(value, (ast.Tuple, ast.List)):
        one, two = value.elts[0], value.elts[-1]
        others = [passage.code.piece(each) for each in (one, two)]
        others += [f"({a}, {b})" for a in range(4) for b in range(a + 1, 4)]
    elif is_number(value) or own == "None":
        others = [*PLACES, "(1, 2)", "(1, 2, 3)", "(0, 1)"]
    else:
        return
    for other in others:
        if other != own:
            yield Rewrite(value, other, f"works along axis {own} where PyTorch works along {other}", 4)


def other_flags(passage: Passage) -> Iterator[Rewrite]:
    """A keyword with the other truth, without it, or one that is left out."""
    for call in passage.each(ast.Call):
        for keyword in call.keywords:
            if isinstance(keyword.value, ast.Constant) and isinstance(keyword.value.value, bool):
                other = not keyword.value.value
                yield Rewrite(keyword.value, str(other), f"has {keyword.arg}={keyword.value.value}, PyTorch not", 3)
            elif keyword.arg:
                yield Rewrite(call, _without(passage, call, keyword), f"gives {keyword.arg}, PyTorch does not", 3)
        given = {each.arg for each in call.keywords}
        for flag, words in {**FLAGS, **_of_its_own(call)}.items():
            if flag.partition("=")[0] not in given and (not words or passage.says(*words)):
                yield Rewrite(call, _with(passage, call, flag), f"leaves {flag} out", 4 if words else 3)


def _of_its_own(call: ast.Call) -> dict[str, tuple[str, ...]]:
    """Flags that a function may have, whatever PyTorch's side says."""
    name = name_called(call)
    own: list[str] = [DEFAULTS[name]] if name in DEFAULTS else []
    own += ["exclusive=True", "reverse=True"] if name in ("cumsum", "cumprod") else []
    own += ["axis=1"] if name in ("BatchNormalization", "GroupNormalization") else []
    return dict.fromkeys(own, ())


def _without(passage: Passage, call: ast.Call, dropped: ast.keyword) -> str:
    kept = [passage.code.piece(each) for each in (*call.args, *call.keywords) if each is not dropped]
    return f"{passage.code.piece(call.func)}({', '.join(kept)})"


def _with(passage: Passage, call: ast.Call, flag: str) -> str:
    text = passage.code.piece(call)
    inside = text[:-1].rstrip()
    return f"{inside.removesuffix(',')}{'' if inside.endswith('(') else ', '}{flag})"


def other_words(passage: Passage) -> Iterator[Rewrite]:
    """Another word of those that an argument may be, or another array of the batch."""
    keys = _keys(passage)
    for node in passage.each(ast.Constant):
        if not isinstance(node.value, str):
            continue
        families = [family for family in WORDS if node.value in family]
        families += [keys] if node.value in keys else []
        for other in dict.fromkeys(word for family in families for word in family if word != node.value):
            asked = passage.says(other) or any(
                f'"{other}"' in ast.unparse(each).replace("'", '"') for each in passage.torch
            )
            yield Rewrite(node, f'"{other}"', f'has "{node.value}" where PyTorch has "{other}"', 3 if asked else 6)


def _keys(passage: Passage) -> tuple[str, ...]:
    """The words by which the file takes something out of a dictionary."""
    nodes = (node.slice for node in ast.walk(passage.code.tree) if isinstance(node, ast.Subscript))
    return tuple(
        dict.fromkeys(node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str))
    )


def other_subscripts(passage: Passage) -> Iterator[Rewrite]:
    """The letters of one operand of an einsum in another order."""
    for call in passage.each(ast.Call):
        given = call.args[0] if call.args and name_called(call) == "einsum" else None
        if isinstance(given, ast.Constant) and isinstance(given.value, str):
            pieces = re.split(r"(\W+)", given.value)
            for place, piece in enumerate(pieces):
                for order in permutations(piece) if piece.isalpha() and len(piece) < MOST_ORDERED else ():
                    spec = "".join([*pieces[:place], "".join(order), *pieces[place + 1 :]])
                    if spec != given.value:
                        yield Rewrite(given, f'"{spec}"', f'contracts "{given.value}", PyTorch "{spec}"', 5)


def other_order(passage: Passage) -> Iterator[Rewrite]:
    """The arguments of a call, or the elements of a list, in another order."""
    for call in passage.each(ast.Call):
        if len(call.args) in (2, 3) and not any(isinstance(each, ast.Starred) for each in call.args):
            for first, second in ((0, 1), (1, 2), (0, 2)):
                if second < len(call.args):
                    yield Rewrite(call, _swapped(passage, call, first, second), "has two arguments exchanged", 3)
    for node in passage.nodes:
        if isinstance(node, (ast.Tuple, ast.List)) and 1 < len(node.elts) <= MOST_ORDERED:
            yield from _orders(passage, node)


def _swapped(passage: Passage, call: ast.Call, first: int, second: int) -> str:
    pieces = [passage.code.piece(each) for each in call.args]
    pieces[first], pieces[second] = pieces[second], pieces[first]
    pieces += [passage.code.piece(each) for each in call.keywords]
    return f"{passage.code.piece(call.func)}({', '.join(pieces)})"


def _orders(passage: Passage, node: ast.Tuple | ast.List) -> Iterator[Rewrite]:
    whole, elements = passage.code.piece(node), [passage.code.piece(each) for each in node.elts]
    for order in permutations(elements):
        if list(order) != elements:
            bare = not whole.startswith(("(", "["))
            opened, closed = ("", "") if bare else (whole[0], whole[-1])
            moved = sum(one != other for one, other in zip(order, elements, strict=True))
            yield Rewrite(
                node,
                f"{opened}{', '.join(order)}{closed}",
                f"has what is in `{whole}` in another order",
                3 + (moved > 2),
            )


RULES = (other_axes, other_flags, other_words, other_subscripts, other_order)
