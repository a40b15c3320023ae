"""A line of code, and whose file it is in: the user's own, or one of a library or of this project, which is folded."""

from __future__ import annotations

import sysconfig
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
OURS = ("compare", "torch_impl", "tf_impl")
JUDGED = ("torch_impl/models", "tf_impl/models", "compare/pitfalls")  # what a case trains is ours, and is judged
# What these compute is recorded, and is no part of a step.
READ = tuple(f"{side}_impl/{package}/" for side in ("torch", "tf") for package in ("weights", "settings"))
LIBRARIES = tuple(sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib"))
# What frameworks run between a user's line and a kernel, whatever is computed; of them, layers and losses say more.
CORE = ("/torch/", "/tensorflow/", "/keras/src/")
TELLING = ("/torch/nn/", "/torch/distributions/", "/keras/src/layers/", "/keras/src/losses/", "/keras/src/metrics/")
PLUMBING = ("/torch/nn/modules/module.py", "/torch/nn/modules/container.py", "/keras/src/layers/layer.py")

OWN, FOLDED, LEFT_OUT = "own", "folded", "left out"


class Place(NamedTuple):
    """A line that ran, and the function that it stands in."""

    file: str
    line: int
    function: str


@cache
def kind_of(file: str) -> str:
    """Whether a file is the user's, is folded to who called it, or computes what is no part of a step."""
    if file.startswith(("<", *LIBRARIES)) or "site-packages" in file or "dist-packages" in file or is_installed(file):
        return FOLDED
    try:
        inside = Path(file).resolve().relative_to(ROOT).as_posix()
    except (ValueError, OSError):
        return OWN
    if inside.startswith(READ):
        return LEFT_OUT
    return FOLDED if inside.startswith(tuple(f"{ours}/" for ours in OURS)) and not inside.startswith(JUDGED) else OWN


def is_installed(file: str) -> bool:
    """Whether a file was installed beside what describes its distribution, as by `pip install --target`."""
    inner = [Path(file), *Path(file).parents]
    return any(_is_listed(folder, name.name) for name, folder in pairwise(inner))


@cache
def _is_listed(folder: Path, name: str) -> bool:
    """Whether a distribution that lies in a folder lists this file, or a package of this name, as its own."""
    try:
        records = [each.read_text(errors="replace") for each in folder.glob("*.dist-info/RECORD")]
    except OSError:
        return False
    return any(line.startswith((f"{name}/", f"{name},")) for record in records for line in record.splitlines())


@cache
def is_optimizer(file: str) -> bool:
    """Whether a file of a library is of its optimizers."""
    return any(part in file.replace("\\", "/") for part in ("/torch/optim/", "/optimizers/"))


@cache
def is_telling(file: str) -> bool:
    """Whether a file is of a library's layers or losses, and not of what runs all of them."""
    path = file.replace("\\", "/")
    if "-packages/" not in path or path.endswith(PLUMBING):
        return False
    return any(part in path for part in TELLING) or not any(part in path for part in CORE)
