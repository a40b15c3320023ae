"""Whether two values of a setting are the same, and how a value is written for a reader."""

from typing import Any

import numpy as np

from compare.judging.tolerances import FLOOR_ULPS, ulp

EQUAL, DIFFERS, ROUNDED = "equal", "differs", "rounded to float32"

# Settings that have no effect at 1.
ONE_IS_NEUTRAL = {"dilation", "groups", "num_layers", "gradient_accumulation_steps", "loss_weights"}


def to_text(value: Any) -> str:
    """A value for a reader: [3, 3] as "3x3", other lists with commas, None as "none"."""
    if isinstance(value, (list, tuple)):
        sizes = all(isinstance(each, int) and each >= 0 for each in value) and len(value) > 1
        return ("x" if sizes else ", ").join(to_text(each) for each in value)
    return "none" if value is None else str(value)


def is_neutral(setting: str, value: Any) -> bool:
    """Whether a setting has no effect at this value, so that a side without the setting is the same."""
    if isinstance(value, (list, tuple)):
        return all(is_neutral(setting, each) for each in value)
    return value in (None, 0, "none") or (value == 1 and setting in ONE_IS_NEUTRAL)


def are_complements(left: Any, right: Any) -> bool:
    """Whether numbers, or lists of them, add up to 1: a share that is kept, and the share that is taken."""
    lists = [each if isinstance(each, (list, tuple)) else [each] for each in (left, right)]
    pairs = [*zip(*lists, strict=False)]
    numbers = all(isinstance(value, (int, float)) for pair in pairs for value in pair)
    return numbers and len(lists[0]) == len(lists[1]) and all(abs(sum(pair) - 1) < ulp("float32") for pair in pairs)


def compare_values(left: Any, right: Any) -> str:
    """EQUAL, ROUNDED or DIFFERS; a number equals a list of that number."""
    if isinstance(left, (list, tuple)) or isinstance(right, (list, tuple)):
        length = max(len(each) for each in (left, right) if isinstance(each, (list, tuple)))
        lists = [list(each) if isinstance(each, (list, tuple)) else [each] * length for each in (left, right)]
        if len(lists[0]) != len(lists[1]):
            return DIFFERS
        verdicts = {compare_values(*each) for each in zip(*lists, strict=True)}
        return next((verdict for verdict in (DIFFERS, ROUNDED) if verdict in verdicts), EQUAL)
    numbers = all(isinstance(each, (int, float)) and not isinstance(each, bool) for each in (left, right))
    if not numbers or left == right:
        return EQUAL if left == right else DIFFERS
    if abs(left - right) <= FLOOR_ULPS * ulp("float64") * max(abs(left), abs(right)):
        return EQUAL
    return ROUNDED if float(np.float32(left)) == right or left == float(np.float32(right)) else DIFFERS
