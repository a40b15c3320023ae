"""Speed, as ratios within one run: `make bench` measures, prints, and writes results/benchmarks.csv.

`python -m tests.benchmark GROUP...` measures only these groups anew.

The two of a pair run in turn, round by round, and the medians are compared: what slows the machine slows both.
`SHORTER=1000` in the environment runs everything for next to nothing, and writes no file.
"""

import csv
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np

from compare.inputs import cases
from compare.inputs.arrays import cast, nudge
from compare.inputs.case_inputs import make_inputs, read_inputs, write_inputs
from compare.reporting.tables import to_csv
from compare.running.execute import Executor
from compare.running.framework import Framework
from compare.running.options import Options
from compare.running.request import TrainCase, Training
from compare.running.trajectories import trajectory_to_follow, trajectory_to_leave
from tests.helpers.one_thread import with_one_thread
from tests.helpers.shorter import SHORTER, shorter

ROOT = Path(__file__).resolve().parent.parent
COLUMNS = ("benchmark", "ours", "reference", "unit", "ratio", "target", "rounds")
STEPS = shorter(20, least=4)  # of the CNN, a round
EPOCH = shorter(100, least=4)  # beside Keras' fit, so that beginning and ending a run are not what is compared
ROUNDS, WHOLE_ROUNDS = shorter(9), shorter(3)
RUN_STEPS = (shorter(20_000), shorter(2_000))


def interleaved(
    ours: Callable[[], float], reference: Callable[[], float], rounds: int, warm_up: bool = True
) -> tuple[float, float]:
    """The medians of both, run in turn; a first round that warms up is not counted."""
    if warm_up:
        ours(), reference()
    times = [(ours(), reference()) for _ in range(rounds)]
    return tuple(statistics.median(column) for column in zip(*times, strict=True))


def timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def row(name: str, medians: tuple[float, float], rounds: int, target: str, per: int = 1, inverse: bool = False) -> dict:
    """A row of the table: milliseconds for each of `per` steps, or seconds for a whole process."""
    ours, reference = (1000 * seconds / per if per > 1 else seconds for seconds in medians)
    ratio = reference / ours if inverse else ours / reference
    unit = "ms a step" if per > 1 else "s"
    figures = {"ours": round(ours, 3), "reference": round(reference, 3), "unit": unit, "ratio": round(ratio, 3)}
    return {"benchmark": name, **figures, "target": target, "rounds": rounds}


class CnnLoop:
    """The loop of the CNN on one side, as a worker runs it; with `audits` it records their stages too."""

    def __init__(self, package: str, steps: int = STEPS):
        self.framework = with_one_thread(package)
        self.inputs = make_inputs(cases.load("cifar10_cnn"), steps=steps)
        built = self.framework.build(self.framework.make_side("cifar10_cnn"), self.inputs, "float32")
        self.built = self.framework.prepare.remember(built)
        self.directory = tempfile.TemporaryDirectory()

    def train(self, audits: tuple[int, ...] = (), leads: bool = False, follows: bool = False) -> None:
        """A run; one that `leads` leaves its trajectory, along which one that `follows` is led."""
        side = self.built.side
        self.framework.prepare.reset(self.built, cast(self.inputs.weights, "float32"))
        trace = str(Path(self.directory.name) / "trace.npz")
        training = Training("float32", leads=leads, follows="float32" if follows else None)
        recorder = self.framework.recorder.Recorder(
            trace, side.model, side.optimizer, audits, ("x",),
            trajectory=trajectory_to_leave(training, trace),
            following=trajectory_to_follow(self.framework, side.model, training, trace, self.inputs.seed),
        )  # fmt: skip
        batches = self.framework.to_native(self.inputs, self.inputs.batches("float32"))
        self.framework.train.train(side, self.built.step, batches, recorder, None, self.inputs.steps_per_epoch)
        recorder.close()


def following_row(loop: CnnLoop) -> dict:
    """A run that follows a trajectory against a free one."""
    loop.train(leads=True)
    medians = interleaved(lambda: timed(lambda: loop.train(follows=True)), lambda: timed(loop.train), ROUNDS)
    return row(f"{loop.framework.side}, a step that follows / a free one, CNN", medians, ROUNDS, "at most 1.2", STEPS)


