"""The layers of a model by their path of attributes ("encoder.fc1"), for a framework's way to nest layers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from compare.traces.parameters import join

Inside = Callable[
    [Any], list[tuple[str, Any]]
]  # the layers directly inside one, by name; empty where it counts as a single layer


def every_layer(model: Any, inside: Inside) -> dict[str, Any]:
    """The model itself (its path is "") and every layer inside it, each once, in order of definition."""
    found, seen = {}, set()

    def visit(path: str, layer: Any) -> None:
        if id(layer) not in seen:
            seen.add(id(layer))
            found[path] = layer
            for name, inner in inside(layer):
                visit(join(path, name), inner)

    visit("", model)
    return found


def named_layers(model: Any, inside: Inside) -> dict[str, Any]:
    """The layers of `every_layer` that hold no other layer."""
    return {path: layer for path, layer in every_layer(model, inside).items() if not inside(layer)}
