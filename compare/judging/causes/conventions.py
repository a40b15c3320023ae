"""Functions and layers that have PyTorch's name and meaning, and another convention: written as PyTorch takes them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TypeGuard

from compare.judging.causes.code import Rewrite
from compare.judging.causes.keras_arguments import with_arguments
from compare.judging.causes.passage import Passage, name_called
from compare.judging.causes.wrapped import in_sequence

HOLDERS = ("self", "side", "model")  # of layers of the user's
MODULES = ("tf", "keras", "ops", "layers", "np", "math")
MASKS = ("attention_mask", "mask", "attn_mask", "key_padding_mask")
CAUSAL = ("attn_mask", "is_causal", "triu", "tril", "generate_square_subsequent_mask", "mask", "src_mask", "tgt_mask")
OF_MODES = ("BatchNorm1d", "BatchNorm2d", "BatchNorm3d", "SyncBatchNorm", "Dropout", "Dropout2d", "dropout", "train")
HEADS = "keras.ops.transpose({}, (0, 2, 1, 3))"
# A block of pixels as channels: PyTorch has each channel's pixels side by side, TensorFlow each pixel's channels.
PIXELS_LAST = "tf.reshape(tf.linalg.matrix_transpose(tf.reshape(x, tf.concat([tf.shape(x)[:-1], {}], 0))), tf.shape(x))"
WAYS_BEHIND_ALL = (
    "(lambda states: keras.ops.concatenate("
    "[states[:, -1, : states.shape[-1] // 2], states[:, 0, states.shape[-1] // 2 :]], axis=-1))"
)
OF_RESPONSES = ("input", "depth_radius", "bias", "alpha", "beta")


def is_of_the_user(call: ast.Call) -> bool:
    """Whether it calls a model or a layer, as far as its text shows."""
    function: ast.expr = call.func
    if isinstance(function, ast.Attribute):
        return ast.unparse(function).partition(".")[0] in HOLDERS
    return isinstance(function, ast.Subscript) or (isinstance(function, ast.Name) and function.id.islower())


def in_training_mode(passage: Passage) -> Iterator[Rewrite]:
    """A model or a layer called with training=True."""
    for call in passage.each(ast.Call):
        given = {each.arg for each in call.keywords}
        if is_of_the_user(call) and call.args and "training" not in given and passage.says(*OF_MODES):
            said = "is not called in training mode, in which PyTorch's modules are"
            yield Rewrite(call, with_arguments(passage.code, call, {"training": "True"}), said, 3)


def other_masks(passage: Passage) -> Iterator[Rewrite]:
    """A mask of the other sense, and one that lets through what came before."""
    for call in passage.each(ast.Call):
        for keyword in call.keywords:
            if keyword.arg in MASKS and not _is_nothing(keyword.value):
                inverted = f"tf.logical_not(tf.cast({passage.code.piece(keyword.value)}, tf.bool))"
                yield Rewrite(keyword.value, inverted, f"gives {keyword.arg} in the sense of PyTorch's, inverted", 3)
        if is_of_the_user(call) and passage.says(*CAUSAL):
            kept = [each for each in (*call.args, *call.keywords) if getattr(each, "arg", None) not in MASKS]
            given = ", ".join([*map(passage.code.piece, kept), "use_causal_mask=True"])
            said = "lets a step see others than those before it"
            yield Rewrite(call, f"{passage.code.piece(call.func)}({given})", said, 3)


def _is_nothing(value: ast.expr) -> TypeGuard[ast.Constant]:
    return isinstance(value, ast.Constant) and value.value is None


def heads_first(passage: Passage) -> Iterator[Rewrite]:
    """An attention of Keras' that is given heads before time, as PyTorch's are."""
    for call in passage.each(ast.Call):
        if name_called(call) == "dot_product_attention":
            turned = [HEADS.format(passage.code.piece(each)) for each in call.args[:3]]
            rest = map(passage.code.piece, (*call.args[3:], *call.keywords))
            new = HEADS.format(f"{passage.code.piece(call.func)}({', '.join([*turned, *rest])})")
            yield Rewrite(call, new, "has heads before time, where Keras' attention takes time before heads", 2)


def order_of_pixels(passage: Passage) -> Iterator[Rewrite]:
    """Blocks of pixels that become channels, or the reverse, in PyTorch's order."""
    said = "takes the channels of a block in another order than PyTorch"
    for call in passage.each(ast.Call):
        pieces = [passage.code.piece(each) for each in call.args]
        if name_called(call) == "depth_to_space" and len(pieces) > 1:
            of_block = PIXELS_LAST.format(f"[-1, {passage.code.operand(call.args[1])} ** 2]")
            given = ", ".join([f"(lambda x: {of_block})({pieces[0]})", *pieces[1:]])
            yield Rewrite(call, f"{passage.code.piece(call.func)}({given})", said, 2)
        elif name_called(call) == "space_to_depth" and len(pieces) > 1:
            of_block = PIXELS_LAST.format(f"[{passage.code.operand(call.args[1])} ** 2, -1]")
            yield Rewrite(call, f"(lambda x: {of_block})({passage.code.piece(call)})", said, 2)


