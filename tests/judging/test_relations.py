"""Relations: what two values show of each other, and nothing that they do not."""

import numpy as np
import pytest

from compare.judging.relations import is_another_form, relation
from compare.traces.fingerprints import fingerprint
from compare.traces.operations import Value

RANDOM = np.random.default_rng(3).normal(size=(4, 6))


def value(array, whole=True) -> Value:
    array = np.asarray(array, np.float64)
    return Value(array.shape, "float64", fingerprint(array), array if whole else None)


@pytest.mark.parametrize(
    ("other", "said"),
    [
        (32 * RANDOM, "= 32 x"),
        (RANDOM / 24, "= 1/24 x"),
        (-RANDOM, "the negative"),
        (RANDOM * np.pi, "= 3.14159 x"),
        (RANDOM + 0.3, "+ 0.3"),
        (RANDOM - 2, "- 2"),
        (RANDOM**2, "its square"),
        (np.abs(RANDOM), "its magnitude"),
        (np.exp(RANDOM), "its exponential"),
        (1 - RANDOM, "1 minus it"),
        (1 / (1 + np.exp(-RANDOM)), "its sigmoid"),
        (RANDOM.T, "transposed"),
        (np.roll(RANDOM, 1, 0), "shifted by 1 along axis 0"),
        (np.roll(RANDOM, -2, 1), "shifted by -2 along axis 1"),
        (RANDOM[::-1], "reversed along axis 0"),
        (RANDOM[[1, 0, 3, 2]], "the same numbers in another order"),
        (RANDOM.mean(1), "its mean over axis 1"),
        (RANDOM.sum(0), "its sum over axis 0"),
        (RANDOM.mean(), "its mean"),
        (np.clip(RANDOM, -0.5, 0.5), "cut off at -0.5 and 0.5"),
        (np.maximum(RANDOM, 0), "its relu"),
        (np.where(np.arange(6) < 2, 0, RANDOM), "0 in 8 of 24"),
        (np.where(np.arange(6) < 2, 9.5 + RANDOM, RANDOM), "different in 8 of 24"),
        (np.where(np.arange(6) < 1, np.nan, RANDOM), "NaN"),
        (RANDOM[:3], ""),
        (np.sin(RANDOM), ""),
    ],
)
def test_what_the_values_show_is_said(other, said):
    assert relation(value(RANDOM), value(other)) == said


def test_of_masks_nothing_is_called_cut_off():
    half, other = np.tril(np.ones((4, 6))), np.triu(np.ones((4, 6)))
    assert relation(value(half), value(other)) == f"different in {int((half != other).sum())} of 24"


def test_the_way_back_is_said_too():
    assert relation(value(RANDOM**2 + 1), value(np.sqrt(RANDOM**2 + 1))) == "its root"
    assert relation(value(RANDOM.mean(1)), value(RANDOM)) == "its mean over axis 1 is the other's"


@pytest.mark.parametrize(
    ("one", "other", "said"),
    [(0.7031, 22.4992, "= 32 x"), (22.4992, 0.7031, "= 1/32 x"), (0.7, -0.7, "the negative"), (0.7, 1.2, "+ 0.5"),
     (0.7031, 0.8214, ""), (0.7, 0.7 * 1.5, "")],
)  # fmt: skip
def test_of_two_numbers_only_what_is_round_is_said(one, other, said):
    assert relation(value(one), value(other)) == said


@pytest.mark.parametrize(
    ("other", "signs", "same"),
    [(np.exp(RANDOM), False, True), (-RANDOM, False, False), (-RANDOM, True, True), (RANDOM**2, True, False)],
)
def test_a_logarithm_is_another_form_of_a_formula_and_a_sign_where_it_is_taken_elsewhere(other, signs, same):
    assert is_another_form(value(RANDOM), value(other), signs) is same
    assert is_another_form(value(other), value(RANDOM), signs) is same


@pytest.mark.parametrize(("scale", "said"), [(16.0, "= 16 x"), (np.e, "= 2.71828 x")])
def test_of_large_values_the_sums_show_a_factor(scale, said):
    assert relation(value(RANDOM, whole=False), value(scale * RANDOM, whole=False)) == said


def test_of_large_values_nothing_is_said_that_the_sums_do_not_show():
    assert relation(value(RANDOM, whole=False), value(RANDOM[::-1] * 2, whole=False)) == ""
    assert relation(value(RANDOM, whole=False), value(RANDOM[:2], whole=False)) == ""
