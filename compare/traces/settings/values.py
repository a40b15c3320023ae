"""Values that a report can hold: JSON's."""

import contextlib
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

NO_RULE = "without a rule"  # the setting of a class, as one of the user's own, whose formula is not known
# Of a loss with weights, the value of the setting `weight`; True where it is not known what is made of its rows.
OVER_WEIGHTS, OVER_EXAMPLES = "in the mean over the weights", "in the mean over the examples"
LOG_PROBABILITIES = "log-probabilities"  # the setting `from_logits` of a loss that takes neither logits nor shares
UNREADABLE = "could not be read"  # the value of a setting whose side has it and cannot say it


def attempt(function: Callable[[], Any], otherwise: Any) -> Any:
    """What `function` returns, or `otherwise` where it raises: a user's object may have any form."""
    with contextlib.suppress(Exception):
        return function()
    return otherwise


def readable(settings: Mapping[str, Callable[[], Any]]) -> dict[str, Any]:
    """The settings, each read by itself: one that raises is UNREADABLE, and takes none of the others along."""
    return {name: attempt(read, UNREADABLE) for name, read in settings.items()}


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
