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
        native, changed = self._native(), set()
        for name, array in arrays.items():
            key = id(self._parameters[name].variable)
            native[key] = self._parameters[name].filled(native[key], array)
            changed.add(key)
        for key in changed:
            self._whole[key].set(native[key])

    def _native(self) -> dict[int, np.ndarray]:
        return {key: each.native() for key, each in self._whole.items()}
