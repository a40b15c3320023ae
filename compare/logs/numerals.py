"""Numbers as people print them (a decimal comma, thousands set apart, per cent), as Python reads them."""

from __future__ import annotations

import re
from decimal import Decimal

THOUSANDS_COMMA = r"[1-9]\d{0,2}(?:,\d{3})+(?:\.\d*)?"
DECIMAL_COMMA = r"(?:[1-9]\d{0,2}(?:\.\d{3})+|\d+),\d+"
EXPONENT = r"(?:[eE][-+]?\d+)?"
PER_CENT = re.compile(r"([-+]?\d[\d.]*(?:[eE][-+]?\d+)?)\s?%")
# In each of these, what is left out and what is the decimal point.
STYLES = ((THOUSANDS_COMMA, ",", "."), (DECIMAL_COMMA, ".", ","))


def plain_numbers(fields: list[str]) -> list[str]:
    """The numbers of one column as Python reads them; those whose comma may mean either stay as they are.

    The column decides: "6,802" is 6802 beside "999.5", and 6.802 beside "0,997".
    """
    with_comma = [_bare(field) for field in fields if "," in field]
    fitting = [style for style in STYLES if all(re.fullmatch(style[0], field) for field in with_comma)]
    if len(fitting) == 2 and any("." in field for field in fields):
        fitting = fitting[:1]
    if with_comma and len(fitting) == 1:
        [(_, left_out, point)] = fitting
        fields = [field.replace(left_out, "").replace(point, ".") if "," in field else field for field in fields]
    return [_of_per_cent(field) for field in fields]


def whole_number(field: str) -> str:
    """A count without the commas that set its thousands apart: a count has no decimals."""
    return field.replace(",", "") if re.fullmatch(r"[1-9]\d{0,2}(?:,\d{3})+", field) else field


def _bare(field: str) -> str:
    """Without sign, exponent and per cent."""
    return re.sub(r"^[-+]|[eE][-+]?\d+|\s?%$", "", field)


def _of_per_cent(field: str) -> str:
    match = PER_CENT.fullmatch(field)
    return str(Decimal(match[1]).scaleb(-2)) if match else field
