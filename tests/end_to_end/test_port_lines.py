"""The two lines of code that differ, of ports whose layers agree."""

import pytest

from compare.running.options import Options
from tests.port_proof import judged_files

PORT = """
import numpy as np


def batches(rng):
    for _ in range(2):
        yield {{"x": rng.normal(size=(8, 5)), "t": rng.normal(size=(8, 3)), "r": rng.normal(size=8)}}


def torch_side():
    import torch
    from torch import nn

    net = nn.Sequential(nn.Linear(5, 12), nn.Tanh(), nn.Linear(12, 3))

    def loss(model, batch):
        z = model(batch["x"])
        {torch[0]}
        {torch[1]}  # torch
        return (w * (z - batch["t"]) ** 2).sum(1).mean()

    return net, loss, torch.optim.SGD(net.parameters(), lr=0.1)


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    net = keras.Sequential([keras.Input((5,)), layers.Dense(12, "tanh"), layers.Dense(3)])

    def loss(model, batch):
        z = model(batch["x"])
        {tf[0]}
        {tf[1]}  # tf
        return tf.reduce_mean(tf.reduce_sum(w * (z - batch["t"]) ** 2, axis=1))

    return net, loss, keras.optimizers.SGD(0.1)
"""
PAIRS = {
    "another axis": (
        ("q = z**2", "w = q.mean(0)"),
        ("q = z**2", "w = tf.reduce_mean(q, axis=0, keepdims=True) * 3"),
    ),
    "shifted": (("q = torch.exp(z)", "w = torch.roll(q, 1, 0)"), ("q = tf.exp(z)", "w = tf.roll(q, -1, 0)")),
    "NumPy": (
        ("q = batch['r'].numpy()", "w = torch.as_tensor(np.exp(q))[:, None]"),
        ("q = batch['r'].numpy()", "w = tf.constant(np.exp(q) + 1)[:, None] * 2"),
    ),
    "detach": (("q = torch.softmax(z, 1)", "w = q.detach()"), ("q = tf.nn.softmax(z)", "w = q * 1")),
}
SAME = (("q = -z", "w = torch.exp(q - q.logsumexp(1, keepdim=True))"), ("q = 1 * z", "w = tf.nn.softmax(-q)"))


def text_of(torch, tf):
    return PORT.format(torch=torch, tf=tf)


def marked(text):
    """Each side with the number of its line that bears its name."""
    lines = list(enumerate(text.splitlines(), 1))
    return {(side, next(number for number, line in lines if f"# {side}" in line)) for side in ("torch", "tf")}


@pytest.fixture(scope="module")
def results():
    """Every pair's result by its name, all of them on the same two workers."""
    texts = {name: text_of(*sides) for name, sides in (PAIRS | {"same": SAME}).items()}
    return dict(judged_files(texts, Options("float64", nudged=False)))


@pytest.mark.parametrize("name", PAIRS)
def test_both_lines_are_found_and_no_other_but_that_of_what_they_take(results, name):
    result = results[name]
    parts = {(line.side, line.at.line) for line in result.judgement.lines if line.role == "parts"}
    assert result.verdict == "diverged"
    planted = marked(text_of(*PAIRS[name]))
    taken = {(side, number - 1) for side, number in planted}  # a factor of it may be left out there too
    assert planted <= parts <= planted | taken
    assert len(parts) <= len(planted) + 1


def test_of_a_port_that_is_right_nothing_is_said(results):
    result = results["same"]
    assert (result.verdict, result.judgement.lines) == ("equivalent", ())
