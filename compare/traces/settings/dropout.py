"""What drops at random: the calls of dropout functions, and the rates that a layer of the user's own holds."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from compare.traces.header import Setting

IN_FUNCTIONS = "dropout in functions"  # the subject of the rates that functions were called with

DROPS = re.compile("drop|stochastic_?depth", re.IGNORECASE)
NOISE = re.compile("noise", re.IGNORECASE)
RATES = {
    "p", "rate", "prob", "probability", "drop", "drop_p", "p_drop", "drop_prob", "drop_rate", "drop_path",
    "drop_path_rate", "dropout", "dropout_p", "dropout_rate", "dropout_prob",
}  # fmt: skip
KEPT = {"keep", "keep_p", "p_keep", "keep_prob", "keep_rate", "keep_probability", "survival_prob", "survival_rate",
        "survival_probability"}  # fmt: skip
AMOUNTS = {"std", "stddev", "sigma", "noise", "noise_std", "noise_stddev", "noise_level", "noise_scale"}


class DropoutCalls:
    """The rates with which one step calls dropout functions, in order."""

    def __init__(self) -> None:
        self.rates: list[float] = []
        self._on = False

    def start(self) -> None:
        """Begin to note them."""
        self.rates.clear()
        self._on = True

    def stop(self) -> None:
        """Note no more."""
        self._on = False

    def add(self, rate: Any) -> None:
        """One call; none that drops nothing, or whose rate is a tensor without a value."""
        if self._on and rate is not None and (value := float(rate)) > 0:
            self.rates.append(value)

    def settings(self) -> list[Setting]:
        """They as settings of a side."""
        return [Setting(IN_FUNCTIONS, "Dropout", "p", list(self.rates))]

    def first_of(self, batches: Any) -> Iterator:
        """The same batches; the step of the first is noted."""
        self.start()
        for batch in batches:
            yield batch
            self.stop()


def drops(qualified_name: str) -> bool:
    """Whether a function, or the class that it is a method of, is named as what drops: `DropPath.forward`."""
    return DROPS.search(qualified_name.rpartition("<locals>.")[2]) is not None


def mute_own(name: str, attributes: Mapping[str, Any], mute: Callable[[str, float], None]) -> dict[str, float]:
    """Switch off a layer of the user's own by `mute(attribute, value)`, if its class' name says that it drops.

    Returns the former rates by setting. In any other layer `rate` or `p` may mean anything.
    """
    had = {}
    for attribute, value in list(attributes.items()):
        number = isinstance(value, (int, float)) and not isinstance(value, bool)
        if number and (found := _rate(name, attribute.strip("_").lower(), float(value))) is not None:
            setting, rate, off = found
            had[setting] = rate
            mute(attribute, off)
    return had


def _rate(name: str, attribute: str, value: float) -> tuple[str, float, float] | None:
    """The setting that an attribute is, its rate, and at which value nothing is random; None of any other."""
    if DROPS.search(name) and attribute in RATES and 0 < value <= 1:
        return "p", value, 0.0
    if DROPS.search(name) and attribute in KEPT and 0 <= value < 1:
        return "p", 1 - value, 1.0
    return ("stddev", value, 0.0) if NOISE.search(name) and attribute in AMOUNTS and value > 0 else None
