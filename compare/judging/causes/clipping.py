"""How gradients are clipped, accumulated or averaged before an optimizer has them."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from compare.judging.causes.code import Rewrite
from compare.judging.causes.passage import Passage, name_called

ONE_BY_ONE = ("clip_by_norm", "clip_by_value", "clip_by_average_norm")
OF_OPTIMIZERS = ("clipnorm", "global_clipnorm", "clipvalue")
ASKED = {
    "clip_by_global_norm": ("clip_grad_norm_", "clip_grad_norm"),
    "clip_by_norm": ("clip_by_norm",),
    "clip_by_value": ("clip_grad_value_",),
}
FORMS = {
    "clip_by_global_norm": "tf.clip_by_global_norm({of}, {most})[0]",
    "clip_by_norm": "[tf.clip_by_norm(each, {most}) for each in {of}]",
    "clip_by_value": "[tf.clip_by_value(each, -{most}, {most}) for each in {of}]",
}
# torch/nn/utils/clip_grad.py, 2.13
PYTORCHS = (
    "(lambda dense: [each * tf.minimum({most} / (tf.linalg.global_norm(dense) + 1e-6), 1.0) for each in dense])"
    "([tf.convert_to_tensor(each) for each in {of}])"
)


def otherwise(passage: Passage) -> Iterator[Rewrite]:
    """All gradients by their common norm, each by its own, or each value."""
    for node, own, of, most in _clipped(passage):
        for other, form in FORMS.items():
            if other != own:
                said = f"clips by {own}, PyTorch by {other}"
                likely = 2 if passage.says(*ASKED[other]) else 4
                yield Rewrite(node, form.format(of=of, most=most), said, likely)


def as_pytorch(passage: Passage) -> Iterator[Rewrite]:
    """By the norm of clip_grad_norm_: rows of one embedding are added up first, and a norm that is infinite makes zeros
    of all."""
    said = "clips by tf's norm, PyTorch's takes repeated rows together, adds 1e-6, and makes no NaN of what is infinite"
    for node, own, of, most in _clipped(passage):
        if own == "clip_by_global_norm":
            yield Rewrite(node, PYTORCHS.format(of=of, most=most), said, 2)


def _clipped(passage: Passage) -> Iterator[tuple[ast.expr, str, str, str]]:
    """The pieces that clip: how, what, and by how much at most."""
    piece = passage.code.piece
    for node in passage.each(ast.ListComp):
        call = node.elt
        if isinstance(call, ast.Call) and name_called(call) in ONE_BY_ONE and len(call.args) > 1:
            yield node, name_called(call), piece(node.generators[0].iter), piece(call.args[-1])
    for taken in passage.each(ast.Subscript):
        call = taken.value
        if isinstance(call, ast.Call) and name_called(call) == "clip_by_global_norm" and len(call.args) > 1:
            yield taken, "clip_by_global_norm", piece(call.args[0]), piece(call.args[1])


def of_the_optimizer(passage: Passage) -> Iterator[Rewrite]:
    """Another of the three ways in which Keras' optimizers clip."""
    for call in passage.each(ast.Call):
        for keyword in call.keywords:
            for other in OF_OPTIMIZERS if keyword.arg in OF_OPTIMIZERS else ():
                if other != keyword.arg:
                    said = f"clips by {keyword.arg}, PyTorch by what {other} does"
                    likely = 2 if other == "global_clipnorm" and passage.says("clip_grad_norm_") else 3
                    yield Rewrite(keyword, f"{other}={passage.code.piece(keyword.value)}", said, likely)


def left_out(passage: Passage) -> Iterator[Rewrite]:
    """Clipped as PyTorch's side clips, where no gradient is."""
    if passage.says("clip_grad_norm_", "clip_grad_value_") and not any(map(passage.has, FORMS)):
        form = FORMS["clip_by_value" if passage.says("clip_grad_value_") else "clip_by_global_norm"]
        for call in passage.each(ast.Call):
            for most in passage.torch_numbers if name_called(call) == "gradient" else ():
                new = form.format(of=passage.code.piece(call), most=most)
                yield Rewrite(call, new, f"does not clip the gradients, PyTorch at {most}", 2)


def averaged(passage: Passage) -> Iterator[Rewrite]:
    """Gradients divided by a number of PyTorch's statement, as of accumulated batches."""
    for node in passage.each(ast.Name):
        if "grad" in node.id and isinstance(node.ctx, ast.Load):
            for number in passage.torch_numbers:
                new = f"[each / {number} for each in {node.id}]"
                yield Rewrite(node, new, f"does not divide the gradients by {number}", 6)


RULES = (as_pytorch, otherwise, of_the_optimizer, left_out, averaged)
