"""The PyTorch side: read `train.py` first, then a model, with tf_impl's file of the same name beside it.

`torch_impl.Recorder` records a training loop of your own. Importing this package alone imports no framework.
"""

from typing import Any

__all__ = ["Recorder"]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from torch_impl import recorder

    return getattr(recorder, name)
