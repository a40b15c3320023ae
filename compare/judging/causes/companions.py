"""What a loop has beside its optimizer, which no setting shows: averages of the weights, a scale of the loss, a rate
that falls where the loss does not, gradients gathered over several steps.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import chain

from compare.judging.causes.code import Rewrite
from compare.judging.causes.formulas import OF_KERAS, OWN
from compare.judging.causes.keras_arguments import with_arguments
from compare.judging.causes.passage import Passage, name_called
from compare.judging.causes.torch_numbers import number_of, numbers_of
from compare.judging.causes.traced import with_its_optimizer

# PyTorch's arguments with its defaults, and Keras' names of them.
SCALES = {"init_scale": ("initial_scale", 65536.0), "growth_interval": ("dynamic_growth_steps", 2000)}
PLATEAUS = {"factor": ("factor", 0.1), "cooldown": ("cooldown", 0), "min_lr": ("min_lr", 0)}
OF_AVERAGES = ("get_ema_multi_avg_fn", "get_ema_avg_fn")
PATIENCE, DECAY = 10, 0.999  # PyTorch's


def alike_beside(passage: Passage) -> Iterator[Rewrite]:
    """The calls of a statement as PyTorch's loop asks for them; `passage.torch` is all of its code."""
    for call in passage.each(ast.Call):
        for rule in (averaged, scaled, on_plateaus, gathered):
            for arguments, said in rule(passage, call):
                new = with_arguments(passage.code, call, arguments)
                if new != passage.code.piece(call):
                    yield Rewrite(call, new, said, 0)
        yield from chain(counted(passage, call), warmed_up(passage, call), begun_anew(passage, call))
    yield from emptied(passage)


Asked = Iterator[tuple[dict[str, str], str]]  # arguments, and what the call does without them


def averaged(passage: Passage, call: ast.Call) -> Asked:
    """An average of Keras' optimizers that forgets as fast as PyTorch's."""
    if any(each.arg == "use_ema" for each in call.keywords):
        for decay in _decays(passage):
            yield {"ema_momentum": repr(decay)}, f"averages weights with another momentum than {decay}, PyTorch's"


def counted(passage: Passage, call: ast.Call) -> Iterator[Rewrite]:
    """An average of TensorFlow's whose decay does not grow with the number of updates."""
    if name_called(call) == "ExponentialMovingAverage" and any(each.arg == "num_updates" for each in call.keywords):
        said = "averages weights with a decay that grows with the number of updates, PyTorch with the same throughout"
        given = (*call.args, *(each for each in call.keywords if each.arg != "num_updates"))
        kept = map(passage.code.piece, given)
        yield Rewrite(call, f"{passage.code.piece(call.func)}({', '.join(kept)})", said, 0)


def warmed_up(passage: Passage, call: ast.Call) -> Iterator[Rewrite]:
    """Keras' cosine with the warm-up as part of all its steps."""
    given = dict(zip(("initial_learning_rate", "decay_steps"), call.args, strict=False))
    named = {str(each.arg): each.value for each in call.keywords}
    steps, warm = ({**given, **named}.get(name) for name in ("decay_steps", "warmup_steps"))
    if name_called(call) == "CosineDecay" and steps is not None and warm is not None:
        new = f"{passage.code.operand(steps)} - {passage.code.operand(warm)}"
        yield Rewrite(
            steps, new, "counts the steps of the decay behind those of the warm-up, PyTorch from the first", 0
        )


def _decays(passage: Passage) -> list[float]:
    """The decays that PyTorch's code may average weights with."""
    made = (call for name in OF_AVERAGES for call in _calls(passage, name))
    found = [_argument(passage, call, "decay", 0, DECAY) for call in made]
    known = numbers_of(passage.torch)
    named = ((name.lower(), value) for name, value in known.items())
    found += [number_of(value, known) for name, value in named if "decay" in name or "ema" in name]
    return [each for each in dict.fromkeys(found) if each is not None and 0 < each < 1]


def scaled(passage: Passage, call: ast.Call) -> Asked:
    """A scale of the loss that begins and grows as PyTorch's."""
    for scaler in _calls(passage, "GradScaler") if name_called(call) == "LossScaleOptimizer" else ():
        yield _arguments(passage, scaler, SCALES), "scales the loss otherwise than PyTorch's GradScaler does"


