"""A port whose files are read as if they were changed: each in place of another text, which lies in another file."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from pathlib import Path
from types import CodeType, ModuleType

OURS = ("__main__", "compare", "torch_impl", "tf_impl")


class AsItIs(SourceFileLoader):
    """Compiles what the file holds now: Python's own would take what it kept of the same second and size for it."""

    def get_code(self, fullname: str) -> CodeType:
        return self.source_to_code(self.get_data(self.path), self.path)


class _Instead(MetaPathFinder):
    def __init__(self, patches: Mapping[str, str]):
        self._patches = patches

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is None or spec.origin is None or spec.origin not in self._patches:
            return None
        spec.loader = AsItIs(fullname, self._patches[spec.origin])
        return spec


@contextmanager
def patched(port: str, patches: Mapping[str, str]) -> Iterator[None]:
    """Inside, where modules beside a port are patched, they are imported anew, from the files that `patches` names."""
    if not set(patches) - {port}:
        yield
        return
    finder, folder = _Instead(patches), Path(port).resolve().parent
    _forget(folder)
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)
        _forget(folder)


def _forget(folder: Path) -> None:
    """Forget the modules of a folder, so that they are imported again."""
    for name, module in list(sys.modules.items()):
        file = getattr(module, "__file__", None)
        own = name.partition(".")[0] not in OURS
        if file and own and folder in Path(file).parents and "site-packages" not in file:
            del sys.modules[name]
