"""Expressions of PyTorch's that were written in TensorFlow's words give the same numbers."""

import ast

import numpy as np
import pytest
import tensorflow as tf
import torch
from torch import nn
from torch.nn import functional

from compare.judging.causes.transcription import ALONG, OF_ONE, OF_TWO, REDUCTIONS, Transcription
from tf_impl.exact_numbers import numbers_cast_exactly

SEEDED = np.random.default_rng(0)
ARRAYS = {
    "x": SEEDED.uniform(0.1, 0.9, (3, 4)),
    "y": SEEDED.uniform(0.1, 0.9, (3, 4)),
    "m": SEEDED.random((3, 4)) > 0.5,
}
ARRAYS["square"] = ARRAYS["x"][:, :3].copy()
AS_METHODS = {"abs", "max", "min", "ne", "eq", "type_as"}
OF_F = {"elu", "gelu", "logsigmoid", "relu6", "selu", "silu", "softplus", "normalize"}
MATRICES = {"bmm": "x[None], y.T[None]", "matmul": "x, y.T", "mm": "x, y.T"}
CASES = [
    *(f"{'F' if name in OF_F else 'torch'}.{name}(x)" for name in OF_ONE if name not in ("contiguous", "t")),
    "x.contiguous()", "x.t()", "x.exp().log()", "square.T + square",
    *(f"torch.{name}({MATRICES.get(name, 'x, y')})" for name in OF_TWO if name not in AS_METHODS),
    "torch.max(x, y)", "torch.min(x, y)", "x.eq(y)", "torch.ne(x, y)", "x.type_as(y)", "x @ y.T",
    *(f"{'F' if name in OF_F else 'torch'}.{name}(x, dim=1)" for name in ALONG if name != "squeeze"),
    "x[:, :1].squeeze(1)", "x.unsqueeze(-1)", "torch.cumsum(x, 0)",
    *(f"x.{name}(dim=1, keepdim=True)" for name in REDUCTIONS if name not in ("all", "any", "max", "min", "prod")),
    "m.all()", "m.any(1)", "x.max()", "x.min()", "x.prod(0)", "x.sum((0, 1))", "x.sum(-1)", "x.norm()",
    "torch.where(m, x, y)", "x.masked_fill(m, -1e9)", "torch.lerp(x, y, 0.3)", "(x + y).masked_fill(~m, 0.5)",
    "torch.cat([x, y], 1)", "torch.stack((x, y), dim=-1)", "torch.cat((x, y))",
    "x.clamp(min=0.5)", "x.clamp(max=0.5)", "torch.clamp(x, 0.2, 0.5)", "x.clamp_min(0.4)", "x.clamp_max(0.4)",
    "x.view(-1, 2)", "x.reshape((2, 6))", "x.view(x.size(0), 2, 2)",
    "F.mse_loss(x, y) + 0.5 * F.l1_loss(x * 2, y - 1, reduction='sum')", "nn.MSELoss()(x, y)",
    "x[:, 1:] ** 2 - y[:, :-1]",
]  # fmt: skip


@pytest.mark.parametrize("expression", CASES)
def test_it_gives_the_same(expression):
    text = Transcription(set(ARRAYS), ()).of(ast.parse(expression, mode="eval").body)
    assert text is not None
    ours = {name: torch.tensor(value) for name, value in ARRAYS.items()}
    theirs = {name: tf.constant(value) for name, value in ARRAYS.items()}
    wanted = eval(expression, {"torch": torch, "nn": nn, "F": functional, **ours})
    with numbers_cast_exactly():  # as a port's run does; gelu has constants
        np.testing.assert_allclose(eval(text, {"tf": tf, **theirs}), wanted, rtol=1e-12, atol=1e-14)
