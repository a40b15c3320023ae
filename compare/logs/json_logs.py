"""Losses in JSON: a history of Keras, records of any logger in one array or a line each, the state of a HF Trainer.

Notice that numbers stay as they were printed: their digits tell how exact they are.
"""

from __future__ import annotations

import json
import re
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from compare.logs.parse import Line, LogError

if TYPE_CHECKING:
    import pandas as pd

loads = partial(json.loads, parse_float=str, parse_int=str, parse_constant=str)
REST_OF_A_WORD = re.compile(r"[\w.+-]*")
SHAPES = {1: ["loss"], 2: ["step", "loss"], 3: ["wall_time", "step", "value"]}  # of three: as TensorBoard exports it


def read_json(path: Path, text: str) -> tuple[list[str], list[Line]] | None:
    """The names of the columns, and the lines; None where the text is not JSON. Raises LogError for other content."""
    if text.lstrip()[:1] not in ("{", "["):
        return None
    import pandas as pd  # slow

    try:
        content = loads(text)
    except json.JSONDecodeError as error:
        if (content := _lines(text)) is None:
            if _is_cut_off(error):
                raise LogError(
                    f"{path} ends at line {error.lineno} in the middle of its JSON, as where a script was ended while "
                    "it wrote: expected the whole of it; log again, or save one record a line"
                ) from None
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


def _lines(text: str) -> list[Any] | None:
    """A record of each line; the last may be cut off, where a script was ended. None where others are no JSON."""
    lines = [line for line in text.splitlines() if line.strip()]
    records = []
    for number, line in enumerate(lines, 1):
        try:
            records.append(loads(line))
        except json.JSONDecodeError as error:
            return records if 1 < number == len(lines) and _is_cut_off(error) else None
    return records


def _is_cut_off(error: json.JSONDecodeError) -> bool:
    """Whether all of a text is JSON, but for its end that is missing: printed text fails before its last word."""
    rest = error.doc[error.pos :].strip()
    return error.pos > 1 and (error.msg.startswith("Unterminated string") or bool(REST_OF_A_WORD.fullmatch(rest)))


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
