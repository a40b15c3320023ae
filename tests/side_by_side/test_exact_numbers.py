"""A Python number that is cast to float64 is that number, and in Keras' own formulas too."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import ops

from tf_impl.exact_numbers import numbers_cast_exactly

CASTS = [
    lambda x, dtype: tf.cast(x, dtype),
    lambda x, dtype: ops.cast(x, dtype),
    lambda x, dtype: tf.dtypes.cast(x, dtype),
]


@pytest.mark.parametrize("cast", CASTS, ids=["tf", "keras", "dtypes"])
@pytest.mark.parametrize("dtype", [tf.float64, "float64"])
def test_a_number_is_cast_exactly_inside_and_through_float32_outside(cast, dtype):
    with numbers_cast_exactly():
        assert float(cast(0.9, dtype)) == 0.9
    assert float(cast(0.9, dtype)) == float(np.float32(0.9)) != 0.9


@pytest.mark.parametrize("value", [np.float32(0.1), 3, True, tf.constant(0.1), np.array([0.1, 0.2])], ids=str)
@pytest.mark.parametrize("dtype", ["float64", "float32", "int32"])
def test_all_else_is_cast_as_ever(value, dtype):
    plain = tf.cast(value, dtype)
    with numbers_cast_exactly():
        inside = tf.cast(value, dtype)
    assert inside.dtype == plain.dtype
    np.testing.assert_array_equal(inside, plain)
    with numbers_cast_exactly():
        assert tf.cast(2.7, "int32") == 2
        assert tf.cast(0.1, "float32") == np.float32(0.1)


def test_a_function_traced_inside_keeps_the_number():
    with numbers_cast_exactly():
        traced = tf.function(lambda x: x * tf.cast(0.9, x.dtype))
        assert float(traced(tf.constant(1.0, tf.float64))) == 0.9
    assert float(traced(tf.constant(1.0, tf.float64))) == 0.9


def test_gelu_has_its_constants_in_float64():
    """The approximation of Hendrycks and Gimpel, arXiv:1606.08415."""
    x = np.linspace(-3, 3, 7)
    expected = x / 2 * (1 + np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x**3)))
    with numbers_cast_exactly():
        np.testing.assert_allclose(tf.nn.gelu(tf.constant(x), approximate=True), expected, rtol=1e-13, atol=1e-15)
    assert np.abs(tf.nn.gelu(tf.constant(x), approximate=True) - expected).max() > 1e-10


def test_adam_of_keras_corrects_its_bias_in_float64():
    """After one step of Adam a weight has moved by the rate, but for epsilon."""
    variable = keras.Variable(np.ones(1), dtype="float64")
    optimizer = keras.optimizers.Adam(0.5, epsilon=1e-300)  # a rate that float32 has
    with numbers_cast_exactly():
        optimizer.apply([tf.constant([2.0], tf.float64)], [variable])
    np.testing.assert_allclose(np.asarray(variable), [0.5], rtol=1e-15)
