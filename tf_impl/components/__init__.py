"""The dictionary of components, as TensorFlow writes them: one file per kind, one function per entry.

Read each beside torch_impl/components/: the names are the same, and so is each docstring, which says what to watch for.
"""

from collections.abc import Callable
from importlib import import_module


def find(kind: str, key: str) -> Callable:
    """The entry of that name; LookupError where the file of its kind has none."""
    entry = getattr(import_module(f"{__name__}.{kind}"), key, None)
    if entry is None:
        raise LookupError(f"{__name__.replace('.', '/')}/{kind}.py has no {key}")
    return entry
