"""A comma in a number is read as what it is in its column, and nothing is guessed where it may be either."""

import pytest

from compare.logs.numerals import plain_numbers, whole_number
from compare.logs.parse import LogError


@pytest.mark.parametrize(
    ("fields", "plain"),
    [
        (["6,802.57", "999.5"], ["6802.57", "999.5"]),
        (["1,234,567.0", "-6,802.0"], ["1234567.0", "-6802.0"]),
        (["6,802", "999.5"], ["6802", "999.5"]),
        (["6,802", "0,997"], ["6.802", "0.997"]),
        (["6.802,57", "0,5"], ["6802.57", "0.5"]),
        (["2,5e-3", "2,5"], ["2.5e-3", "2.5"]),
        (["50.20%", "7 %"], ["0.5020", "0.07"]),
        (["2.5", "nan", "1e-3"], ["2.5", "nan", "1e-3"]),
    ],
)
def test_a_column_says_what_its_commas_are(fields, plain):
    assert plain_numbers(fields) == plain


def test_what_may_be_thousands_or_decimals_stays_and_is_refused(read):
    assert plain_numbers(["6,802", "6,700"]) == ["6,802", "6,700"]
    with pytest.raises(LogError, match=r"line 1: '6,802' is not a number, or may be two: write a decimal point"):
        read("step 0 loss 6,802\nstep 1 loss 6,700\n")


def test_a_count_has_thousands_and_no_decimals():
    assert whole_number("1,234") == "1234"
    assert whole_number("0,5") == "0,5"
