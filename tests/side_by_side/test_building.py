"""The call that makes a Keras model's weights leaves no other trace: what it moves is as it was."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers, optimizers

from compare.inputs.side import Side
from tf_impl import prepare

X = np.arange(12.0).reshape(4, 3) / 12


class Counter(keras.Layer):
    """Counts its calls: in a variable that exists from the start, in one that building makes, and in Python."""

    def __init__(self):
        super().__init__()
        self.early = tf.Variable(3.0, trainable=False)
        self.number = 5

    def build(self, shape):
        self.late = self.add_weight(shape=(), initializer="ones", trainable=False)

    def call(self, x):
        self.early.assign_add(1.0)
        self.late.assign_add(1.0)
        self.number += 1
        return x


class Table(keras.Layer):
    """What `build` itself sets stays, although it is not what the variable was made with."""

    def __init__(self):
        super().__init__()
        self.width = 0

    def build(self, shape):
        self.width = shape[-1]
        self.table = self.add_weight(shape=(3,), initializer="zeros", trainable=False)
        self.table.assign([1.0, 2.0, 3.0])

    def call(self, x):
        return x + self.table


class OnFirstCall(keras.Layer):
    """Takes its scale from the first batch that it sees."""

    def __init__(self):
        super().__init__()
        self.known, self.scale = tf.Variable(False), tf.Variable(1.0, dtype=tf.float64)

    def call(self, x):
        if not self.known:
            self.scale.assign(tf.reduce_max(x))
            self.known.assign(True)
        return x / self.scale


class Stack(keras.Model):
    """Its layers one after the other; without this `build`, Keras would build them on symbols, which sets no values."""

    def __init__(self, *stacked):
        super().__init__()
        self.stacked = [*stacked, layers.Dense(2)]

    def build(self, shape):
        pass

    def call(self, x, training=None):
        for layer in self.stacked:
            x = layer(x)
        return x


def built(*kinds):
    """A model of these layers and a dense one, made and made ready."""

    def loss(model, batch, training=True):
        return tf.reduce_mean(model(batch["x"], training=training) ** 2), {}

    def make(_):
        return Side(Stack(*(kind() for kind in kinds)), loss, optimizers.SGD(0.5))

    ready = prepare.build(make, {}, "float64", [{"x": tf.constant(X)}], eager=True)
    assert ready.side.model.built
    return ready.side.model.stacked


def test_counts_of_calls_begin_where_they_began():
    counter, _ = built(Counter)
    assert (float(counter.early), float(counter.late), counter.number) == (3.0, 1.0, 5)


def test_what_is_set_while_a_layer_is_built_stays():
    table, _ = built(Table)
    np.testing.assert_array_equal(table.table, [1.0, 2.0, 3.0])
    assert table.width == 3


def test_both_at_once_are_told_apart():
    counter, table, _ = built(Counter, Table)
    assert (float(counter.late), counter.number, table.width) == (1.0, 5, 3)
    np.testing.assert_array_equal(table.table, [1.0, 2.0, 3.0])


def test_what_the_first_batch_decides_is_undecided_again():
    layer, _ = built(OnFirstCall)
    assert (bool(layer.known), float(layer.scale)) == (False, 1.0)


@pytest.mark.parametrize("kind", [layers.LSTM, layers.GRU])
def test_the_state_of_a_stateful_layer_is_zero(kind):
    _, layer, _ = built(lambda: layers.Reshape((1, 3)), lambda: kind(2, stateful=True))
    for state in layer.non_trainable_variables:
        if "seed" not in state.path:
            np.testing.assert_array_equal(state, np.zeros((4, 2)))


def test_initial_weights_are_those_that_the_initializer_gave():
    first, last = built(lambda: layers.Dense(3, kernel_initializer="ones"))
    np.testing.assert_array_equal(first.kernel, np.ones((3, 3)))
    assert np.abs(last.kernel).min() > 0
