"""What recording costs loops of one's own: the CNN and a small transformer, with a Recorder and without.

The audits are the default few steps, of which TensorFlow runs one eagerly, in a run of STEPS; all else is curves.
"""

import tempfile
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path

from compare.inputs import cases
from compare.inputs.case_inputs import make_inputs
from compare.running.framework import Framework
from tests.benchmark import interleaved, row, timed
from tests.helpers.shorter import shorter
from tests.helpers.transformer import SMALL, tf_decoder, tokens, torch_decoder
from tests.large_trace import measured

STEPS, ROUNDS = shorter(400, least=4), shorter(3)
LONG, STRETCH = shorter(1500, least=4), 50
TARGET = "at most 1.05"


def rows() -> list[dict]:
    """The costs on both sides, and what a trace of 25 million parameters takes."""
    costs = [cost(side, name, loop) for side in ("torch", "tf") for name, loop in loops(side)]
    costs.append(long_run())
    large = measured()
    seconds = [_figure(name, round(taken, 1), "s", "at most 120") for name, taken, _, _ in large]
    memory = [_figure(f"{name}, memory", round(peak, 2), "GB", "at most 6") for name, _, peak, _ in large]
    return [*costs, *seconds, *memory]


def _figure(name: str, value: float, unit: str, target: str) -> dict:
    return {"benchmark": f"25 million parameters, {name}", "ours": value, "unit": unit, "target": target, "rounds": 1}


def cost(side: str, name: str, loop: Callable) -> dict:
    """The whole run with a Recorder against the same run without."""
    recorder_of = import_module(f"{side}_impl.recorder").Recorder

    def recorded() -> float:
        with tempfile.TemporaryDirectory() as directory:
            return timed(lambda: loop(lambda *parts: recorder_of(Path(directory) / "trace", *parts)))

    medians = interleaved(recorded, lambda: timed(lambda: loop(None)), ROUNDS)
    return row(f"{side}, a recorded run of {STEPS} steps / the same unrecorded, {name}", medians, ROUNDS, TARGET, STEPS)


def long_run() -> dict:
    """A longer run on the TF side, where the first audited step runs eagerly: a second or so, however long the run is.

    Both runs go in turn, by stretches, so that noise meets both.
    """
    import tensorflow as tf

    from tf_impl.recorder import Recorder

    model, optimizer, step = tf_decoder(SMALL)
    batches = [tuple(map(tf.constant, batch)) for batch in tokens(SMALL, LONG)]
    float(step(*batches[0]))  # traces it
    recorded = plain = 0.0
    with tempfile.TemporaryDirectory() as directory:
        recorder = Recorder(Path(directory) / "trace", model, optimizer)
        for start in range(0, LONG, STRETCH):
            stretch = batches[start : start + STRETCH]
            recorded += timed(lambda stretch=stretch: [recorder.step(step(*batch), batch) for batch in stretch])
            plain += timed(lambda stretch=stretch: [float(step(*batch)) for batch in stretch])
        recorded += timed(recorder.close)
    name = f"tf, a recorded run of {LONG} steps / the same unrecorded, in turn by stretches, transformer"
    return row(name, (recorded, plain), 1, TARGET, LONG)


def loops(side: str) -> Iterator[tuple[str, Callable]]:
    """Each model's loop, which records itself if it is given what makes a recorder."""
    yield "CNN", cnn(side)
    yield "transformer", transformer(side)


def cnn(side: str) -> Callable:
    framework = Framework(f"{side}_impl")
    inputs = make_inputs(cases.load("cifar10_cnn"), steps=STEPS)
    built = framework.build(framework.make_side(inputs.name), inputs, "float32")
    batches = list(framework.to_native(inputs, inputs.batches("float32")))
    model, optimizer = built.side.model, built.side.optimizer
    return lambda recorder: train(recorder, model, optimizer, lambda batch: built.step(built.side, batch)[0], batches)


def transformer(side: str) -> Callable:
    if side == "torch":
        import torch

        model, optimizer, step = torch_decoder(SMALL)
        native = torch.from_numpy
    else:
        import tensorflow as tf

        model, optimizer, step = tf_decoder(SMALL)
        native = tf.constant
    batches = [tuple(map(native, batch)) for batch in tokens(SMALL, STEPS)]
    return lambda recorder: train(recorder, model, optimizer, lambda batch: step(*batch), batches)


def train(recorder: Callable | None, model, optimizer, step: Callable, batches: list) -> None:
    """A loop as engineers have it: it reads its loss at every step, and records if it is told to."""
    recording = recorder and recorder(model, optimizer)
    for batch in batches:
        loss = step(batch)
        float(loss)
        if recording:
            recording.step(loss, batch)
    if recording:
        recording.close()
