"""Losses in JSON: a history of Keras, records of any logger in one array or a line each, the state of a HF Trainer.

Notice that numbers stay as they were printed: their digits tell how exact they are.
"""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from compare.logs.parse import Line, LogError

if TYPE_CHECKING:
    import pandas as pd

loads = partial(json.loads, parse_float=str, parse_int=str, parse_constant=str)
SHAPES = {1: ["loss"], 2: ["step", "loss"], 3: ["wall_time", "step", "value"]}  # of three: as TensorBoard exports it


def read_json(path: Path, text: str) -> tuple[list[str], list[Line]] | None:
    """The names of the columns, and the lines; None where the text is not JSON. Raises LogError for other content."""
    if text.lstrip()[:1] not in ("{", "["):
        return None
    import pandas as pd  # slow

    try:
        content = loads(text)
    except ValueError:
        try:
            content = [loads(line) for line in text.splitlines() if line.strip()]
        except ValueError:
            return None
    try:
        frame = _frame(content)
    except (ValueError, TypeError, AttributeError, KeyError):
        frame = pd.DataFrame()
    if frame.empty:
        raise LogError(
            f"{path} is JSON without losses that can be read: expected a list for each name "
            '({"loss": [2.3, 1.9]}), or a list of records ([{"step": 0, "loss": 2.3}])'
        )
    frame = frame.astype(object).where(frame.notna(), "").astype(str)
    return list(map(str, frame.columns)), [(i, list(row)) for i, row in enumerate(frame.to_numpy(), 1)]


def _frame(content: Any) -> pd.DataFrame:
    import pandas as pd  # slow

    if isinstance(content, dict):
        for inner in ("log_history", "history"):
            if isinstance(content.get(inner), (list, dict)):
                return _frame(content[inner])
        [flat] = pd.json_normalize(content, sep="/").to_dict("records")
        lists = {name: pd.Series(values, dtype=object) for name, values in flat.items() if isinstance(values, list)}
        return pd.DataFrame(lists or [flat])
    if all(isinstance(record, dict) for record in content):
        return pd.json_normalize(content, sep="/")
    rows = [record if isinstance(record, list) else [record] for record in content]
    return pd.DataFrame(rows, columns=SHAPES[len(rows[0])])
