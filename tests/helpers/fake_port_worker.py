"""A port's workers without a framework: a network of NumPy under each side's own names, and a process that trains it.

The network has layers of one kind and shape, `branches`, which each side may run in an order of its own.
"""

import json
import os
import shlex
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType, SimpleNamespace

import numpy as np

from compare.inputs import port_inputs
from compare.inputs.arrays import cast, nudge
from compare.inputs.expressions import evaluate
from compare.inputs.port_batches import draw
from compare.running import worker
from compare.running.request import DrawBatches, Start, Training, TrainPort
from compare.traces.following import Following
from compare.traces.header import Header, Setting
from compare.traces.step import END
from compare.traces.trace import Key, TraceWriter
from compare.traces.trajectory import TrajectoryWriter
from compare.traces.weights import Tensor, WeightGroup
from tests.helpers.synthetic import Fault, entries, follow, header, honest, trajectory_of

FEATURES, HIDDEN, OUTPUTS, RATE, MOMENTUM = 5, 6, 2, 0.1, 0.5
Arrays = dict[str, np.ndarray]

# A port's file for these workers, which draw its batches and ask nothing else of it.
PORT = """
import numpy as np

def batches(rng):
    truth = rng.normal(size=(5, 2))
    for _ in range(24):
        x = rng.normal(size=(16, 5))
        yield {"x": x, "y": np.tanh(x @ truth)}

def torch_side(): ...
def tf_side(): ...
"""


@dataclass(frozen=True)
class Network:
    """One side's network; `order` is in which it runs the branches, its layers are `called` so, in that order.

    A fault sees every tensor under the torch side's name.
    """

    side: str = "torch"
    order: tuple[int, ...] = (0, 1)
    fault: Fault = honest

    @property
    def layers(self) -> dict[str, str]:
        """Its layers with weights, in the order in which they run: the part that each plays, and its name."""
        parts = ["enter", *(f"branches.{number}" for number in self.order), "leave"]
        if self.side == "torch":
            return {part: part for part in parts}
        return {part: f"dense_{place}" if place else "dense" for place, part in enumerate(parts)}

    @property
    def activation(self) -> str:
        return "act" if self.side == "torch" else "tanh"

    def own(self, name: str) -> str:
        """This side's name of a tensor or output: of a layer, or what belongs to one."""
        of_layers = {**self.layers, "act": self.activation, "norm": self.norm}
        part = next((part for part in of_layers if name == part or name.startswith((f"{part}.", f"{part} "))), None)
        return name if part is None else of_layers[part] + name[len(part) :]

    @property
    def norm(self) -> str:
        return "norm" if self.side == "torch" else "batch_normalization"

    @property
    def weight_groups(self) -> list[WeightGroup]:
        """In the order of definition, which is that of the branches' numbers on both sides."""
        groups = []
        for part in sorted(self.layers):
            tensors = {
                role: Tensor(self.own(f"{part}.{role}"), array.shape, False, True)
                for role, array in (("weight", self.start()[f"{part}.weight"]), ("bias", self.start()[f"{part}.bias"]))
            }
            groups.append(WeightGroup("Linear", self.own(part), tensors))
        mean = Tensor(f"{self.norm}.running_mean", (HIDDEN,), True, False)
        return [*groups, WeightGroup("BatchNorm", self.norm, {"running_mean": mean})]

    def start(self, seed: int = 0) -> Arrays:
        """Initial weights and buffers by their parts, the same for every order of the branches."""
        generator = np.random.default_rng(seed)
        shapes = {"enter": (HIDDEN, FEATURES)} | {f"branches.{i}": (HIDDEN, HIDDEN) for i in sorted(self.order)}
        weights = {}
        for part, shape in (shapes | {"leave": (OUTPUTS, HIDDEN)}).items():
            weights[f"{part}.weight"] = generator.normal(size=shape) / np.sqrt(shape[1])
            weights[f"{part}.bias"] = 0.1 * generator.normal(size=shape[0])
        return weights | {"norm.running_mean": np.zeros(HIDDEN)}

    def header(self, **said) -> Header:
        """What a recorder notes of the model, and what else is said of the run."""
        kinds = dict.fromkeys(self.layers.values(), "Linear") | {self.activation: "Tanh", self.norm: "BatchNorm"}
        settings = (Setting("optimizer", "SGD", "lr", RATE),)
        return header(
            self.side, **{"weight_groups": tuple(self.weight_groups), "kinds": kinds, "settings": settings} | said
        )


