"""What Keras gathers of gradients is shown as the mean that its update is made of, as PyTorch's .grad holds it."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import tf_impl
from compare.traces.trace import Trace
from tf_impl import accumulation, optimizers

FIRST, SECOND = np.array([1.0, -2.0]), np.array([3.0, 5.0])


@pytest.fixture
def weight():
    return keras.Variable(np.zeros(2), dtype="float64")


def gathering(weight, steps=2):
    optimizer = keras.optimizers.SGD(1.0, gradient_accumulation_steps=steps)
    optimizer.build([weight])
    return optimizer


def test_of_two_steps_the_first_only_gathers(weight):
    optimizer = gathering(weight)
    assert accumulation.steps_of(optimizer) == 2
    assert accumulation.only_gathers(optimizer)
    optimizer.apply([tf.constant(FIRST)], [weight])
    assert not accumulation.only_gathers(optimizer)
    assert not accumulation.only_gathers(gathering(weight, None))


def test_the_update_is_made_of_the_mean_which_can_be_given(weight):
    optimizer = gathering(weight)
    optimizer.apply([tf.constant(FIRST)], [weight])
    [(mean, _), nothing] = accumulation.with_gathered(optimizer, [(tf.constant(SECOND), weight), (None, weight)])
    np.testing.assert_array_equal(mean, (FIRST + SECOND) / 2)
    assert nothing == (None, weight)
    wanted = np.array([7.0, 11.0])
    optimizer.apply([each for each, _ in accumulation.without_gathered(optimizer, [(tf.constant(wanted), weight)])])
    np.testing.assert_array_equal(weight, -wanted)


def test_a_recorder_shows_a_gradient_only_where_there_is_an_update(weight, tmp_path):
    optimizer = gathering(weight)
    recorder = tf_impl.Recorder(tmp_path / "tf", {"w": weight}, optimizer, audits=range(2))
    for gradient in (FIRST, SECOND):
        optimizer.apply([tf.constant(gradient)], [weight])
        recorder.step(0.0)
    recorder.close()
    trace = Trace(tmp_path / "tf.npz")
    shown = [key for key in trace.keys if key[1] == "gradient"]
    assert [key[0] for key in shown] == [1]
    np.testing.assert_array_equal(trace[shown[0]], (FIRST + SECOND) / 2)
    np.testing.assert_array_equal(trace[1, "update", shown[0][2]], -(FIRST + SECOND) / 2)


def test_an_optimizer_of_pytorchs_formula_gathers_too(weight):
    optimizer = accumulation.gathering(optimizers.SGD(1.0, momentum=0.5), 2)
    for gradient in (FIRST, SECOND, FIRST, SECOND):
        optimizer.apply_gradients([(tf.constant(gradient), weight)])
    mean = (FIRST + SECOND) / 2
    np.testing.assert_allclose(weight, -(mean + (0.5 * mean + mean)), rtol=1e-12)
