"""The schedule of tf_impl that computes as PyTorch's does, in the place of the rate or schedule of Keras' optimizer."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from math import gcd
from typing import NamedTuple

import numpy as np

from compare.judging.causes.code import Rewrite
from compare.judging.causes.formulas import OF_KERAS, OWN, importing
from compare.judging.causes.keras_arguments import with_arguments
from compare.judging.causes.passage import Passage, name_called
from compare.judging.causes.rate_functions import factor_of
from compare.judging.causes.scope import known_at

# The arguments of tf_impl's schedules behind the first rate, by PyTorch's names.
TIMES = ("T_max", "T_0", "total_iters", "step_size", "milestones")
ARGUMENTS = {
    "ConstantLR": ("factor", "total_iters"),
    "CosineAnnealingLR": ("T_max", "eta_min"),
    "CosineAnnealingWarmRestarts": ("T_0", "T_mult", "eta_min"),
    "ExponentialLR": ("gamma",),
    "LinearLR": ("start_factor", "end_factor", "total_iters"),
    "MultiStepLR": ("milestones", "gamma"),
    "PolynomialLR": ("total_iters", "power"),
    "StepLR": ("step_size", "gamma"),
}
OF_SEVERAL = ("SequentialLR", "ChainedScheduler")
IN_STAIRS = ("ExponentialLR", "StepLR", "MultiStepLR")  # whose rate is the same all through a step of the scheduler
# Those whose settings are not their arguments: as PyTorch's code has them.
AS_WRITTEN = {
    "OneCycleLR": (
        "max_lr", "total_steps", "epochs", "steps_per_epoch", "pct_start", "anneal_strategy", "cycle_momentum",
        "base_momentum", "max_momentum", "div_factor", "final_div_factor", "three_phase",
    ),
    "CyclicLR": ("base_lr", "max_lr", "step_size_up", "step_size_down", "mode", "gamma"),
}  # fmt: skip
NOT_OF_TF = ("epochs", "steps_per_epoch", "cycle_momentum")
STARTS_WITH = {"LinearLR": "start_factor", "ConstantLR": "factor"}


def scheduled_alike(
    passage: Passage, words: str | None, rate: float, period: int = 1, bases: Iterable[float] = ()
) -> Iterator[Rewrite]:
    """The optimizers of the statement with PyTorch's schedule, as its settings put it into `words`; None is none.

    `rate` is PyTorch's at the first step; the schedule is of this, or of one of `bases`, where training went on.
    `period` is after how many updates its scheduler is stepped.
    """
    if hasattr(passage.statement, "body"):
        return
    made = dict.fromkeys(Made.of(words, each, period, passage.torch) for each in bases_of(words, rate, bases))
    for call in passage.each(ast.Call):
        for each in filter(None, made) if name_called(call) in (*OF_KERAS, *OWN) else ():
            rest = ast.Call(call.func, call.args[1:], call.keywords)
            new = with_arguments(passage.code, rest, {"learning_rate": each.text})
            said = words if words and words != "LambdaLR()" else each.text if words else f"{rate} throughout"
            said = f"has another schedule of the rate than PyTorch, where it is {said}"
            yield importing(passage, call, new, each.imports(passage), said)


def bases_of(words: str | None, rate: float, others: Iterable[float]) -> list[float]:
    """The rates that a schedule multiplies, which may have another factor at the first step."""
    call = _call(words)
    if call is None:
        return [rate]
    first = _parts(call)[0]
    factor = _value(first, STARTS_WITH.get(name_called(first), "")) or 1
    return list(dict.fromkeys((float(f"{rate / factor:.12g}"), *others)))


def _call(words: str | None) -> ast.Call | None:
    try:
        call = ast.parse(words or "", mode="eval").body
    except SyntaxError:
        return None
    return call if isinstance(call, ast.Call) else None


def period_of(rates: np.ndarray) -> int:
    """After how many steps rates change, at most: a scheduler that is stepped once an epoch changes them at these."""
    changes = (np.flatnonzero(np.diff(np.ravel(rates))) + 1).tolist()
    return gcd(*changes) if len(changes) > 1 else 1


class Made(NamedTuple):
    """What to write for a schedule, and what it names of tf_impl.schedules."""

    text: str
    names: tuple[str, ...] = ()

    @classmethod
    def of(cls, words: str | None, rate: float, period: int, torch: tuple[ast.AST, ...]) -> Made | None:
        """None for a schedule that tf_impl has not, or whose settings do not say all of it."""
        if not words:
            return cls(repr(rate))
        call = _call(words)
        if call is None:
            return None
        in_stairs = all(name_called(each) in IN_STAIRS for each in _parts(call))
        made = _made(call, rate, period if in_stairs else 1, torch)
        return made if made is None or period == 1 or in_stairs else made.stepped(period)

    def imports(self, passage: Passage) -> str:
        """What has to be imported for it where the statement stands."""
        of_tf = "tf." in self.text and "tf" not in known_at(passage.code, passage.statement)
        found = [f"from tf_impl.schedules import {', '.join(sorted(self.names))}"] if self.names else []
        return f"\n{' ' * passage.statement.col_offset}".join(["import tensorflow as tf"] * of_tf + found)

    def stepped(self, period: int) -> Made:
        """The schedule of a scheduler that is stepped once every so many updates."""
        return Made(f"LambdaLR(1.0, lambda step: {self.text}.rate(step // {period}))", (*self.names, "LambdaLR"))


def _made(call: ast.Call, rate: float, period: int, torch: tuple[ast.AST, ...]) -> Made | None:
    name = name_called(call)
    if name in AS_WRITTEN:
        return _as_written(name, torch)
    if name == "LambdaLR":
        factor = factor_of(torch)
        return Made(f"LambdaLR({rate!r}, {factor})", ("LambdaLR",)) if factor else None
    parts = _parts(call)
    if any(name_called(each) not in ARGUMENTS for each in parts):
        return None
    texts = [_one(each, rate, period) for each in parts]
    names = tuple({text.partition("(")[0] for text in texts})
    if parts == [call]:
        return Made(texts[0], names)
    given = [f"[{', '.join(texts)}]", *_keywords(call, ("milestones",), period)]
    return Made(f"{name}({', '.join(given)})", (*names, name))


def _parts(call: ast.Call) -> list[ast.Call]:
    """The schedules that come one after the other, or at once; of any other the one."""
    inner = [each for each in call.args if isinstance(each, ast.Call)]
    return inner if name_called(call) in OF_SEVERAL and inner else [call]


def _one(call: ast.Call, rate: float, period: int) -> str:
    name, given = name_called(call), _keywords(call, ARGUMENTS[name_called(call)], period)
    if name == "ExponentialLR" and period > 1:
        name, given = "StepLR", [f"step_size={period}", *given]
    return f"{name}({', '.join([repr(rate), *given])})"


def _keywords(call: ast.Call, names: tuple[str, ...], period: int) -> list[str]:
    """The arguments of these names; those that count steps of a scheduler in updates."""
    kept = ((each.arg, each.value) for each in call.keywords if each.arg in names)
    return [
        f"{name}={_in_updates(ast.literal_eval(value), period) if name in TIMES else ast.unparse(value)}"
        for name, value in kept
    ]


def _in_updates(value: int | list[int], period: int) -> int | list[int]:
    return [each * period for each in value] if isinstance(value, list) else value * period


def _value(call: ast.Call, name: str) -> float | None:
    return next((float(ast.literal_eval(each.value)) for each in call.keywords if each.arg == name), None)


def _as_written(name: str, torch: tuple[ast.AST, ...]) -> Made | None:
    """The arguments of the call in PyTorch's code, where they are numbers and words."""
    calls = (each for statement in torch for each in ast.walk(statement) if isinstance(each, ast.Call))
    call = next((each for each in calls if name_called(each) == name), None)
    if call is None or any(not isinstance(each, ast.Constant) for each in (*call.args[1:], *map(_of, call.keywords))):
        return None
    given = dict(zip(AS_WRITTEN[name], map(ast.unparse, call.args[1:]), strict=False))
    given |= {str(each.arg): ast.unparse(each.value) for each in call.keywords}
    if "epochs" in given and "steps_per_epoch" in given:
        given.setdefault("total_steps", str(int(given["epochs"]) * int(given["steps_per_epoch"])))
    kept = [f"{key}={value}" for key, value in given.items() if key not in NOT_OF_TF and key in AS_WRITTEN[name]]
    return Made(f"{name}({', '.join(kept)})", (name,))


def _of(keyword: ast.keyword) -> ast.expr:
    return keyword.value
