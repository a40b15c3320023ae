"""The TensorFlow side: read `train.py` first, then a model, with torch_impl's file of the same name beside it.

`tf_impl.Recorder` records a training loop of your own, and `tf_impl.start_from` gives a model the weights that the
recorded PyTorch loop began with. Importing this package alone imports no framework.
"""

from typing import Any

__all__ = ["Recorder", "start_from"]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from tf_impl import recorder

    return getattr(recorder, name)
