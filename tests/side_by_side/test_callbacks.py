"""Keras' fit is recorded step by step: the same losses as a loop that is written out, however the step is made."""

from contextlib import nullcontext

import keras
import numpy as np
import pytest
import tensorflow as tf

from compare.traces.trace import Trace
from tf_impl.recorder import Recorder

STEPS, BATCH, RATE = 6, 4, 0.1  # fit casts the data to float32, which decides how exact the losses are
RNG = np.random.default_rng(3)
X, Y = RNG.normal(size=(STEPS * BATCH, 3)), RNG.normal(size=(STEPS * BATCH, 1))
KERNEL, BIAS = RNG.normal(size=(3, 1)), RNG.normal(size=1)


def expected_losses():
    """Of gradient descent on the mean squared error, in float64."""
    kernel, bias, losses = KERNEL.copy(), BIAS.copy(), []
    for step in range(STEPS):
        x, y = X[step * BATCH : (step + 1) * BATCH], Y[step * BATCH : (step + 1) * BATCH]
        error = x @ kernel + bias - y
        losses.append(float((error**2).mean()))
        kernel -= RATE * 2 * x.T @ error / BATCH
        bias -= RATE * 2 * error.mean(0)
    return losses


def network(kind=keras.Model):
    inputs = keras.Input((3,), dtype="float64")
    model = kind(inputs, keras.layers.Dense(1, name="dense", dtype="float64")(inputs))
    model.layers[-1].set_weights([KERNEL, BIAS])
    return model


class OwnLoss(keras.Model):
    """A train_step that computes its loss itself, and returns Keras' running mean of it."""

    def train_step(self, data):
        x, y = data
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((self(x, training=True) - y) ** 2)
        self.optimizer.apply_gradients(
            zip(tape.gradient(loss, self.trainable_variables), self.trainable_variables, strict=True)
        )
        return self.told(loss)

    def told(self, loss):
        self._loss_tracker.update_state(loss)
        return {"loss": self._loss_tracker.result()}


class Plain(OwnLoss):
    """It returns the loss as it is."""

    def told(self, loss):
        return {"squares": loss}


def fit(model, path, loss="loss", validation=None, epochs=1, audits=(0, 2), **compiled):
    model.compile(keras.optimizers.SGD(RATE), "mse", **compiled)
    options = {"batch_size": BATCH, "shuffle": False, "verbose": 0, "validation_data": validation}
    with Recorder(path, model, model.optimizer, audits) as recorder:  # what is refused leaves nothing behind either
        model.fit(X, Y, epochs=epochs, callbacks=[recorder.callback(loss)], **options)
    return Trace(path.with_suffix(".npz"))


@pytest.mark.parametrize("compiled", [{}, {"run_eagerly": True}, {"jit_compile": True}], ids=str)
@pytest.mark.parametrize(("kind", "loss"), [(keras.Model, "loss"), (OwnLoss, "loss"), (Plain, "squares")])
def test_each_step_has_its_own_loss(tmp_path, kind, loss, compiled):
    trace = fit(network(kind), tmp_path / "tf", loss, **compiled)
    np.testing.assert_allclose(trace.curves["loss"], expected_losses(), rtol=1e-6)


def test_a_loss_in_float64_keeps_all_its_digits(tmp_path):
    trace = fit(network(Plain), tmp_path / "tf", "squares")
    np.testing.assert_allclose(trace.curves["loss"], expected_losses(), rtol=1e-7)
    assert trace[0, "loss", "loss"].dtype == np.float64


def test_audited_steps_have_their_batch_and_their_gradients(tmp_path):
    trace = fit(network(), tmp_path / "tf")
    for step in (0, 2):
        np.testing.assert_allclose(trace[step, "batch", "0"], X[step * BATCH : (step + 1) * BATCH], rtol=1e-6)
        assert (step, "gradient", "dense.weight") in trace


