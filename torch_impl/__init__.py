"""The PyTorch side: read `train.py` first, then a model, with tf_impl's file of the same name beside it.

`torch_impl.Recorder` records a training loop of your own. Importing this package alone imports no framework.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch_impl.recorder import Recorder

__all__ = ["Recorder"]


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.recorder"), name)
