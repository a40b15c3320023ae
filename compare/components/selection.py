"""Selects components by key or by kind; all by default."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from compare.components.specs import KINDS, load

if TYPE_CHECKING:
    from compare.components.spec import Spec


def choose(names: Sequence[str]) -> dict[str, tuple[str, Spec]]:
    """Kind and spec of each component that is named, by key. Raises LookupError, with the nearest names, for others."""
    every = {key: (kind, spec) for kind in KINDS for key, spec in load(kind).items()}
    for name in names:
        if name not in every and name not in KINDS:
            raise LookupError(f"no component and no kind is named {name!r}: {nearest(name, every)}")
    return {key: found for key, found in every.items() if not names or key in names or found[0] in names}


def nearest(name: str, keys: Iterable[str]) -> str:
    """The nearest names and all kinds, for the end of a message."""
    near = difflib.get_close_matches(name.lower(), [*keys, *KINDS], n=3, cutoff=0.5)
    suggestion = f"did you mean {' or '.join(map(repr, near))}? " if near else ""
    return f"{suggestion}the kinds are {', '.join(KINDS)}"
