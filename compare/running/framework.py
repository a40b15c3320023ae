"""A side's package: both have the same modules, and each is imported by name, in its own process only."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from compare.inputs.case_inputs import CaseInputs
from compare.inputs.port_inputs import PortInputs

Batches = Iterable[dict]


@dataclass(frozen=True)
class Framework:
    """A side's package, "torch_impl" or "tf_impl"."""

    package: str

    def __getattr__(self, module: str) -> Any:
        return import_module(f"{self.package}.{module}")

    @property
    def side(self) -> str:
        return self.package.removesuffix("_impl")

    def to_native(self, inputs: CaseInputs | PortInputs, batches: Batches) -> Batches:
        """Batches of NumPy arrays as the framework's tensors."""
        return (self.weights.batch_from_canonical(batch, inputs.channels_first) for batch in batches)

    def held_out(self, inputs: CaseInputs | PortInputs, precision: str) -> dict | None:
        """The batch to evaluate after each epoch, as the framework's tensors; None where there is none."""
        batch = inputs.held_out(precision)
        return None if batch is None else next(iter(self.to_native(inputs, [batch])))

    def functions_moved(self, seed: Sequence[int], ulps: int) -> AbstractContextManager[None]:
        """Inside, PyTorch's functions round otherwise; TensorFlow's are compiled into its step."""
        return self.rounding.functions_moved(seed, ulps) if self.side == "torch" else nullcontext()

    def numbers_cast_exactly(self) -> AbstractContextManager[None]:
        """Inside, TensorFlow rounds no Python number to float32 that is cast to float64; PyTorch never does."""
        return self.exact_numbers.numbers_cast_exactly() if self.side == "tf" else nullcontext()

    def eagerly(self, eager: bool) -> AbstractContextManager[None]:
        """Inside, where `eager`, TensorFlow's functions run as they are written; PyTorch's always do."""
        return self.graph.eagerly() if eager and self.side == "tf" else nullcontext()

    def graphs_called(self) -> AbstractContextManager[list]:
        """Inside, what comes is filled where a tf.function runs as a graph."""
        return self.graph.graphs_called() if self.side == "tf" else nullcontext([])

    def build(self, make_side: Any, inputs: CaseInputs | PortInputs, precision: str, eager: bool = False) -> Any:
        """A side made ready for training on these inputs; with `eager` its step is not compiled."""
        examples = self.to_native(inputs, inputs.examples(precision))
        return self.prepare.build(make_side, inputs.settings, precision, list(examples), eager)

    def make_side(self, case: str, function: str | None = None) -> Any:
        """The function that makes a case's side: its model file's `side`, or "package.module:function"."""
        module, _, name = (function or f"{self.package}.models.{case}:side").partition(":")
        return getattr(import_module(module), name)
