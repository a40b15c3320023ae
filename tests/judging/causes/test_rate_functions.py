"""What LambdaLR is given, in TensorFlow's operations: the same factors as PyTorch's, at every step."""

import ast
import math
from types import SimpleNamespace

import numpy as np
import pytest

from compare.judging.causes.rate_functions import factor_of

TF = SimpleNamespace(
    minimum=np.minimum, maximum=np.maximum, where=np.where, cos=np.cos, sqrt=np.sqrt, floor=np.floor,
    logical_and=np.logical_and, constant=lambda value, dtype: np.asarray(value, dtype), float64=np.float64,
)  # fmt: skip
WARM_UP_AND_COSINE = """
def scheduled(optimizer, warm, total=9):
    def factor(current):
        "The share of the rate."
        if current < warm:
            return float(current) / float(max(1, warm))
        done = (current - warm) / max(1, total - warm)
        return max(0.0, 0.5 * (1.0 + math.cos(math.pi * done)))
    return LambdaLR(optimizer, factor)
schedule = scheduled(optimizer, warm=4)
"""


def warm_up_and_cosine(step):
    return step / 4 if step < 4 else max(0.0, (1 + math.cos(math.pi * (step - 4) / 5)) / 2)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (WARM_UP_AND_COSINE, warm_up_and_cosine),
        ("s = LambdaLR(o, lambda epoch: 0.5 ** (epoch // 3))", lambda step: 0.5 ** (step // 3)),
        ("s = LambdaLR(o, lr_lambda=[lambda e: min((e + 1) ** -0.5, (e + 1) * WARM ** -1.5)])\nWARM = 4",
         lambda step: min((step + 1) ** -0.5, (step + 1) * 4**-1.5)),
        ("s = LambdaLR(o, lambda e: 1.0 if e < 2 else 0.1 if 2 <= e < 5 else 0.01)",
         lambda step: 1.0 if step < 2 else 0.1 if step < 5 else 0.01),
        ("s = LambdaLR(o, lambda e: math.sqrt(4) / (1 + int(e / 2)))", lambda step: 2 / (1 + step // 2)),
    ],
)  # fmt: skip
def test_it_has_pytorchs_factor_at_every_step(code, expected):
    factor = eval(factor_of(ast.parse(code).body), {"tf": TF})
    steps = range(9)
    np.testing.assert_allclose([factor(np.float64(step)) for step in steps], list(map(expected, steps)), rtol=1e-15)


@pytest.mark.parametrize(
    "code",
    [
        "s = StepLR(o, 3)",
        "s = LambdaLR(o, lambda e: table[e])",
        "s = LambdaLR(o, lambda e: unknown * e)",
        "s = LambdaLR(o, [lambda e: 1.0, lambda e: 0.5])",
        "s = LambdaLR(o, imported)",
        "def f(e):\n    for i in range(e):\n        pass\n    return i\ns = LambdaLR(o, f)",
    ],
)
def test_what_more_than_the_step_decides_is_not_written(code):
    assert factor_of(ast.parse(code).body) is None