def on_plateaus(passage: Passage, call: ast.Call) -> Asked:
    """Keras' callback with one more of patience: PyTorch's rate falls behind so many bad epochs, Keras' at the last."""
    for made in _calls(passage, "ReduceLROnPlateau") if name_called(call) == "ReduceLROnPlateau" else ():
        patience = _argument(passage, made, "patience", 3, PATIENCE)
        if patience is not None:
            said = f"reduces the rate at so many bad epochs, PyTorch behind {int(patience)} of them"
            only = {"patience": repr(int(patience) + 1)}
            yield only, said
            yield {**only, **_arguments(passage, made, PLATEAUS)}, said


def gathered(passage: Passage, call: ast.Call) -> Asked:
    """An optimizer that updates every so many steps, where PyTorch's loop steps its own no more often."""
    if name_called(call) in OF_KERAS and not any(each.arg == "gradient_accumulation_steps" for each in call.keywords):
        for count in _counts(passage):
            said = f"updates at every step, PyTorch at every {count}th, of the gradients of so many"
            yield {"gradient_accumulation_steps": str(count)}, said


def begun_anew(passage: Passage, call: ast.Call) -> Iterator[Rewrite]:
    """A model that is compiled again, with the optimizer that it has."""
    makes_one = any(name_called(node) in (*OF_KERAS, *OWN) for each in _given(call) for node in ast.walk(each))
    if name_called(call) == "compile" and isinstance(call.func, ast.Attribute) and makes_one:
        said = "compiles the model with a new optimizer, whose state begins anew: PyTorch's goes on"
        yield Rewrite(call, with_its_optimizer(passage.code, call), said, 0)


def _given(call: ast.Call) -> list[ast.expr]:
    return [*call.args, *(each.value for each in call.keywords)]


def emptied(passage: Passage) -> Iterator[Rewrite]:
    """An optimizer whose state is not set to zeros: `variable.assign(tf.zeros_like(variable))` for all that it has."""
    loop, statement = passage.code.parents.get(passage.statement), passage.statement
    call = statement.value if isinstance(statement, ast.Expr) else None
    of_state = isinstance(loop, ast.For) and "optim" in ast.unparse(loop.iter).lower()
    if (
        of_state
        and call is not None
        and name_called(call) == "assign"
        and any(name_called(node) == "zeros_like" for node in passage.nodes)
    ):
        yield Rewrite(statement, "", "sets the optimizer's state to zeros, which goes on in PyTorch", 0)


def _counts(passage: Passage) -> list[int]:
    """The numbers of steps after which PyTorch's loop steps its optimizer: `if (i + 1) % COUNT == 0:`."""
    asked = (node for each in passage.torch for node in ast.walk(each) if isinstance(node, ast.If))
    steps = (each for each in asked if any(map(_is_step, ast.walk(each))))
    parts = (node for each in steps for node in ast.walk(each.test) if isinstance(node, ast.BinOp))
    known = numbers_of(passage.torch)
    found = [number_of(each.right, known) for each in parts if isinstance(each.op, ast.Mod)]
    return [int(each) for each in dict.fromkeys(found) if each is not None and each > 1]


def _is_step(node: ast.AST) -> bool:
    """Whether it steps an optimizer, and not a scheduler."""
    return name_called(node) == "step" and "optim" in ast.unparse(node).lower()


def _calls(passage: Passage, name: str) -> Iterator[ast.Call]:
    nodes = (node for each in passage.torch for node in ast.walk(each) if isinstance(node, ast.Call))
    return (each for each in nodes if name_called(each) == name)


def _arguments(passage: Passage, call: ast.Call, names: dict[str, tuple[str, float]]) -> dict[str, str]:
    """PyTorch's arguments of these names, by Keras'."""
    given = {keras: _argument(passage, call, name, None, usual) for name, (keras, usual) in names.items()}
    return {name: repr(value) for name, value in given.items() if value is not None}


def _argument(passage: Passage, call: ast.Call, name: str, place: int | None, usual: float) -> float | None:
    """A number that a call of PyTorch's is given; None where it is not known."""
    given = next((each.value for each in call.keywords if each.arg == name), None)
    given = given or (call.args[place] if place is not None and len(call.args) > place else None)
    return usual if given is None else number_of(given, numbers_of(passage.torch))
