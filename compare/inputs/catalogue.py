"""The catalogue of pitfalls: ports in `compare/pitfalls/`, each with a naive and a right TensorFlow side, read as text.

Notice that nothing here imports a pitfall: its file is a port, and a port imports frameworks.
"""

from __future__ import annotations

import ast
import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parents[1] / "pitfalls"
PARTS = ("symptom", "cause", "fix", "source")
NAIVE, FIXED = "tf_side", "tf_side_fixed"


@dataclass(frozen=True)
class Pitfall:
    """A known way to port wrongly: `stage` is where its naive version first parts, empty where it shows elsewhere."""

    id: str
    area: str
    title: str
    symptom: str
    cause: str
    fix: str
    source: str
    stage: str
    path: Path

    @property
    def code(self) -> str:
        """The file without its docstring."""
        text = self.path.read_text(encoding="utf-8")
        [first, *_] = ast.parse(text).body
        return "\n".join(text.splitlines()[first.end_lineno :]).strip()

    @property
    def words(self) -> str:
        """All that may be searched."""
        return " ".join((self.id, self.area, self.title, self.symptom, self.cause, self.fix, self.code)).lower()


@cache
def catalogue(folder: Path = FOLDER) -> Mapping[str, Pitfall]:
    """Every pitfall by its id, by area. ValueError for a file that does not say all that it must."""
    return {each.id: each for each in map(_read, sorted(folder.glob("*/[!_]*.py")))}


def _read(path: Path) -> Pitfall:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    title, _, rest = (ast.get_docstring(tree) or "").partition("\n\n")
    found = dict(re.findall(r"^(\w+): (.*?)(?=^\w+: |\Z)", rest.strip(), re.MULTILINE | re.DOTALL))
    parts = {name.lower(): " ".join(text.split()) for name, text in found.items()}
    assigned = [each for each in tree.body if isinstance(each, ast.Assign)]
    stages = [each.value for each in assigned if ast.unparse(each.targets[0]) == "STAGE"]
    missing = [name.capitalize() for name in PARTS if not parts.get(name)] + ([] if stages else ["STAGE"])
    if not title or missing:
        raise ValueError(f"{path}: it lacks {', '.join(missing) or 'a title'}")
    said = {name: parts[name] for name in PARTS}
    return Pitfall(
        path.stem, path.parent.name, " ".join(title.split()), **said, stage=str(ast.literal_eval(stages[0])), path=path
    )


def chosen(
    ids: Iterable[str], area: str | None, find: str | None, every: Mapping[str, Pitfall] | None = None
) -> list[Pitfall]:
    """The pitfalls of these ids (all by default) in an area, that have all words. LookupError where there is none."""
    every = catalogue() if every is None else every
    for name in ids:
        if name not in every:
            near = difflib.get_close_matches(name.lower(), every, n=3, cutoff=0.4)
            raise LookupError(f"no pitfall is named {name!r}{f': did you mean {chr(32).join(near)}?' if near else ''}")
    areas = list(dict.fromkeys(each.area for each in every.values()))
    if area is not None and area not in areas:
        raise LookupError(f"no area is named {area!r}: they are {', '.join(areas)}")
    found = [every[name] for name in dict.fromkeys(ids)] or list(every.values())
    found = [each for each in found if area in (None, each.area)]
    words = (find or "").lower().split()
    found = [each for each in found if all(word in each.words for word in words)]
    if not found:
        raise LookupError(f"no pitfall has all the words of {find!r}" if find else "there is no such pitfall")
    return found
