"""An expression of PyTorch's in TensorFlow's words; what it gives, tests/side_by_side/test_transcriptions.py shows."""

import ast

import pytest

from compare.judging.causes.transcription import Transcription

NAMES = {"x", "y", "model", "self", "len"}


def written(expression, calls=()):
    return Transcription(NAMES, calls).of(ast.parse(expression, mode="eval").body)


@pytest.mark.parametrize(
    ("torch", "tf"),
    [
        ("x.sum(dim=1, keepdim=True)", "tf.reduce_sum(x, axis=1, keepdims=True)"),
        ("torch.mean(x, (0, 2))", "tf.reduce_mean(x, axis=(0, 2))"),
        ("x.max()", "tf.reduce_max(x)"),
        ("torch.max(x, y)", "tf.maximum(x, y)"),
        ("F.relu(x).detach()", "tf.stop_gradient(tf.nn.relu(x))"),
        ("torch.cat([x, y], dim=-1)", "tf.concat([x, y], axis=-1)"),
        ("x.view(-1, 3)", "tf.reshape(x, (-1, 3))"),
        ("x.reshape((x.size(0), -1))", "tf.reshape(x, (x.shape[0], -1))"),
        ("x @ y.T", "tf.matmul(x, tf.transpose(y))"),
        ("F.mse_loss(x, y)", "tf.reduce_mean(tf.square(x - y))"),
        (
            "F.nll_loss(x, y, ignore_index=1, reduction='none')",
            "tf.where(y != 1, -tf.gather(x, tf.where(y != 1, y, 0), batch_dims=1), 0)",
        ),
        ("nn.MSELoss(reduction='sum')(x, y)", "tf.reduce_sum(tf.square(x - y))"),
        ("x['a'][:, None] ** 2", "x['a'][:, None] ** 2"),
    ],
)
def test_a_function_is_tensorflows(torch, tf):
    assert written(torch) == tf


def test_what_the_users_code_calls_too_stays():
    assert written("model(x) + self.fc(y.exp())", {"model", "self.fc"}) == "model(x) + self.fc(tf.exp(y))"
    assert written("self.fc(y)") is None


@pytest.mark.parametrize(
    "torch",
    [
        "z + 1", "x.max(dim=1, keepdim=True)", "x.std(correction=2, ddof=1)", "x.permute()", "torch.sum(x, dtype=y)",
        "[x for y in x]",
        "F.mse_loss(x)", "F.cross_entropy(x, y, weight=z)", "x.softmax()", "torch.rand(3)", "x.clamp()()",
    ],
)  # fmt: skip
def test_what_has_no_counterpart_is_not_written(torch):
    assert written(torch) is None
