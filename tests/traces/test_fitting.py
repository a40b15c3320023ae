"""A tensor of torch has the shape of one of tf as it is, transposed, or with a kernel's axes moved."""

import numpy as np
import pytest

from compare.inputs.expressions import evaluate
from compare.traces.fitting import layouts


@pytest.mark.parametrize(
    ("torch", "tf", "expected"),
    [
        ((), (), [""]),
        ((4,), (4,), [""]),
        ((4,), (5,), []),
        ((4, 6), (4, 6), [""]),
        ((4, 6), (6, 4), [".T"]),
        ((4, 4), (4, 4), ["", ".T"]),
        ((4, 6), (8, 3), []),
        ((8, 3, 5, 7), (5, 7, 3, 8), [".permute(2, 3, 1, 0)"]),
        ((5, 7, 3, 8), (8, 3, 5, 7), [".permute(3, 2, 0, 1)"]),
        ((8, 3, 5), (5, 3, 8), [".permute(2, 1, 0)"]),
        ((8, 3, 5), (3, 8, 5), []),
    ],
)
def test_the_layouts_that_fit_are_listed_as_it_is_first(torch, tf, expected):
    assert layouts(torch, tf) == expected
    for layout in expected:
        assert evaluate(f"w{layout}", {"w": np.zeros(torch)}.get).shape == tf
