"""Sizes, places and axes are no values."""

import ast

import pytest

from compare.judging.value_nodes import value_nodes


@pytest.mark.parametrize(
    ("statement", "numbers"),
    [
        ("y = 2 * x + tf.exp(3 / x)", {2, 3}),
        ("y = x.view(4, -5).mean(dim=6)[7, :8]", set()),
        ("y = tf.reduce_sum(9 * x, axis=1) / tf.ones([2, 3])", {9}),
        ("y = tf.reshape(0.5 * x, [4, 4]) ** 2", {0.5, 2}),
        ("y = (0.5 * x).transpose(1, 2)", {0.5}),
        ("y = torch.cat([0.1 * x, z], dim=1) * torch.zeros(3).fill_(7)", {0.1, 7}),
    ],
)
def test_only_numbers_of_which_a_value_is_computed_are_found(statement, numbers):
    nodes = value_nodes(ast.parse(statement))
    assert {node.value for node in nodes if isinstance(node, ast.Constant)} == numbers
