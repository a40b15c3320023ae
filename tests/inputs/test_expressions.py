"""An expression stands for tensors, slices, transposes and reshapes of them, side by side or added."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from compare.inputs.expressions import Term, evaluate, explicit_pairs, shape_of, terms

A, B = np.arange(12.0).reshape(6, 2), np.full((6, 2), 100.0)
K = np.arange(24.0).reshape(1, 2, 3, 4)
TENSORS = {"a.weight": A, "b.weight": B, "scalar": np.float64(3), "one": np.array([7.0]), "k": K}
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
        ("fc1.weight.T", [Term("fc1.weight", WHOLE)]),
        ("fc1.weight[0:2].T", [Term("fc1.weight", slice(0, 2))]),
        ("fc1.weight[0:2, 1:3]", [Term("fc1.weight", WHOLE)]),
        ("fc1.weight.T[0:2]", [Term("fc1.weight", WHOLE)]),
        ("position[0]", [Term("position", slice(0, 1))]),
        ("position[2] + b", [Term("position", slice(2, 3)), Term("b", WHOLE)]),
        ("token[None]", [Term("token", WHOLE)]),
        ("token[0, None]", [Term("token", WHOLE)]),
        ("cat(a, b[0:2] + c).T", [Term("a", WHOLE), Term("b", slice(0, 2)), Term("c", WHOLE)]),
    ],
)
def test_an_expression_names_tensors_and_their_rows(expression, expected):
    assert terms(expression) == tuple(expected)


@pytest.mark.parametrize(
    "expression",
    [
        "",
        " + a",
        "a + ",
        "a+b",
        "a[-1]",
        "a[]",
        "a[0 1]",
        "a[none]",
        "a[0:2",
        "a]",
        "a[x:y]",
        "cat()",
        "cat(a",
        "a.permute()",
        "a.flip(0)",
        "(a)",
    ],
)
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
        ("scalar.permute(1, 0)", 3.0),
        ("cat(scalar, scalar)", 3.0),
        ("a.weight.T", A.T),
        ("a.weight[:, 1:]", A[:, 1:]),
        ("a.weight[2:4, 0:1].T", A[2:4, :1].T),
        ("a.weight.T[0:1]", A[:, :1].T),
        ("k[0]", K[0]),
        ("k[0, 1].T", K[0, 1].T),
        ("k[:, 1, 0:2]", K[:, 1, :2]),
        ("a.weight[None]", A[None]),
        ("a.weight[:, None, 1]", A[:, None, 1]),
        ("one[0]", 7.0),
        ("scalar[0]", 3.0),
        ("cat(a.weight[0][None], b.weight)", np.vstack((A[:1], B))),
        ("k.permute(3, 2, 0, 1)", np.transpose(K, (3, 2, 0, 1))),
        ("k.reshape(6, -1).T", K.reshape(6, 4).T),
        ("one.reshape(())", np.float64(7)),
        ("scalar.reshape(1, 1)", [[3.0]]),
        ("scalar.reshape(6, -1)", 3.0),
        ("cat(a.weight, b.weight[0:1]).T + a.weight[0:1].T", np.vstack((A, B[:1])).T + A[:1].T),
    ],
)
def test_an_expression_is_worked_out(expression, expected):
    np.testing.assert_array_equal(evaluate(expression, TENSORS.get), expected)


def test_the_gradient_of_tensors_side_by_side_is_theirs_side_by_side():
    gradient = evaluate("cat(a.weight + b.weight, b.weight).T", TENSORS.get, added=False)
    np.testing.assert_array_equal(gradient, np.vstack((A, B)).T)


def test_a_shape_is_known_without_values():
    shapes = {"a": (6, 2), "b": (3, 2)}
    assert shape_of("cat(a, b).T[:, 0:4]", shapes.__getitem__) == (2, 4)
    assert shape_of("a[0]", shapes.__getitem__) == (2,)
    assert shape_of("a[None]", shapes.__getitem__) == (1, 6, 2)
    with pytest.raises(ValueError, match="shape"):
        shape_of("a + b", shapes.__getitem__)


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


def test_pairs_by_name_are_taken_one_at_a_time():
    assert explicit_pairs({"k": "fc.weight.T", None: ["a", "b"], "c": None}) == (
        ("k", "fc.weight.T"), (None, "a"), (None, "b"), ("c", None),
    )  # fmt: skip


@pytest.mark.parametrize("value", [3, np.zeros(2), ["a", len]])
def test_what_is_no_text_is_refused_with_its_type_and_the_forms_that_are(value):
    with pytest.raises(ValueError, match=r"of the type \w+ for 'k', expected text.* \"name\.T\"") as caught:
        explicit_pairs({"k": value})
    assert "0x" not in str(caught.value)


def test_pairs_that_are_not_a_dict_are_refused():
    with pytest.raises(ValueError, match="WEIGHTS is of the type list, expected a dict"):
        explicit_pairs(["fc.weight"])
