"""What PyTorch's losses do and tf's leave to the caller: where the classes are, what counts, how CTC is averaged."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from compare.judging.causes.code import Rewrite
from compare.judging.causes.passage import Passage, known_names, name_called
from compare.judging.causes.scope import variables_at

AT_ONE = {3: "(0, 2, 1)", 4: "(0, 2, 3, 1)"}  # from classes at axis 1 to classes at the last, by rank
OF_CLASSES = ("crossentropy", "cross_entropy", "cross_entropy_with_logits", "log_softmax", "softmax")
OF_PYTORCH = ("cross_entropy", "CrossEntropyLoss", "nll_loss", "NLLLoss")
BLANKS = ("blank_index", "mask_index")


def classes_at_one(passage: Passage) -> Iterator[Rewrite]:
    """What a loss takes for classes, with axis 1 at the end."""
    said = "takes the last axis for the classes, PyTorch axis 1"
    for call in passage.each(ast.Call):
        made = call.func if isinstance(call.func, ast.Call) else call
        if name_called(made).lower().endswith(OF_CLASSES) and call.args:
            by_name = [each.value for each in call.keywords if each.arg in ("logits", "y_pred", "output")]
            for given in (*by_name, *call.args[::-1]):
                for order in AT_ONE.values():
                    new = f"tf.transpose({passage.code.piece(given)}, {order})"
                    yield Rewrite(given, new, said, 1 if passage.says(*OF_PYTORCH) else 3)


def masks_left_out(passage: Passage) -> Iterator[Rewrite]:
    """No mask of an embedding, which Keras' losses and layers leave out of what they compute."""
    for node in ast.walk(passage.code.tree):
        if isinstance(node, ast.keyword) and node.arg == "mask_zero" and ast.unparse(node.value) == "True":
            said = "leaves out where the input is 0 (mask_zero=True), which PyTorch counts"
            yield Rewrite(node, "mask_zero=False", said, 1)


def other_blank(passage: Passage) -> Iterator[Rewrite]:
    """The class that CTC takes for the blank, as PyTorch has it: 0, where nothing is said."""
    given = [each for statement in passage.torch for each in ast.walk(statement) if isinstance(each, ast.keyword)]
    asked = next((ast.unparse(each.value) for each in given if each.arg == "blank"), "0")
    for call in passage.each(ast.Call):
        for keyword in call.keywords if "ctc" in name_called(call).lower() else ():
            if keyword.arg in BLANKS and ast.unparse(keyword.value) != asked:
                own = passage.code.piece(keyword.value)
                yield Rewrite(keyword.value, asked, f"takes {own} for CTC's blank, PyTorch {asked}", 1)


def by_the_target_lengths(passage: Passage) -> Iterator[Rewrite]:
    """Each of CTC's losses divided by the length of its target, before the mean is taken."""
    said = "takes the mean of CTC's losses, PyTorch divides each by the length of its target first"
    for call in passage.each(ast.Call) if passage.says("ctc_loss", "CTCLoss") else ():
        if isinstance(call.func, ast.Call) and name_called(call.func) == "CTC" and len(call.args) == 2:
            rest = [passage.code.piece(each) for each in call.func.keywords if each.arg != "reduction"]
            made = f"{passage.code.piece(call.func.func)}({', '.join([*rest, 'reduction=' + repr('none')])})"
            labels, logits = map(passage.code.piece, call.args)
            of_each = f"{made}({labels}, {logits})"
            for lengths in (*_others(passage, call), f"tf.math.count_nonzero({labels}, axis=1)"):
                new = f"tf.reduce_mean({of_each} / tf.cast({lengths}, {passage.code.operand(call.args[1])}.dtype))"
                yield Rewrite(call, new, said, 3)
        elif name_called(call) == "ctc_loss":
            of_each = passage.code.piece(call)
            for lengths in (*map(passage.code.piece, call.args[2:3]), *_others(passage, call)):
                yield Rewrite(call, f"{of_each} / tf.cast({lengths}, {of_each}.dtype)", said, 3)


def _others(passage: Passage, call: ast.Call) -> list[str]:
    """The variables that are known there and not given to it."""
    used = {node.id for node in ast.walk(call) if isinstance(node, ast.Name)}
    known = [*variables_at(passage.code, call), *known_names(passage)]
    return [name for name in dict.fromkeys(known) if name not in used]


RULES = (classes_at_one, masks_left_out, other_blank, by_the_target_lengths)
