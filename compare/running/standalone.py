"""One side alone trains one case: prints the mean loss and metrics of each epoch, and judges nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from compare.inputs.arrays import cast
from compare.inputs.case_inputs import CaseInputs
from compare.running.framework import Framework


class EpochPrinter:
    """A recorder that prints each epoch's mean loss and metrics, weighted by examples as Keras' `fit` does."""

    def __init__(self, steps_per_epoch: int):
        self._steps_per_epoch = steps_per_epoch
        self._points: list[dict[str, float]] = []
        self._epoch = 0

    def step(self, loss: Any, batch: dict, metrics: dict) -> None:
        values = {"loss": loss, **metrics}
        examples = len(next(iter(batch.values())))
        self._points.append({"examples": examples, **{name: float(value) for name, value in values.items()}})
        if len(self._points) == self._steps_per_epoch:
            self.end_epoch()

    def evaluation(self, evaluate: Callable[[], Any]) -> None:
        print(f"           evaluation loss {float(evaluate()):.6f}", flush=True)

    def end_epoch(self) -> None:
        """Print the means since the last line, if there were any steps."""
        if not self._points:
            return
        self._epoch += 1
        examples = sum(point["examples"] for point in self._points)
        means = {
            name: sum(point[name] * point["examples"] for point in self._points) / examples
            for name in self._points[0]
            if name != "examples"
        }
        print(f"epoch {self._epoch:3}  " + "  ".join(f"{name} {mean:.6f}" for name, mean in means.items()), flush=True)
        self._points.clear()


def train_alone(framework: Framework, inputs: CaseInputs, precision: str, threads: int) -> None:
    """Train one case on one side, and print its loss curve."""
    framework.runtime.configure(threads)
    built = framework.build(framework.make_side(inputs.name), inputs, precision)
    framework.weights.load_weights(built.side.model, cast(inputs.weights, precision))
    printer = EpochPrinter(inputs.steps_per_epoch)
    batches, held_out = framework.to_native(inputs, inputs.batches(precision)), framework.held_out(inputs, precision)
    framework.train.train(built.side, built.step, batches, printer, held_out, inputs.steps_per_epoch)
    printer.end_epoch()
