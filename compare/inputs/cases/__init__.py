"""The reference cases, one file each; this file finds them by name, and any other by its place."""

from __future__ import annotations

import difflib
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from compare.inputs.case import Case

NAMES = (
    "linear_regression", "mlp_regression", "binary_classifier", "cifar10_cnn", "resnet", "lstm", "gru",
    "transformer_lm", "vision_transformer", "vae", "dcgan", "unet", "matrix_factorization", "siamese", "ctc_speech",
    "ddpm", "fine_tuning",
)  # fmt: skip


def load(name: str) -> Case:
    """The case of that name, or at that place: "package.module:NAME".

    LookupError, with the nearest name, for any other.
    """
    module, _, place = name.partition(":")
    if place:
        return getattr(import_module(module), place)
    if name not in NAMES:
        near = difflib.get_close_matches(name, NAMES, n=1, cutoff=0.4)
        hint = f"did you mean {near[0]!r}? " if near else ""
        raise LookupError(f"no case is named {name!r}: {hint}the cases are {', '.join(NAMES)}")
    return import_module(f"compare.inputs.cases.{name}").CASE
