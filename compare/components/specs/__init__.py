"""The inputs of every component, one file per kind; this file finds them by name."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from compare.components.spec import Spec

KINDS = (
    "dense", "convolutions", "grouped_convolutions", "transposed_convolutions", "max_pooling", "average_pooling",
    "normalizations", "dropout", "distances", "embeddings", "recurrent", "sequences", "attention", "transformers",
    "padding", "resizing", "rearranging", "indexing", "reductions", "arithmetic", "signals", "activations",
    "regression_losses", "classification_losses", "binary_losses", "metric_losses", "losses", "optimizers",
    "schedules", "initializers", "steps",
)  # fmt: skip


@cache
def load(kind: str) -> dict[str, Spec]:
    """The specs of one kind by key; empty where the file does not exist yet."""
    module = f"{__name__}.{kind}"
    return import_module(module).SPECS if find_spec(module) else {}
