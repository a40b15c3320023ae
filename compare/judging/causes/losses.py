"""The loss of PyTorch's side, written out in TensorFlow in the place of tf's own: of the same prediction and target.

Formulas: torch/nn/functional.py, 2.13.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from compare.judging.causes.code import Rewrite
from compare.judging.causes.passage import Passage, name_called

DISTANCE = "tf.abs({p} - {t})"
ENTROPY = "tf.nn.sparse_softmax_cross_entropy_with_logits(labels={t}, logits={p})"
COUNTS = "{t} != {ignore_index}"
OF_COUNTED = {
    "cross_entropy": ENTROPY.replace("{t}", f"tf.where({COUNTS}, {{t}}, 0)"),
    "nll_loss": f"-tf.gather({{p}}, tf.where({COUNTS}, {{t}}, 0), batch_dims=1)",
}
# By PyTorch's names; {p} is the prediction, {t} the target, all else an option with its default.
FORMULAS = {
    "binary_cross_entropy": (
        "-({t} * tf.maximum(tf.math.log({p}), -100) + (1 - {t}) * tf.maximum(tf.math.log1p(-{p}), -100))",
    ),
    "binary_cross_entropy_with_logits": ("tf.nn.sigmoid_cross_entropy_with_logits({t}, {p})",),
    "cross_entropy": (
        ENTROPY,
        "tf.nn.softmax_cross_entropy_with_logits(labels={t}, logits={p})",
    ),
    "hinge_embedding_loss": ("tf.where({t} > 0, {p}, tf.nn.relu({margin} - {p}))",),
    "huber_loss": (
        f"tf.where({DISTANCE} < {{delta}}, tf.square({{p}} - {{t}}) / 2, {{delta}} * ({DISTANCE} - {{delta}} / 2))",
    ),
    "kl_div": ("tf.math.xlogy({t}, {t}) - {t} * {p}",),
    "l1_loss": (DISTANCE,),
    "mse_loss": ("tf.square({p} - {t})",),
    "multi_margin_loss": (
        "tf.reduce_sum(tf.nn.relu({margin} - tf.gather({p}, {t}, batch_dims=1)[:, None] + {p}) "
        "* (1 - tf.one_hot({t}, {p}.shape[1], dtype={p}.dtype)), axis=1) / {p}.shape[1]",
    ),
    "nll_loss": ("-tf.gather({p}, {t}, batch_dims=1)",),
    "poisson_nll_loss": ("tf.exp({p}) - {t} * {p}",),
    "smooth_l1_loss": (
        f"tf.where({DISTANCE} < {{beta}}, tf.square({{p}} - {{t}}) / (2 * {{beta}}), {DISTANCE} - {{beta}} / 2)",
    ),
    "soft_margin_loss": ("tf.math.softplus(-{t} * {p})",),
}
DEFAULTS = {"margin": 1.0, "delta": 1.0, "beta": 1.0, "ignore_index": -100}
REDUCTIONS = {
    "mean": "tf.reduce_mean({})",
    "sum": "tf.reduce_sum({})",
    "batchmean": "tf.reduce_sum({}) / {p}.shape[0]",
    "none": "{}",
}
CLASSES = {
    "BCELoss": "binary_cross_entropy",
    "BCEWithLogitsLoss": "binary_cross_entropy_with_logits",
    "CrossEntropyLoss": "cross_entropy",
    "HuberLoss": "huber_loss",
    "KLDivLoss": "kl_div",
    "L1Loss": "l1_loss",
    "MSELoss": "mse_loss",
    "MultiMarginLoss": "multi_margin_loss",
    "NLLLoss": "nll_loss",
    "PoissonNLLLoss": "poisson_nll_loss",
    "SmoothL1Loss": "smooth_l1_loss",
    "SoftMarginLoss": "soft_margin_loss",
}


def pytorchs_loss(passage: Passage) -> Iterator[Rewrite]:
    """The formula of PyTorch's loss in the place of a call of two values, or of an expression of two."""
    for name, options in _losses(passage):
        for node, p, t in _of_two_values(passage):
            for formula in formulas_of(name, options):
                new = filled(formula, options, p, t)
                yield Rewrite(node, new, f"computes another loss than PyTorch's {name}", 5)