def torch_rows() -> list[dict]:
    """Our torch loop against a bare one on tensors that were made before."""
    import torch

    loop = CnnLoop("torch_impl")
    side = loop.built.side
    batches = [
        {name: torch.from_numpy(array) for name, array in batch.items()} for batch in loop.inputs.batches("float32")
    ]

    def bare() -> None:
        losses = []
        for batch in batches:
            side.optimizer.zero_grad()
            logits = side.model(batch["x"])
            loss = torch.nn.functional.cross_entropy(logits, batch["y"])
            loss.backward()
            side.optimizer.step()
            losses.append(loss.item())

    medians = interleaved(lambda: timed(loop.train), lambda: timed(bare), ROUNDS)
    audited = interleaved(lambda: timed(lambda: loop.train((0, 1, 2))), lambda: timed(loop.train), ROUNDS)
    return [
        following_row(loop),
        row("torch loop / bare torch loop, CNN", medians, ROUNDS, "at most 1.05", STEPS),
        row(f"torch, stages of 3 of {STEPS} steps recorded / curves only, CNN", audited, ROUNDS, "", STEPS),
    ]


def tf_rows() -> list[dict]:
    """Our TF loop against the eager loop of a tutorial and against Keras' fit, both with stock Keras parts."""
    import keras
    import tensorflow as tf

    loop = CnnLoop("tf_impl")
    images, labels = _images(loop, STEPS)
    eager = _tutorial(keras, tf, tf.data.Dataset.from_tensor_slices((images, labels)).batch(64))
    epoch = CnnLoop("tf_impl", EPOCH)
    fit = _fit(keras, *_images(epoch, EPOCH))
    rows = [
        row("eager GradientTape loop / TF loop, CNN", interleaved(lambda: timed(loop.train), eager, ROUNDS), ROUNDS,
            "at least 2.5", STEPS, inverse=True),
        row("TF loop / Keras fit, CNN", interleaved(lambda: timed(epoch.train), fit, ROUNDS), ROUNDS,
            "at most 0.95", EPOCH),
    ]  # fmt: skip
    audited = interleaved(lambda: timed(lambda: loop.train((0, 1, 2))), lambda: timed(loop.train), ROUNDS)
    return [
        *rows,
        following_row(loop),
        row(f"TF, stages of 3 of {STEPS} steps recorded / curves only, CNN", audited, ROUNDS, "", STEPS),
    ]


def _images(loop: CnnLoop, steps: int) -> tuple[np.ndarray, np.ndarray]:
    """So many batches of images, channels last, and their labels; over again where there are not as many."""
    examples = np.arange(64 * steps) % len(loop.inputs.data["y"])
    images = np.moveaxis(loop.inputs.data["x"][examples], 1, -1) / 255
    return images.astype(np.float32), loop.inputs.data["y"][examples]


def _sequential(keras):
    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input((32, 32, 3)),
            layers.Conv2D(32, 3, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Conv2D(64, 3, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Conv2D(64, 3, activation="relu"),
            layers.Flatten(),
            layers.Dense(64, activation="relu"),
            layers.Dense(10),
        ]
    )


def _tutorial(keras, tf, data) -> Callable[[], float]:
    """The eager loop as tutorials write it: a tape, stock Adam, Keras' loss and metrics."""
    model, optimizer = _sequential(keras), keras.optimizers.Adam(1e-3)
    loss_function = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    mean_loss, accuracy = keras.metrics.Mean(), keras.metrics.SparseCategoricalAccuracy()

    def epoch() -> None:
        mean_loss.reset_state()
        accuracy.reset_state()
        for images, labels in data:
            with tf.GradientTape() as tape:
                logits = model(images, training=True)
                loss = loss_function(labels, logits)
            gradients = tape.gradient(loss, model.trainable_variables)
            optimizer.apply_gradients(zip(gradients, model.trainable_variables, strict=True))
            mean_loss.update_state(loss)
            accuracy.update_state(labels, logits)

    return lambda: timed(epoch)


def _fit(keras, images, labels) -> Callable[[], float]:
    model = _sequential(keras)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(1e-3), loss, metrics=["accuracy"])
    return lambda: timed(lambda: model.fit(images, labels, batch_size=64, shuffle=False, verbose=0))


def bare_runs(package: str, directory: str) -> None:
    """Every run of the default report on one side, without recorder, progress or judge."""
    framework = with_one_thread(package)
    for path in sorted(Path(directory).glob("*.npz")):
        inputs = read_inputs(path)
        for precision in ("float64", "float32"):
            built = framework.prepare.remember(framework.build(framework.make_side(inputs.name), inputs, precision))
            plain = cast(inputs.weights, precision)
            moved = nudge(plain, inputs.seed, precision)
            runs = Options(precision).runs_a_case[framework.side]
            for weights in (plain, *[moved] * (runs - 1)):
                framework.prepare.reset(built, weights)
                for batch in framework.to_native(inputs, inputs.batches(precision)):
                    loss, _ = built.step(built.side, batch)
                    float(loss)


