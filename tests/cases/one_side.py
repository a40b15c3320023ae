"""One side of a case in this process, in float64: its model with the case's weights, and its first batch."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import NamedTuple

import numpy as np

from compare.inputs import cases
from compare.inputs.case_inputs import CaseInputs, make_inputs
from compare.inputs.side import Side
from compare.running.execute import Framework

PACKAGES = ("torch_impl", "tf_impl")


class Ready(NamedTuple):
    framework: Framework
    side: Side
    batch: dict  # the framework's tensors
    inputs: CaseInputs

    @property
    def step(self):
        return self.side.step or self.framework.train.train_step

    def number(self, tensor) -> float:
        return float(self.framework.weights.outputs.to_numpy(tensor))

    def weights(self) -> dict[str, np.ndarray]:
        """Parameters and buffers by their names, in PyTorch's layout."""
        names = self.framework.weights
        held = names.named_parameters(self.side.model) | names.named_buffers(self.side.model)
        return {name: parameter.value() for name, parameter in held.items()}


@contextmanager
def ready(package: str, name: str) -> Iterator[Ready]:
    """The side as a run begins with it, its step not compiled."""
    framework, inputs = Framework(package), make_inputs(cases.load(name), steps=1)
    try:
        framework.runtime.set_precision("float64")
        [batch] = framework.to_native(inputs, [inputs.batch(0, "float64")])
        make_side = import_module(f"{package}.models.{name}").side
        built = framework.prepare.build(make_side, inputs.settings, "float64", [batch], eager=True)
        framework.weights.load_weights(built.side.model, inputs.weights)
        yield Ready(framework, built.side, batch, inputs)
    finally:
        framework.runtime.set_precision("float32")
