"""Calls of PyTorch's functions by their parameters; what is written, tests/side_by_side/test_transcriptions.py runs."""

import pytest

from compare.judging.causes.tensor_functions import bound, written_out


def test_arguments_are_bound_by_position_by_name_and_by_default():
    assert bound("x, dim=-1, keep=False", ["a"], {"keep": "True"}) == {"x": "a", "dim": "-1", "keep": "True"}
    assert bound("x, dim", ["a + b", "0"], {}) == {"x": "(a + b)", "dim": "0"}


@pytest.mark.parametrize(("given", "options"), [([], {}), (["a", "b", "c"], {}), (["a"], {"other": "1"})])
def test_arguments_that_do_not_fit_are_not_bound(given, options):
    assert bound("x, dim=-1", given, options) is None


@pytest.mark.parametrize("axes", [["1", "0", "2"], ["(1, 0, 2)"], ["[1, 0, 2]"]])
def test_axes_may_come_one_by_one_or_together(axes):
    written = written_out("permute", ["x", *axes], {})
    assert written.replace("[", "(").replace("]", ")").replace(",)", ")") == "tf.transpose(x, (1, 0, 2))"


@pytest.mark.parametrize(
    ("name", "arguments", "options"),
    [
        ("unheard_of", ["x"], {}),
        ("permute", ["x"], {}),
        ("topk", ["x", "3", "0"], {}),
        ("flatten", ["x", "2"], {}),
        ("pad", ["x", "ends"], {}),
        ("pad", ["x", "(1, 1)"], {"mode": "'circular'"}),
        ("one_hot", ["x"], {}),
        ("scaled_dot_product_attention", ["q", "k", "v"], {"dropout_p": "0.1"}),
        ("scaled_dot_product_attention", ["q", "k", "v", "mask"], {"is_causal": "True"}),
    ],
)
def test_what_is_not_known_is_not_written(name, arguments, options):
    assert written_out(name, arguments, options) is None