def batches(steps: int, seed: int = 0) -> list[Arrays]:
    """Batches that a network can learn from."""
    generator = np.random.default_rng([seed, 1])
    truth = generator.normal(size=(FEATURES, OUTPUTS))
    drawn = [generator.normal(size=(16, FEATURES)) for _ in range(steps)]
    return [{"x": x, "y": np.tanh(x @ truth)} for x in drawn]


def record(
    path: Path,
    network: Network,
    given: Sequence[Arrays],
    precision: str = "float64",
    audits: Sequence[int] = range(3),
    weights: Arrays | None = None,
    nudged: str | None = None,
    said: dict | None = None,
    hidden: Callable[[Key], bool] = lambda key: False,
    curves: Mapping[str, Sequence[float]] = MappingProxyType({}),
) -> Path:
    """Train a network on the batches given, and leave its trace; `weights` are by their parts.

    What is `hidden` takes part in the training, and is not recorded.
    """
    return run(path, network, given, Training(precision, nudged, tuple(audits)), weights, said, hidden, curves)


def run(
    path: Path,
    network: Network,
    given: Sequence[Arrays],
    training: Training,
    weights: Arrays | None = None,
    said: dict | None = None,
    hidden: Callable[[Key], bool] = lambda key: False,
    curves: Mapping[str, Sequence[float]] = MappingProxyType({}),
    watch: Callable = lambda steps: steps,
) -> Path:
    """Train as asked, from these weights where the training says nothing of a start."""
    start = start_of(network, training.start) or weights or network.start()
    weights = cast(start, training.precision)
    if training.nudge and not training.follows:
        weights = nudge(weights, 0, training.nudge)
    writer, losses, calls, momenta = TraceWriter(path), [], set(), {}
    following = _following(path, network, weights, training)
    led = TrajectoryWriter(trajectory_of(path, training.precision)) if training.leads else None

    def passes(step: int, stage: str, name: str, value) -> np.ndarray:
        value = network.fault((step, stage, name), np.asarray(value, training.precision))
        if value is not None and (step in training.audits or step is END) and not hidden((step, stage, name)):
            label = network.own(name)
            again = f"{label} (call 2)" if (step, stage, label) in calls else label
            calls.add((step, stage, label))
            writer.tensor(step, stage, again, value)
        return value

    def begin_step() -> None:
        if following:
            following.begin()
        if led:
            led.add({network.own(name): array for name, array in weights.items()})

    begin_step()
    first = dict(weights)
    for step in watch(range(min(len(given), following.steps if following else len(given)))):
        if training.again:
            weights.update(first)
            momenta.clear()
        losses.append(
            _train(
                network,
                given[0 if training.again else step],
                weights,
                momenta,
                lambda *of, step=step: passes(step, *of),
            )
        )
        if following:
            following.measure()
        begin_step()
    for name, array in {} if following or led else weights.items():
        passes(END, "buffer" if name.startswith("norm") else "weights", name, array)
    own = {"loss": losses, "examples": [16.0] * len(losses), "seconds": [0.25] * len(losses)}
    if led:
        led.close()
    described = network.header(precision=training.precision, nudge=training.nudge, ulps=training.ulps, **(said or {}))
    writer.close(own | dict(curves), described, following.apart if following else {})
    return path


def _following(path: Path, network: Network, weights: Arrays, training: Training) -> Following | None:
    """As a side's: TensorFlow's pairs its own names with PyTorch's, which pairs its own with themselves."""
    parameters = {network.own(name): entry for name, entry in entries(weights).items()}
    buffers = {name: parameters.pop(name) for name in list(parameters) if name.startswith(network.norm)}
    names = dict(training.start.names) if training.start else {}
    if network.side == "torch":
        names = {expression: expression for expression in names.values()}
    return follow(path, training, parameters, buffers, names, names)


