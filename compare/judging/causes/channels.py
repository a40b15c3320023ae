"""Images that are flattened, or made of rows: PyTorch's have their channels first, whatever tf's layers take."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from compare.judging.causes.code import Rewrite
from compare.judging.causes.passage import Passage, name_called
from compare.judging.causes.wrapped import in_sequence

WORDS = ("Flatten", "Unflatten", "flatten", "reshape", "unflatten", "view")
# Where the channels of an image, a sequence and a volume come from, for them to be first; and where they go back.
FIRST, LAST = ((3, 1, 2), (2, 1), (4, 1, 2, 3)), ((2, 3, 1), (2, 1), (2, 3, 4, 1))
SAID = "has the channels of an image behind its pixels where PyTorch {} those before them"


def flattened(passage: Passage) -> Iterator[Rewrite]:
    """What is flattened, with its channels first."""
    unlikely = 2 if passage.says(*WORDS) else 4
    for call in passage.each(ast.Call):
        for axes in FIRST:
            new = ""
            if name_called(call) == "Flatten":
                new = in_sequence([f"keras.layers.Permute({axes})", passage.code.piece(call)])
            elif name_called(call) == "reshape" and len(call.args) == 2 and _is_of_rows(call.args[1]):
                x, shape = map(passage.code.piece, call.args)
                new = f"{passage.code.piece(call.func)}({_transposed(passage, call, x, axes)}, {shape})"
            if new:
                yield Rewrite(call, new, SAID.format("flattens"), unlikely + (axes != FIRST[0]))


def _is_of_rows(shape: ast.expr) -> bool:
    """Whether a shape is that of a matrix, one side of which is what is left."""
    sides = [ast.unparse(each) for each in shape.elts] if isinstance(shape, (ast.Tuple, ast.List)) else []
    return len(sides) == 2 and "-1" in sides


def made_of_rows(passage: Passage) -> Iterator[Rewrite]:
    """What is made of rows, as PyTorch makes it, and with its channels last then."""
    unlikely = 2 if passage.says(*WORDS) else 4
    for call in passage.each(ast.Call):
        shape = call.args[-1] if call.args and name_called(call) in ("reshape", "Reshape") else None
        sizes = [passage.code.piece(each) for each in shape.elts] if isinstance(shape, (ast.Tuple, ast.List)) else []
        is_layer = name_called(call) == "Reshape"
        rows, image = ([], sizes) if is_layer else (sizes[:1], sizes[1:])
        back = next((each for each in LAST if len(each) == len(image)), None)
        if back is None:
            continue
        given = [*map(passage.code.piece, call.args[:-1]), f"({', '.join([*rows, image[-1], *image[:-1]])})"]
        given += map(passage.code.piece, call.keywords)
        made = f"{passage.code.piece(call.func)}({', '.join(given)})"
        turned = in_sequence([made, f"keras.layers.Permute({back})"])
        new = turned if is_layer else _transposed(passage, call, made, back)
        yield Rewrite(call, new, SAID.format("makes"), unlikely)


def _transposed(passage: Passage, call: ast.Call, text: str, axes: tuple[int, ...]) -> str:
    """By a function of the kind that is called: TensorFlow's take nothing of a model that is being made."""
    of = "tf" if passage.code.piece(call.func).startswith("tf.") else "keras.ops"
    return f"{of}.transpose({text}, {(0, *axes)})"


RULES = (flattened, made_of_rows)
