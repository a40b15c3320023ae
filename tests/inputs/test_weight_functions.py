"""A weight may be given as a function of the others: it is written as an expression, or refused in one sentence."""

import numpy as np
import pytest

from compare.inputs.expressions import evaluate, explicit_pairs

ARRAYS = {
    "a": np.arange(12.0).reshape(3, 4),
    "b": np.arange(12.0, 24.0).reshape(3, 4),
    "c": np.arange(24.0).reshape(2, 3, 2, 2),
}

FUNCTIONS = {
    "turned": lambda w: w["a"].T,
    "rows": lambda w: w["a"][0:2],
    "columns": lambda w: w["a"][:, 1:3].T,
    "the last": lambda w: w["a"][1:],
    "one row": lambda w: w["a"][1],
    "one of each row": lambda w: w["a"][:, 2],
    "an axis more": lambda w: w["a"][None],
    "a row as rows": lambda w: w["a"][0, None],
    "kernel": lambda w: np.transpose(w["c"], (2, 3, 1, 0)),
    "other shape": lambda w: np.reshape(w["a"], (2, 6)),
    "flat": lambda w: w["a"].ravel(),
    "a sum": lambda w: w["a"] + w["b"],
    "a sum, turned": lambda w: (w["a"] + w["b"]).T,
    "a long sum": lambda w: sum(w[name] for name in "ab"),
    "joined": lambda w: np.concatenate([w["a"], w["b"]]).T,
    "added by NumPy": lambda w: np.add(w["a"], w["b"]),
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_is_written_as_what_it_computes(name):
    [(_, expression)] = explicit_pairs({"kernel": FUNCTIONS[name]})
    np.testing.assert_array_equal(evaluate(expression, ARRAYS.__getitem__), FUNCTIONS[name](ARRAYS))


def test_what_is_permuted_as_in_pytorch_is_so():
    assert explicit_pairs({"k": lambda w: w["c"].permute(2, 3, 1, 0)}) == (("k", "c.permute(2, 3, 1, 0)"),)
    assert explicit_pairs({"k": lambda w: "a.T", "l": lambda w: None}) == (("k", "a.T"), ("l", None))


@pytest.mark.parametrize(
    ("function", "said"),
    [
        (lambda w: w.T, "uses .T of all weights together: it is given them by name"),
        (lambda w: np.exp(w["a"]), "calls exp"),
        (lambda w: w["a"] * 2, "computes with a weight"),
        (lambda w: w["a"][-1], "selects by something other than slices"),
        (lambda w: w["a"][::2], "selects by something other than slices"),
        (lambda w: w["a"] + 1, "adds what is not a weight"),
        (lambda w: w["a"].norm(), "uses .norm"),
        (lambda w: np.concatenate([w["a"], w["b"]], axis=1), "joins along another axis"),
        (lambda w: w["c"].transpose(0, 1), "calls transpose with two axes: write .T"),
        (lambda w, others: w["a"], "fails (TypeError: "),
        (lambda w: w["a"].T + undefined, "fails (NameError: "),  # noqa: F821
    ],
)
def test_what_cannot_be_done_to_a_gradient_is_refused_in_a_sentence(function, said):
    with pytest.raises(ValueError, match="WEIGHTS has a function for 'kernel' that ") as caught:
        explicit_pairs({"kernel": function})
    assert said in str(caught.value)
    assert 'lambda weights: weights["name"].T' in str(caught.value)