def _train(network: Network, batch: Arrays, weights: Arrays, momenta: Arrays, passes: Callable) -> float:
    """One step in place; the loss."""
    x, y = (passes("batch", name, batch[name]) for name in ("x", "y"))
    for name, array in weights.items():
        weights[name] = passes("weights", name, array)
    loss, gradients, mean = _loss_and_gradients(network, x, y, weights, passes)
    for name, gradient in gradients.items():
        gradients[name] = passes("gradient", name, gradient)
    rate = passes("rate", "learning_rate", RATE)
    for name, gradient in gradients.items():
        momenta[name] = passes("state", f"{name} momentum_buffer", MOMENTUM * momenta.get(name, 0) + gradient)
        weights[name] = weights[name] + passes("update", name, -rate * momenta[name])
    buffer = weights["norm.running_mean"]
    weights["norm.running_mean"] = passes("buffer", "norm.running_mean", (buffer + mean) / 2).astype(buffer.dtype)
    return loss


def _loss_and_gradients(network: Network, x, y, weights: Arrays, passes: Callable) -> tuple[float, Arrays, np.ndarray]:
    """Forward: h = sum of (k + 1) tanh(branch k of tanh(enter)); then the gradients of the mean squared error."""

    def linear(part: str, inputs):
        return passes("forward", part, inputs @ weights[f"{part}.weight"].T + weights[f"{part}.bias"])

    entered = passes("forward", "act", np.tanh(linear("enter", x)))
    ran = {k: np.tanh(linear(f"branches.{k}", entered)) for k in network.order}
    hidden = sum(((k + 1) * ran[k] for k in sorted(ran)), np.zeros_like(entered)).astype(entered.dtype)
    predicted = linear("leave", passes("forward", "act", np.tanh(hidden)))
    loss = passes("loss", "loss", np.mean((predicted - y) ** 2))
    gradients: Arrays = {}

    def back(part: str, inputs, by):
        gradients[f"{part}.weight"], gradients[f"{part}.bias"] = by.T @ inputs, by.sum(0)
        return by @ weights[f"{part}.weight"]

    squashed = np.tanh(hidden)
    by = back("leave", squashed, 2 * (predicted - y) / y.size) * (1 - squashed**2)
    into = sum(back(f"branches.{k}", entered, (k + 1) * by * (1 - ran[k] ** 2)) for k in sorted(ran))
    back("enter", x, into * (1 - entered**2))
    return float(loss), gradients, hidden.mean(0)


def python_that(directory: Path, side: str, order: Sequence[int] = (0, 1), rate: float = 1.0) -> str:
    """A command for --torch-python or --tf-python: this network, its rate times `rate` from the second step on."""
    script = directory / f"python-{side}"
    orders = json.dumps({"side": side, "order": list(order), "rate": rate, "directory": str(directory)})
    command = f"{shlex.quote(sys.executable)} -m tests.helpers.fake_port_worker {shlex.quote(orders)}"
    script.write_text(f"#!/bin/sh\nexec {command}\n")
    script.chmod(0o755)
    return str(script)


def fulfil(orders: SimpleNamespace, request: TrainPort | DrawBatches, watch: Callable) -> None:
    """Stands in for an Executor's work: the port file's batches are drawn, its sides are not asked."""
    if isinstance(request, DrawBatches):
        return port_inputs.write(draw(request.file, request.seed, request.most), Path(request.output))
    drawn, training = port_inputs.read(Path(request.inputs)), request.training

    def wrong_rate(key, value):
        return value * orders.rate if key[1] == "rate" and key[0] > 0 else value

    network = Network(orders.side, tuple(orders.order), wrong_rate)
    steps = min(drawn.steps, training.steps or drawn.steps)
    batches = [drawn.batch(step, training.precision) for step in range(steps)]
    said = {"compiled": not training.eager}
    run(Path(request.output), network, batches, training, said=said, watch=watch)


def start_of(network: Network, start: Start | None) -> Arrays | None:
    """What a run begins with, by its parts; None is the network's own weights."""
    if start is None:
        return None
    with np.load(start.weights, allow_pickle=False) as file:
        arrays = {name: file[name] for name in file.files}
    parts = {network.own(part): part for part in network.start()}
    names = dict(start.names) if network.side == "tf" else {}
    return {part: evaluate(names.get(own, own), arrays.get) for own, part in parts.items()}


if __name__ == "__main__":
    orders = SimpleNamespace(**json.loads(sys.argv[1]))
    Path(orders.directory, f"{orders.side}-{os.getpid()}").touch()
    runtime = SimpleNamespace(configure=lambda threads: None, versions=lambda: {})
    executor = SimpleNamespace(fulfil=lambda request, watch: fulfil(orders, request, watch))
    worker.serve(SimpleNamespace(runtime=runtime, prepare=None), threads=1, executor=executor)
