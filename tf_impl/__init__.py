"""The TensorFlow side: read `train.py` first, then a model, with torch_impl's file of the same name beside it.

`tf_impl.Recorder` records a training loop of your own, and `tf_impl.start_from` gives a model the initial weights of a
recorded PyTorch loop. Importing this package alone imports no framework.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tf_impl.recorder import Recorder, start_from

__all__ = ["Recorder", "start_from"]


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.recorder"), name)
