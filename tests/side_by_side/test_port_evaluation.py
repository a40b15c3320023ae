"""A port's model is evaluated as it should be, whether its loss takes `training` or not: held against NumPy."""

import sys
from contextlib import nullcontext

import numpy as np
import pytest

from compare.inputs import port_file
from compare.inputs.port_errors import NoEvaluationError
from compare.running.framework import Framework
from compare.traces.header import Known
from compare.traces.trace import Trace

RNG = np.random.default_rng(5)
X, MEAN, VARIANCE = RNG.normal(size=(6, 3)), RNG.normal(size=3), RNG.uniform(0.5, 2, 3)

# A batch norm, and a layer of one's own that halves in training: it stands in for dropout, which is muted in ports.
MODELS = """
def torch_side():
    import torch
    from torch import nn

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.norm = nn.BatchNorm1d(3)

        def forward(self, x):
            x = self.norm(x)
            return 0.5 * x if self.training else x

    model = Net()
    {torch_loss}
    return model, loss, torch.optim.SGD(model.parameters(), lr=0.1)


def tf_side():
    import keras
    import tensorflow as tf

    class Half(keras.Layer):
        def call(self, x, training=None):
            return 0.5 * x if training else x

    class Net(keras.Model):
        def __init__(self):
            super().__init__()
            self.norm = keras.layers.BatchNormalization(epsilon=1e-5)
            self.half = Half()

        def call(self, x, training=None):
            return self.half(self.norm(x, training=training), training=training)

    model = Net()
    {tf_loss}
    return model, loss, keras.optimizers.SGD(0.1)


def batches(rng):
    yield None
"""
LOSSES = {
    "without": {
        "torch_loss": "loss = lambda model, batch: model(batch['x']).square().sum()",
        "tf_loss": "loss = lambda model, batch: tf.reduce_sum(model(batch['x'], training=True) ** 2)",
    },
    "with": {
        "torch_loss": "loss = lambda model, batch, training: model.train(training)(batch['x']).square().sum()",
        "tf_loss": "loss = lambda model, batch, training: tf.reduce_sum(model(batch['x'], training=training) ** 2)",
    },
}
# A penalty on the slope of the output: its gradient is taken inside the loss, in evaluation too.
PENALTY = {
    "torch_loss": """
    def loss(model, batch):
        x = batch['x'].clone().requires_grad_(True)
        [slope] = torch.autograd.grad(model(x).sum(), x, create_graph=True)
        return slope.square().sum()
""",
    "tf_loss": """
    def loss(model, batch):
        with tf.GradientTape() as tape:
            tape.watch(batch['x'])
            output = tf.reduce_sum(model(batch['x'], training=True))
        return tf.reduce_sum(tape.gradient(output, batch['x']) ** 2)
""",
}


@pytest.fixture(autouse=True)
def paths(monkeypatch):
    """What a port adds to the places where modules are looked for is taken away."""
    monkeypatch.setattr(sys, "path", list(sys.path))


@pytest.fixture(params=["torch_impl", "tf_impl"])
def framework(request):
    return Framework(request.param)


def built(framework, losses, path):
    """The port's side, with running statistics that no new batch norm has, and its batch."""
    path.write_text(MODELS.format(**losses))
    make_side = port_file.side(str(path), framework.side, framework.weights.layers.evaluating)
    [batch] = framework.to_native(NoImages, [{"x": X}])
    made = framework.prepare.build(make_side, {"form": "dicts"}, "float64", [batch], eager=True)
    buffers = framework.weights.named_buffers(made.side.model)
    for name, buffer in buffers.items():
        assert (buffer.value() == (0 if name.endswith("mean") else 1)).all(), "building moved what batch norm keeps"
        buffer.assign(MEAN if name.endswith("mean") else VARIANCE)
    return made, batch, buffers


class NoImages:
    channels_first = ()


def normalised(mean, variance):
    return (X - mean) / np.sqrt(variance + 1e-5)


@pytest.mark.parametrize("form", LOSSES)
def test_in_evaluation_running_statistics_are_used_and_nothing_that_training_does(framework, form, tmp_path):
    made, batch, buffers = built(framework, LOSSES[form], tmp_path / "port.py")
    loss = float(framework.weights.to_numpy(framework.train.evaluate(made.side, batch)))
    assert loss == pytest.approx((normalised(MEAN, VARIANCE) ** 2).sum(), rel=1e-13)
    for name, buffer in buffers.items():
        np.testing.assert_array_equal(buffer.value(), MEAN if name.endswith("mean") else VARIANCE)


