"""All weights and buffers of a model at once, for a run that reads or sets them at every step."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from compare.inputs.arrays import Arrays
from compare.traces.parameters import Parameter


class ModelState:
    """The parameters of a model by name; several may be parts of one variable, which is then read and set once."""

    def __init__(self, parameters: Mapping[str, Parameter]):
        self._parameters = parameters
        self._whole = {id(each.variable): each for each in parameters.values()}

    def values(self) -> Arrays:
        """The values as they are now, in canonical layout."""
        native = self._native()
        return {name: each.layout(native[id(each.variable)]) for name, each in self._parameters.items()}

    def assign(self, arrays: Mapping[str, np.ndarray]) -> None:
        """Set the values of those that are given, from canonical layout."""
        native: dict[int, np.ndarray] = {}
        for name, array in arrays.items():
            parameter = self._parameters[name]
            key = id(parameter.variable)
            native[key] = parameter.filled(native.get(key), array)
        for key, values in native.items():
            self._whole[key].set(values)

    def _native(self) -> dict[int, np.ndarray]:
        return {key: each.native() for key, each in self._whole.items()}