def test_the_loss_of_validation_data_is_an_evaluation_after_each_epoch(tmp_path):
    model = network()
    trace = fit(model, tmp_path / "tf", validation=(X[:BATCH], Y[:BATCH]), epochs=2)
    assert trace.curves["evaluation_step"].tolist() == [STEPS - 1, 2 * STEPS - 1]
    last = float(np.mean((model.predict(X[:BATCH], verbose=0) - Y[:BATCH]) ** 2))
    assert trace.curves["evaluation_loss"][-1] == pytest.approx(last, rel=1e-6)
    assert trace.steps == 2 * STEPS


def test_nothing_is_left_behind_at_the_model(tmp_path):
    model = network()
    before = set(vars(model)), {id(each): set(vars(each)) for each in model.layers}
    fit(model, tmp_path / "tf")
    assert "train_step" not in vars(model)
    assert "compute_loss" not in vars(model)
    assert {id(each): set(vars(each)) for each in model.layers} == before[1]
    history = model.fit(X, Y, batch_size=BATCH, epochs=2, verbose=0)
    assert len(history.history["loss"]) == 2


def test_a_model_that_was_fitted_before_is_recorded_too(tmp_path):
    model = network()
    model.compile(keras.optimizers.SGD(RATE), "mse")
    model.fit(X, Y, batch_size=BATCH, shuffle=False, verbose=0)
    model.layers[-1].set_weights([KERNEL, BIAS])
    recorder = Recorder(tmp_path / "tf", model, model.optimizer)
    model.fit(X, Y, batch_size=BATCH, shuffle=False, verbose=0, callbacks=[recorder.callback()])
    recorder.close()
    np.testing.assert_allclose(Trace(tmp_path / "tf.npz").curves["loss"], expected_losses(), rtol=1e-6)


def test_a_loss_that_is_not_returned_is_named_with_those_that_are(tmp_path):
    with pytest.raises(ValueError, match=r"returns no 'loss' to record, but squares: give one of them"):
        fit(network(Plain), tmp_path / "tf")


def test_steps_that_are_made_in_one_go_are_refused(tmp_path):
    with pytest.raises(ValueError, match=r"steps_per_execution=4\) hides the steps between: give 1"):
        fit(network(), tmp_path / "tf", steps_per_execution=4)


def sgd_network(kind=keras.Model):
    model = network(kind)
    model.compile(keras.optimizers.SGD(RATE), "mse")
    return model


def test_a_recorder_among_the_callbacks_is_told_what_belongs_there(tmp_path):
    model = sgd_network()
    with (
        Recorder(tmp_path / "tf", model, model.optimizer) as recorder,
        pytest.raises(TypeError, match=r"recorder\.callb"),
    ):
        model.fit(X, Y, verbose=0, callbacks=[recorder])


def test_a_recorder_of_another_model_is_refused_and_one_of_a_part_of_it_is_not(tmp_path):
    model, other = sgd_network(), sgd_network()
    refused = pytest.raises(ValueError, match="fit trains another model")
    with Recorder(tmp_path / "other", other, other.optimizer) as recorder, refused:
        model.fit(X, Y, verbose=0, callbacks=[recorder.callback()])
    with Recorder(tmp_path / "part", {"dense": model.layers[-1]}, model.optimizer) as recorder:
        model.fit(X, Y, verbose=0, callbacks=[recorder.callback()])
        assert recorder.steps


@pytest.mark.parametrize(("kind", "refused"), [(keras.Model, True), (Plain, False)])
def test_another_optimizer_than_the_recorded_is_refused_where_keras_itself_makes_the_step(tmp_path, kind, refused):
    model = sgd_network(kind)
    with Recorder(tmp_path / "tf", model, model.optimizer) as recorder:
        model.compile(keras.optimizers.Adam(RATE), "mse")
        with pytest.raises(ValueError, match=r"another optimizer \(Adam\)") if refused else nullcontext():
            model.fit(X, Y, verbose=0, callbacks=[recorder.callback("loss" if refused else "squares")])


def test_an_optimizer_that_scales_the_loss_of_the_recorded_one_is_that(tmp_path):
    model, inner = network(), keras.optimizers.SGD(RATE)
    model.compile(keras.optimizers.LossScaleOptimizer(inner), "mse")
    with Recorder(tmp_path / "tf", model, inner) as recorder:
        model.fit(X, Y, verbose=0, callbacks=[recorder.callback()])