@pytest.mark.parametrize("form", LOSSES)
def test_after_an_evaluation_training_is_training_again(framework, form, tmp_path):
    made, batch, buffers = built(framework, LOSSES[form], tmp_path / "port.py")
    framework.train.evaluate(made.side, batch)
    loss = float(framework.weights.to_numpy(made.step(made.side, batch)[0]))
    assert loss == pytest.approx((0.25 * normalised(X.mean(0), X.var(0)) ** 2).sum(), rel=1e-13)
    for name, buffer in buffers.items():
        assert (buffer.value() != (MEAN if name.endswith("mean") else VARIANCE)).all(), name


def test_a_loss_that_takes_a_gradient_inside_can_be_evaluated(framework, tmp_path):
    made, batch, _ = built(framework, PENALTY, tmp_path / "port.py")
    loss = float(framework.weights.to_numpy(framework.train.evaluate(made.side, batch)))
    assert loss == pytest.approx(len(X) * (1 / (VARIANCE + 1e-5)).sum(), rel=1e-13)


def test_what_training_moves_is_put_back_where_an_evaluation_trains(framework, tmp_path):
    made, batch, buffers = built(framework, LOSSES["with"], tmp_path / "port.py")
    with framework.weights.layers.keeping_buffers(made.side.model):
        made.side.loss(made.side.model, batch, training=True)
        moved = {name: buffer.value() for name, buffer in buffers.items()}
    for name, buffer in buffers.items():
        before = MEAN if name.endswith("mean") else VARIANCE
        assert (moved[name] != before).all()
        np.testing.assert_array_equal(buffer.value(), before)


# As torchvision's detectors: losses in training, predictions in evaluation.
DETECTOR = {
    "torch_loss": """
    def loss(model, batch):
        out = model(batch['x'])
        return ({'boxes': out.square().sum()} if model.training else [{'boxes': out}])['boxes']
""",
    "tf_loss": """
    def loss(model, batch, training):
        out = model(batch['x'], training=training)
        return ({'boxes': tf.reduce_sum(out ** 2)} if training else [{'boxes': out}])['boxes']
""",
}


def test_a_model_that_gives_a_loss_in_training_only_is_built_and_trained(framework, tmp_path):
    made, batch, _ = built(framework, DETECTOR, tmp_path / "port.py")
    with pytest.raises(NoEvaluationError, match=r"port.py, line \d+, in evaluation: TypeError"):
        framework.train.evaluate(made.side, batch)
    loss = float(framework.weights.to_numpy(made.step(made.side, batch)[0]))
    assert loss == pytest.approx((0.25 * normalised(X.mean(0), X.var(0)) ** 2).sum(), rel=1e-13)


@pytest.mark.parametrize(("call", "seen"), [("model", False), ("model.train()", True)])
def test_a_loss_that_puts_pytorchs_model_into_training_is_noticed(tmp_path, call, seen):
    framework = Framework("torch_impl")
    losses = LOSSES["without"] | {"torch_loss": f"loss = lambda model, batch: {call}(batch['x']).square().sum()"}
    made, batch, _ = built(framework, losses, tmp_path / "port.py")
    recorder = framework.recorder.Recorder(tmp_path / "trace", made.side.model, made.side.optimizer)
    recorder.step(made.step(made.side, batch)[0], batch)
    recorder.close(
        lambda: framework.train.evaluate(made.side, batch), known=Known(takes_training=made.side.takes_training)
    )
    with Trace(tmp_path / "trace.npz") as trace:
        assert trace.header.evaluated_in_training is seen


def test_a_loss_in_a_tf_function_is_not_traced_in_evaluation_mode_and_trained_by_that(tmp_path):
    framework = Framework("tf_impl")
    losses = LOSSES["without"] | {"tf_loss": LOSSES["without"]["tf_loss"] + "\n    loss = tf.function(loss)"}
    made, batch, _ = built(framework, losses, tmp_path / "port.py")
    framework.train.evaluate(made.side, batch)
    loss = float(framework.weights.to_numpy(made.step(made.side, batch)[0]))
    assert loss == pytest.approx((0.25 * normalised(X.mean(0), X.var(0)) ** 2).sum(), rel=1e-13)


def test_without_the_evaluation_mode_of_the_framework_these_tests_would_fail(framework, tmp_path):
    path = tmp_path / "port.py"
    path.write_text(MODELS.format(**LOSSES["without"]))
    side = port_file.side(str(path), framework.side, nullcontext)({"form": "dicts"})
    [batch] = framework.to_native(NoImages, [{"x": X}])
    loss = float(framework.weights.to_numpy(framework.train.evaluate(side, batch)))
    assert loss == pytest.approx((0.25 * normalised(X.mean(0), X.var(0)) ** 2).sum(), rel=1e-13)
