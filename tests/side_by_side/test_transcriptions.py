"""Expressions of PyTorch's that were written in TensorFlow's words give the same numbers."""

import ast

import keras
import numpy as np
import pytest
import tensorflow as tf
import torch
from torch import nn
from torch.nn import functional

from compare.judging.causes.tensor_functions import FORMS, OF_MANY
from compare.judging.causes.transcription import ALONG, OF_ONE, OF_TWO, REDUCTIONS, Transcription
from tf_impl.exact_numbers import numbers_cast_exactly

SEEDED = np.random.default_rng(0)
ARRAYS = {
    "x": SEEDED.uniform(0.1, 0.9, (3, 4)),
    "y": SEEDED.uniform(0.1, 0.9, (3, 4)),
    "m": SEEDED.random((3, 4)) > 0.5,
}
ARRAYS |= {"n": np.array([2, 0, 1]), "k": np.array([[3, 0], [1, 1], [0, 2]])}
ARRAYS["square"] = ARRAYS["x"][:, :3].copy()
AS_METHODS = {"abs", "max", "min", "ne", "eq", "type_as"}
OF_F = {"elu", "gelu", "logsigmoid", "relu6", "selu", "silu", "softplus"}
MATRICES = {"bmm": "x[None], y.T[None]", "matmul": "x, y.T", "mm": "x, y.T"}
CASES = [
    *(f"{'F' if name in OF_F else 'torch'}.{name}(x)" for name in OF_ONE if name not in ("contiguous", "t")),
    "x.contiguous()",
    "x.t()",
    "x.exp().log()",
    "square.T + square",
    *(f"torch.{name}({MATRICES.get(name, 'x, y')})" for name in OF_TWO if name not in AS_METHODS),
    "torch.max(x, y)",
    "torch.min(x, y)",
    "x.eq(y)",
    "torch.ne(x, y)",
    "x.type_as(y)",
    "x @ y.T",
    *(f"{'F' if name in OF_F else 'torch'}.{name}(x, dim=1)" for name in ALONG if name != "squeeze"),
    "x[:, :1].squeeze(1)",
    "x.unsqueeze(-1)",
    "torch.cumsum(x, 0)",
    *(f"x.{name}(dim=1, keepdim=True)" for name in REDUCTIONS if name not in ("all", "any", "max", "min", "prod")),
    "m.all()",
    "m.any(1)",
    "x.max()",
    "x.min()",
    "x.prod(0)",
    "x.sum((0, 1))",
    "x.sum(-1)",
    "x.norm()",
    "torch.where(m, x, y)",
    "x.masked_fill(m, -1e9)",
    "torch.lerp(x, y, 0.3)",
    "(x + y).masked_fill(~m, 0.5)",
    "torch.cat([x, y], 1)",
    "torch.stack((x, y), dim=-1)",
    "torch.cat((x, y))",
    "x.clamp(min=0.5)",
    "x.clamp(max=0.5)",
    "torch.clamp(x, 0.2, 0.5)",
    "x.clamp_min(0.4)",
    "x.clamp_max(0.4)",
    "x.view(-1, 2)",
    "x.reshape((2, 6))",
    "x.view(x.size(0), 2, 2)",
    "F.mse_loss(x, y) + 0.5 * F.l1_loss(x * 2, y - 1, reduction='sum')",
    "nn.MSELoss()(x, y)",
    "x[:, 1:] ** 2 - y[:, :-1]",
    "x.max(dim=1)[0]",
    "x.min(1).values",
    "x.max(1).indices",
]
# Of those that have options of their own, at least one each.
WRITTEN_OUT = [
    "torch.addcdiv(x, y, y, value=0.5)", "torch.addcmul(x, y, y)", "torch.addmm(x, square[:, :3], x)",
    "torch.argsort(x, dim=1)", "x.argsort(descending=True)", "torch.baddbmm(x[None], square[None], y[None])",
    "torch.cdist(x, y + 1)", "x.chunk(2, dim=1)[1]", "F.cosine_similarity(x, y)", "F.cosine_similarity(x, y, dim=-1)",
    "square.diagonal()", "torch.dot(x[0], y[0])", "F.elu(x - 0.5, alpha=0.7)", "F.embedding(n, x)",
    "x[:1].expand_as(y)", "x.flatten()", "torch.flatten(x[None], 1)", "torch.gather(x, 1, k)",
    "x.gather(dim=1, index=k)",
    "F.gelu(x, approximate='tanh')", "F.gelu(x, approximate='none')", "F.glu(x)", "F.hardsigmoid(x)",
    "F.hardswish(x - 0.5)", "F.hardtanh(x, -0.5, 0.5)", "x.index_select(1, n)", "F.layer_norm(x, (4,))",
    "F.layer_norm(x, x.shape[-1:], y[0], y[1], eps=1e-3)", "F.layer_norm(x, (3, 4))", "F.leaky_relu(x - 0.5)",
    "F.leaky_relu(x - 0.5, 0.2)", "F.linear(x, y, y[:, 0])", "torch.logaddexp(x, y)", "torch.logical_and(m, ~m)",
    "m.logical_not()", "torch.logical_or(m, ~m)", "x.masked_select(m)", "F.mish(x)", "x.movedim(0, 1)",
    "torch.mv(x, y[0])", "F.normalize(x)", "F.normalize(x, dim=0)", "F.normalize(x, p=1, dim=-1)", "x.numel()",
    "F.one_hot(n, 5)", "torch.outer(x[0], y[0])", "F.pad(x, (1, 2))", "F.pad(x, (1, 2, 0, 1), value=-3.0)",
    "F.pad(x, (1, 2), mode='reflect')", "F.pairwise_distance(x, y)", "x.repeat_interleave(2, dim=1)",
    "x.reshape_as(y)", "F.rms_norm(x, (4,))", "F.rms_norm(x, [4], y[0], 1e-3)", "x.roll(1, 1)",
    "torch.roll(x, -1, dims=0)",
    "F.scaled_dot_product_attention(x[None], y[None], y[None])",
    "F.scaled_dot_product_attention(square, square, square, is_causal=True)",
    "F.scaled_dot_product_attention(x, y, y, attn_mask=square > 0.3)",
    "F.scaled_dot_product_attention(x, y, y, attn_mask=square, scale=0.3)",
    "F.softmin(x, dim=1)", "F.softplus(x, beta=2)", "F.softshrink(x - 0.5, 0.1)", "F.softsign(x)", "x.sort()[0]",
    "torch.sort(x, dim=0, descending=True).indices", "torch.split(x, 2, dim=1)[0]", "x.split([1, 3], dim=1)[1]",
    "x.std()", "x.std(dim=1)", "torch.std(x, 1, keepdim=True)", "x.std(dim=(0, 1), unbiased=False)",
    "x.var(dim=0, correction=0)", "x.var(1)", "x.swapaxes(0, 1)", "x.transpose(-1, -2)", "torch.transpose(x, 0, 1)",
    "torch.take_along_dim(x, k, 1)", "F.tanhshrink(x)", "x.topk(2)[0]", "torch.topk(x, k=2, dim=-1).indices",
    "torch.trace(square)", "torch.tril(x)", "x.tril(-1)", "torch.triu(m, diagonal=1)", "x.unbind(1)[2]",
    "x.view_as(y)", "x[:1].expand(3, 4)", "x.flip(1)", "x.flip((0, 1))", "x.permute(1, 0)",
    "x[None].permute((2, 0, 1))",
    "x.repeat(2, 1)", "x.tile((1, 2))", "x.double()", "m.double() * x", "m.long() * 2", "m.int()",
    "x.bool()", "m.float()",
]  # fmt: skip


@pytest.mark.parametrize("expression", [*CASES, *WRITTEN_OUT])
def test_it_gives_the_same(expression):
    text = Transcription(set(ARRAYS), ()).of(ast.parse(expression, mode="eval").body)
    assert text is not None
    ours = {name: torch.tensor(value) for name, value in ARRAYS.items()}
    theirs = {name: tf.constant(value) for name, value in ARRAYS.items()}
    wanted = eval(expression, {"torch": torch, "nn": nn, "F": functional, **ours})
    with numbers_cast_exactly():  # as a port's run does; gelu has constants
        np.testing.assert_allclose(eval(text, {"tf": tf, "keras": keras, **theirs}), wanted, rtol=1e-12, atol=1e-14)


def test_of_every_function_some_call_is_tested():
    called = "\n".join([*CASES, *WRITTEN_OUT])
    assert not [name for name in (*FORMS, *OF_MANY) if f".{name}(" not in called]