def _losses(passage: Passage) -> Iterator[tuple[str, dict[str, Any]]]:
    """The losses that PyTorch's statements call, with their options, where a formula here has all of these."""
    for statement in passage.torch:
        for call in (node for node in ast.walk(statement) if isinstance(node, ast.Call)):
            made = call.func if isinstance(call.func, ast.Call) else call  # nn.MSELoss()(prediction, target)
            name = CLASSES.get(name_called(made), name_called(made))
            given = options_of(name, [each for each in made.keywords if each.arg not in ("input", "target")])
            if given is not None:
                yield name, given


def options_of(name: str, keywords: Sequence[ast.keyword]) -> dict[str, Any] | None:
    """The options of a loss; None where there is no formula of it that has them all."""
    if name not in FORMULAS or any(not isinstance(each.value, ast.Constant) for each in keywords):
        return None
    given = {str(each.arg): ast.literal_eval(each.value) for each in keywords}
    return given if formulas_of(name, given) else None


def formulas_of(name: str, options: Mapping[str, Any]) -> list[str]:
    """The formulas of a loss that have all of these options."""
    formulas = list(FORMULAS[name])
    if name in OF_COUNTED:
        formulas.append(f"tf.where({COUNTS}, {OF_COUNTED[name]}, 0)")
    if name == "cross_entropy":
        smooth = "{label_smoothing} * tf.reduce_mean(tf.nn.log_softmax({p}), axis=-1)"
        formulas.append(f"(1 - {{label_smoothing}}) * {ENTROPY} - {smooth}")
    needed = [key for key in options if key != "reduction"]
    known = {**DEFAULTS, **options}
    fitting = [each for each in formulas if all(f"{{{key}}}" in each for key in needed)]
    return [each for each in fitting if "{label_smoothing}" not in each or "label_smoothing" in known]


def _of_two_values(passage: Passage) -> Iterator[tuple[ast.expr, str, str]]:
    """Parts of the statement that are made of two values, with each of them as the prediction."""
    for node in passage.values():
        if name_called(passage.code.parents.get(node, node)).startswith("reduce_"):
            continue
        call = node.left if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div) else node
        if isinstance(call, ast.Call) and len(call.args) == 2 and not isinstance(call.args[0], ast.Starred):
            one, other = map(passage.code.operand, call.args)
            yield from ((node, other, one), (node, one, other))
        parent = passage.code.parents.get(node)
        if not isinstance(parent, (ast.Lambda, ast.Return, ast.Assign)) or isinstance(node, (ast.Lambda, ast.Tuple)):
            continue
        names = [each.id for each in ast.walk(node) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Load)]
        values = [name for name in dict.fromkeys(names) if name not in _called(node)]
        if len(values) == 2:
            yield from ((node, values[1], values[0]), (node, values[0], values[1]))


def _called(node: ast.AST) -> set[str]:
    """The names of functions, and of modules that hold them."""
    found: set[str] = set()
    for call in (each for each in ast.walk(node) if isinstance(each, ast.Call)):
        function = call.func
        while isinstance(function, (ast.Attribute, ast.Call)):
            function = function.value if isinstance(function, ast.Attribute) else function.func
        found |= {function.id} if isinstance(function, ast.Name) else set()
    return found


def filled(formula: str, options: dict[str, Any], p: str, t: str) -> str:
    """A formula of FORMULAS with these options, prediction and target as code, reduced as PyTorch's is."""
    values = {**DEFAULTS, **{key: value for key, value in options.items() if key != "reduction"}}
    reduced = REDUCTIONS.get(options.get("reduction", "mean"), "{}").replace("{}", formula)
    if "{ignore_index}" in formula and reduced.startswith(REDUCTIONS["mean"][:14]):
        reduced = f"tf.reduce_sum({formula}) / tf.reduce_sum(tf.cast({COUNTS}, {{p}}.dtype))"
    if p.isidentifier() and t.isidentifier():
        return reduced.format(p=p, t=t, **values)
    return f"(lambda p, t: {reduced.format(p='p', t='t', **values)})({p}, {t})"


RULES = (pytorchs_loss,)
