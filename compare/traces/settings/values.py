"""Values that a report can hold: JSON's."""

from collections.abc import Mapping
from typing import Any

import numpy as np


def simple(value: Any) -> bool:
    """Whether a value is a number, a string, a boolean or None, or a list of these."""
    if isinstance(value, (list, tuple)):
        return all(simple(each) for each in value)
    return value is None or isinstance(value, (bool, int, float, str, np.generic))


def plain(value: Any) -> Any:
    """A value for JSON: a framework's or NumPy's numbers as Python's."""
    if isinstance(value, (list, tuple)):
        return [plain(each) for each in value]
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, (float, np.generic)) or getattr(value, "ndim", None) == 0:
        return value.item() if hasattr(value, "item") else float(value)
    return str(value)


def in_words(kind: str, settings: Mapping[str, Any]) -> str:
    """A kind with its settings: "LeakyReLU(negative_slope=0.01)"."""
    return f"{kind}({', '.join(f'{name}={plain(value)}' for name, value in settings.items())})"
