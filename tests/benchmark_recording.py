"""What recording costs loops of one's own: the CNN and a small transformer, with a Recorder and without.

The audits are the default few steps, of which TensorFlow runs one eagerly, in a run of STEPS; all else is curves.
Two loops of the same model go in turn, a stretch each, so that what slows the machine slows both.
"""

import statistics
import tempfile
from collections.abc import Callable
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

from compare.inputs import cases
from compare.inputs.case_inputs import make_inputs
from compare.running.framework import Framework
from tests.benchmark import row, timed
from tests.helpers.one_thread import with_one_thread
from tests.helpers.shorter import shorter
from tests.helpers.transformer import SMALL, tf_decoder, tokens, torch_decoder
from tests.large_trace import measured

STEPS, LONG, STRETCH = shorter(400, least=4), shorter(1500, least=4), 20
ROUNDS = shorter(3)
TARGET = "at most 1.05"


class Loop(NamedTuple):
    """A loop of one's own: its parts, its step, and its batches."""

    model: Any
    optimizer: Any
    step: Callable
    batches: list


def rows() -> list[dict]:
    """The costs on both sides, and what a trace of 25 million parameters takes."""
    costs = []
    for side in ("torch", "tf"):
        with_one_thread(f"{side}_impl")  # several wait for each other where others work too
        costs += [cost(side, "CNN", cnn, STEPS), cost(side, "transformer", transformer, STEPS)]
    costs.append(cost("tf", "transformer", transformer, LONG))  # where the eager step matters less
    large = measured()
    seconds = [_figure(name, round(taken, 1), "s", "at most 120") for name, taken, _, _ in large]
    memory = [_figure(f"{name}, memory", round(peak, 2), "GB", "at most 6") for name, _, peak, _ in large]
    return [*costs, *seconds, *memory]


def _figure(name: str, value: float, unit: str, target: str) -> dict:
    return {"benchmark": f"25 million parameters, {name}", "ours": value, "unit": unit, "target": target, "rounds": 1}


def cost(side: str, name: str, make: Callable[[str, int], Loop], steps: int) -> dict:
    """The whole run with a Recorder against the same run without."""
    watched, plain = make(side, steps), make(side, steps)
    for loop in (watched, plain):  # what a first step compiles is no recorder's
        float(loop.step(loop.batches[0]))
    rounds = [in_turn(side, watched, plain) for _ in range(ROUNDS)]
    medians = tuple(statistics.median(column) for column in zip(*rounds, strict=True))
    return row(f"{side}, a recorded run of {steps} steps / the same unrecorded, {name}", medians, ROUNDS, TARGET, steps)


def in_turn(side: str, watched: Loop, plain: Loop) -> tuple[float, float]:
    """The seconds of a run that is recorded, from the making of its Recorder to the file, and of one that is not."""
    make_recorder = import_module(f"{side}_impl.recorder").Recorder
    seconds = {"watched": 0.0, "plain": 0.0}
    with tempfile.TemporaryDirectory() as directory:
        recorders = []
        path = Path(directory) / "trace"
        seconds["watched"] += timed(lambda: recorders.append(make_recorder(path, watched.model, watched.optimizer)))
        for start in range(0, len(plain.batches), STRETCH):
            stretch = slice(start, start + STRETCH)
            seconds["watched"] += timed(partial(train, watched, stretch, recorders[0].step))
            seconds["plain"] += timed(partial(train, plain, stretch))
        seconds["watched"] += timed(recorders[0].close)
    return seconds["watched"], seconds["plain"]


def train(loop: Loop, stretch: slice, record: Callable = lambda loss, batch: None) -> None:
    """A loop as engineers have it: it reads its loss at every step."""
    for batch in loop.batches[stretch]:
        loss = loop.step(batch)
        float(loss)
        record(loss, batch)


def cnn(side: str, steps: int) -> Loop:
    framework = Framework(f"{side}_impl")
    inputs = make_inputs(cases.load("cifar10_cnn"), steps=steps)
    built = framework.build(framework.make_side(inputs.name), inputs, "float32")
    batches = list(framework.to_native(inputs, inputs.batches("float32")))
    return Loop(built.side.model, built.side.optimizer, lambda batch: built.step(built.side, batch)[0], batches)


def transformer(side: str, steps: int) -> Loop:
    if side == "torch":
        from torch import from_numpy as native

        model, optimizer, step = torch_decoder(SMALL)
    else:
        from tensorflow import constant as native

        model, optimizer, step = tf_decoder(SMALL)
    batches = [tuple(map(native, batch)) for batch in tokens(SMALL, steps)]
    return Loop(model, optimizer, lambda batch: step(*batch), batches)