def whole_rows() -> list[dict]:
    """The default report against two processes that only import their framework and train."""
    names = cases.NAMES[: shorter(len(cases.NAMES))]
    with tempfile.TemporaryDirectory() as name:
        for case in names:
            write_inputs(make_inputs(cases.load(case)), Path(name) / f"{case}.npz")

        def bare() -> None:
            commands = [[sys.executable, "-m", "tests.benchmark", side, name] for side in ("torch_impl", "tf_impl")]
            quiet = {"stderr": subprocess.DEVNULL, "cwd": ROOT}
            for process in [subprocess.Popen(command, **quiet) for command in commands]:
                if process.wait():
                    raise RuntimeError(f"{process.args} failed")

        with tempfile.TemporaryDirectory() as out:

            def report() -> None:
                _compare("run", *names, "--out", out)

            medians = interleaved(lambda: timed(report), lambda: timed(bare), WHOLE_ROUNDS, warm_up=False)
    listing = statistics.median(timed(lambda: _compare("list")) for _ in range(ROUNDS))
    figures = {"ours": round(listing, 3), "unit": "s", "target": "0.5", "rounds": ROUNDS}
    name = "default report / import and bare loops of the same runs, the slower side"
    return [row(name, medians, WHOLE_ROUNDS, "aim 1.25"), {"benchmark": "python -m compare list", **figures}]


def _compare(*arguments: str) -> None:
    subprocess.run([sys.executable, "-m", "compare", *arguments], check=True, capture_output=True, cwd=ROOT)


def memory_rows() -> list[dict]:
    """Peak memory of one side, recorder and all, training ten times as long."""
    rows = []
    for package in ("torch_impl", "tf_impl"):
        peaks = [round(_peak_mb(package, steps), 1) for steps in RUN_STEPS]
        ratio = round(peaks[0] / peaks[1], 3)
        name = f"{package}, peak memory of 20,000 steps / 2,000 steps, linear_regression"
        figures = {"ours": peaks[0], "reference": peaks[1], "unit": "MB", "ratio": ratio}
        rows.append({"benchmark": name, **figures, "target": "at most 1.05", "rounds": 1})
    return rows


@cache
def _peak_mb(package: str, steps: int) -> float:
    command = [sys.executable, "-m", "tests.benchmark", package, str(steps)]
    return float(subprocess.run(command, check=True, capture_output=True, cwd=ROOT, text=True).stdout)


def recorded_run(package: str, steps: int) -> None:
    """One run of linear_regression as a worker makes it; prints the peak memory of this process in MB."""
    inputs = make_inputs(cases.load("linear_regression"), steps=steps)
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "inputs.npz"
        write_inputs(inputs, path)
        executor = Executor(Framework(package), kept=1)
        executor.fulfil(TrainCase(str(Path(name) / "trace.npz"), str(path), Training("float32")))
    [peak] = re.findall(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    print(int(peak) / 1024)


def recording_rows() -> list[dict]:
    """What recording costs loops of one's own."""
    from tests import benchmark_recording

    return benchmark_recording.rows()


GROUPS = {"torch": torch_rows, "tf": tf_rows, "whole": whole_rows, "memory": memory_rows, "recording": recording_rows}


def main(groups: list[str]) -> None:
    """Measure these groups; the rows of others stay as an earlier run measured them."""
    path = ROOT / "results" / "benchmarks.csv"
    with open(path, newline="") as file:
        earlier = {row["benchmark"]: row for row in csv.DictReader(file)}
    rows = earlier if groups != list(GROUPS) else {}
    for group in groups:
        for measured in GROUPS[group]():
            print("  ".join(str(measured.get(column, "")) for column in COLUMNS), flush=True)
            rows[measured["benchmark"]] = measured
            if SHORTER == 1:
                path.write_bytes(to_csv(COLUMNS, rows.values()))


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["torch_impl" | "tf_impl" as package, steps] if steps.isdecimal():
            recorded_run(package, int(steps))
        case ["torch_impl" | "tf_impl" as package, directory]:
            bare_runs(package, directory)
        case chosen:
            main(chosen or list(GROUPS))