def width_of_responses(passage: Passage) -> Iterator[Rewrite]:
    """A local response normalisation by PyTorch's: the width of its window, by which alpha is divided."""
    for call in passage.each(ast.Call):
        if name_called(call) not in ("lrn", "local_response_normalization"):
            continue
        given = dict(zip(OF_RESPONSES, map(passage.code.operand, call.args), strict=False))
        given |= {str(each.arg): passage.code.operand(each.value) for each in call.keywords}
        radius, alpha = given.get("depth_radius", "5"), given.get("alpha", "1")
        for width, half in ((radius, f"{radius} // 2"), (f"(2 * {radius} + 1)", radius)):
            changed = {**given, "depth_radius": half, "alpha": f"{alpha} / {width}"}
            new = ", ".join(f"{name}={value}" for name, value in changed.items())
            said = f"takes the radius of the window for its width and alpha as it is, PyTorch alpha / {width}"
            yield Rewrite(call, f"{passage.code.piece(call.func)}({new})", said, 2)


def last_of_both_directions(passage: Passage) -> Iterator[Rewrite]:
    """The outputs of both directions at the last step, where a layer gives each behind the whole sequence."""
    for call in passage.each(ast.Call):
        inner = call.args[0] if name_called(call) == "Bidirectional" and call.args else None
        if isinstance(inner, ast.Call) and "return_sequences" not in {each.arg for each in inner.keywords}:
            rest = map(passage.code.piece, (*call.args[1:], *call.keywords))
            sequences = with_arguments(passage.code, inner, {"return_sequences": "True"})
            both = f"{passage.code.piece(call.func)}({', '.join([sequences, *rest])})"
            said = "has the backward state behind the first step, PyTorch that of the last step"
            unlikely = 1 if passage.says("bidirectional") else 3
            yield Rewrite(call, in_sequence([both, "keras.layers.Lambda(lambda x: x[:, -1])"]), said, unlikely)


def end_of_both_directions(passage: Passage) -> Iterator[Rewrite]:
    """The state of each direction behind the whole sequence, where both outputs at the last step are taken."""
    for taken in passage.each(ast.Subscript):
        if passage.code.piece(taken.slice).replace(" ", "") in (":,-1", ":,-1,:"):
            both = passage.code.piece(taken.value)
            said = "has the backward state behind one step, PyTorch that behind the whole sequence"
            unlikely = 2 if passage.says("bidirectional") else 6
            yield Rewrite(taken, f"{WAYS_BEHIND_ALL}({both})", said, unlikely)


RULES = (
    end_of_both_directions,
    in_training_mode,
    other_masks,
    heads_first,
    order_of_pixels,
    width_of_responses,
    last_of_both_directions,
)
