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
        ((8, 1, 5, 7), (5, 7, 8, 1), [".permute(2, 3, 0, 1)"]),
        ((5, 7, 8, 1), (8, 1, 5, 7), [".permute(2, 3, 0, 1)"]),
        ((48,), (1, 48), [".reshape(1, 48)"]),
        ((1, 48), (48,), [".reshape(48)"]),
        ((4, 1, 1), (1, 1, 4), [".permute(2, 1, 0)"]),
        ((1, 5, 6), (5, 6), [".reshape(5, 6)"]),
        ((6, 4, 1, 1), (4, 6), [".reshape(6, 4).T"]),
        ((6, 4), (1, 1, 4, 6), [".T.reshape(1, 1, 4, 6)"]),
        ((4, 4, 1), (4, 4), [".reshape(4, 4)", ".reshape(4, 4).T"]),
        ((1,), (), [".reshape(())"]),
        ((), (1,), [".reshape(1)"]),
        ((1, 1), (1, 1), [""]),
        ((1, 48), (24, 2), []),
        ((1, 48), (47,), []),
    ],
)
def test_the_layouts_that_fit_are_listed_as_it_is_first(torch, tf, expected):
    assert layouts(torch, tf) == expected
    for layout in expected:
        assert evaluate(f"w{layout}", {"w": np.zeros(torch)}.get).shape == tf
