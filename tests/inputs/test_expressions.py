"""An expression stands for a tensor, a slice of its first axis, or a sum."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from compare.inputs.expressions import Term, evaluate, terms

A, B = np.arange(12.0).reshape(6, 2), np.full((6, 2), 100.0)
TENSORS = {"a.weight": A, "b.weight": B, "scalar": np.float64(3)}
WHOLE = slice(None, None)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("fc1.weight", [Term("fc1.weight", WHOLE)]),
        ("fc1.weight[0:64]", [Term("fc1.weight", slice(0, 64))]),
        ("fc1.weight[64:]", [Term("fc1.weight", slice(64, None))]),
        ("fc1.weight[:64]", [Term("fc1.weight", slice(None, 64))]),
        ("a + b", [Term("a", WHOLE), Term("b", WHOLE)]),
        ("a[0:2] + b[2:4] + c", [Term("a", slice(0, 2)), Term("b", slice(2, 4)), Term("c", WHOLE)]),
        ("block 1/dense.weight", [Term("block 1/dense.weight", WHOLE)]),
    ],
)
def test_an_expression_names_tensors_and_their_rows(expression, expected):
    assert terms(expression) == tuple(expected)


@pytest.mark.parametrize("expression", ["", " + a", "a + ", "a+b", "a[0]", "a[0:2", "a]", "a[x:y]", "a[0:2][0:1]"])
def test_what_is_no_expression_is_refused_with_the_forms_that_are(expression):
    with pytest.raises(ValueError, match='is not a weight: expected "name"') as caught:
        terms(expression)
    assert repr(expression) in str(caught.value)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("a.weight", A),
        ("a.weight[2:4]", A[2:4]),
        ("a.weight[4:]", A[4:]),
        ("a.weight + b.weight", A + B),
        ("a.weight[0:2] + b.weight[0:2] + a.weight[2:4]", A[0:2] + B[0:2] + A[2:4]),
        ("scalar", 3.0),
        ("scalar[0:2]", 3.0),
    ],
)
def test_an_expression_is_worked_out(expression, expected):
    np.testing.assert_array_equal(evaluate(expression, TENSORS.get), expected)


def test_the_gradient_of_a_sum_is_that_of_its_first_term():
    np.testing.assert_array_equal(evaluate("b.weight[0:2] + a.weight[0:2]", TENSORS.get, added=False), B[0:2])


@pytest.mark.parametrize("expression", ["gone", "gone[0:2]", "a.weight + gone", "gone + a.weight"])
@pytest.mark.parametrize("added", [True, False])
def test_where_a_part_is_missing_there_is_nothing(expression, added):
    assert evaluate(expression, TENSORS.get, added) is None


@given(st.lists(st.integers(1, 4), min_size=1, max_size=5))
def test_slices_side_by_side_make_the_whole(sizes):
    whole = np.random.default_rng(0).normal(size=(sum(sizes), 3))
    ends = np.cumsum(sizes)
    parts = [evaluate(f"w[{end - size}:{end}]", {"w": whole}.get) for size, end in zip(sizes, ends, strict=True)]
    np.testing.assert_array_equal(np.concatenate(parts), whole)
