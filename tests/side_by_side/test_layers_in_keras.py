"""The layers of tf_impl/layers as parts of Keras models: shapes, saving, masks, precisions, lengths not known."""

import inspect

import keras
import numpy as np
import pytest
import tensorflow as tf

from tf_impl import layers as ours
from tf_impl import optimizers
from tf_impl.layers import GRU, LSTM, RNN, BatchNorm, BatchNorm1d, BatchNorm2d, BatchNorm3d, Conv1d, Conv2d, Conv3d

RNG = np.random.default_rng(7)
IMAGES, SEQUENCES = (6, 8, 3), (5, 3)
LAYERS = {
    "conv1d": (lambda: Conv1d(4, 3, 2, padding=1, name="conv"), SEQUENCES),
    "conv1d same": (lambda: Conv1d(4, 3, padding="same", activation="relu"), SEQUENCES),
    "conv2d": (lambda: Conv2d(4, (3, 2), (2, 1), padding=(1, 2), kernel_initializer="he_uniform"), IMAGES),
    "conv2d valid": (lambda: Conv2d(4, 3, padding="valid", dilation_rate=2, use_bias=False), IMAGES),
    "conv2d in groups": (lambda: Conv2d(6, 3, padding=1, groups=3, bias_initializer="ones"), IMAGES),
    "conv3d": (lambda: Conv3d(2, 2, padding=(1, 0, 2)), (3, 4, 2, 3)),
    "batch norm": (lambda: BatchNorm(0.3, 1e-3), IMAGES),
    "batch norm 1d": (lambda: BatchNorm1d(None, affine=False), SEQUENCES),
    "batch norm 2d": (lambda: BatchNorm2d(track_running_stats=False), IMAGES),
    "batch norm 3d": (lambda: BatchNorm3d(gamma_initializer="zeros"), (3, 4, 2, 3)),
    "rnn": (lambda: RNN(3, 4, nonlinearity="relu", return_state=False), SEQUENCES),
    "lstm": (lambda: LSTM(3, 4, 2, bidirectional=True, return_state=False, name="lstm"), SEQUENCES),
    "gru": (lambda: GRU(3, 4, bidirectional=True, return_state=False, unroll=True), SEQUENCES),
}
CLOSE = {"rtol": 1e-13, "atol": 1e-14}


def batch(shape, dtype="float64"):
    return tf.constant(RNG.normal(2, 3, size=(4, *shape)), dtype)


def models(layer, shape):
    """A functional and a sequential model around one layer, a dense one behind it that needs its output's shape."""
    inputs = keras.Input(shape)
    head = [keras.layers.Flatten(), keras.layers.Dense(2)]
    functional = keras.Model(inputs, head[1](head[0](layer(inputs))))
    return functional, keras.Sequential([keras.Input(shape), layer, *head])


def test_every_layer_is_tried():
    assert {type(make()).__name__ for make, _ in LAYERS.values()} == set(ours.__all__)


@pytest.mark.parametrize("name", LAYERS)
def test_the_symbolic_shape_is_that_of_the_output(name):
    make, shape = LAYERS[name]
    layer, x = make(), batch(shape)
    assert layer(keras.Input(shape)).shape == (None, *layer(x).shape[1:])
    assert layer.compute_output_shape(tuple(x.shape)) == tuple(layer(x).shape)
    for model in models(make(), shape):
        assert model.output_shape == (None, 2)
        assert model(x).shape == (4, 2)


@pytest.mark.parametrize("training", [None, True, False])
@pytest.mark.parametrize("name", LAYERS)
def test_a_graph_computes_what_eager_execution_does_in_functional_and_sequential_models(name, training):
    make, shape = LAYERS[name]
    options = {} if training is None else {"training": training}
    x = batch(shape)
    for model in models(make(), shape):
        graph = tf.function(
            lambda x, model=model: model(x, **options),
            input_signature=[tf.TensorSpec((None, *shape), tf.float64)],
        )
        np.testing.assert_allclose(graph(x), model(x, **options), **CLOSE)


@pytest.mark.parametrize("name", LAYERS)
def test_a_saved_model_and_a_clone_compute_the_same(name, tmp_path):
    make, shape = LAYERS[name]
    x = batch(shape)
    for number, model in enumerate(models(make(), shape)):
        model(x, training=True)  # what is kept of batches is no more what it began with
        expected = model(x).numpy()
        model.save(tmp_path / f"{number}.keras")
        loaded = keras.models.load_model(tmp_path / f"{number}.keras")
        np.testing.assert_array_equal(loaded(x), expected)
        cloned = keras.models.clone_model(model)
        cloned.set_weights(model.get_weights())
        np.testing.assert_array_equal(cloned(x), expected)
        cloned(x, training=True)


@pytest.mark.parametrize("name", LAYERS)
def test_a_layer_made_anew_from_its_configuration_has_the_same_one(name):
    layer = LAYERS[name][0]()
    config = layer.get_config()
    again = type(layer).from_config(config)
    assert again.get_config() == config
    assert set(inspect.signature(type(layer)).parameters) - {"options"} <= set(config)
    assert type(keras.layers.deserialize(keras.layers.serialize(layer))) is type(layer)


@pytest.mark.parametrize("policy", ["float32", "float64", "mixed_float16", "mixed_bfloat16"])
@pytest.mark.parametrize("name", LAYERS)
def test_a_layer_computes_in_its_policys_precision(name, policy):
    make, shape = LAYERS[name]
    exact = make()
    x = batch(shape)
    for training in (True, False):
        expected = exact(x, training=training).numpy()
        layer = type(exact).from_config(exact.get_config() | {"dtype": policy})
        layer.build(x.shape)
        layer.set_weights(exact.get_weights())
        output = layer(x, training=training)
        assert output.dtype == keras.DTypePolicy(policy).compute_dtype
        assert {tf.as_dtype(each.dtype) for each in layer.weights} <= {tf.as_dtype(layer.variable_dtype), tf.int64}
        allowed = {"float32": 1e-5, "float64": 1e-13, "mixed_float16": 1e-2, "mixed_bfloat16": 8e-2}[policy]
        assert np.abs(tf.cast(output, tf.float64) - expected).max() <= allowed * np.abs(expected).max()


@keras.saving.register_keras_serializable(package="tests")
class Subclassed(keras.Model):
    """All of it in one model, without a configuration of its layers."""

    def __init__(self, **options):
        super().__init__(**options)
        self.conv, self.norm = Conv1d(3, 3, padding=1), BatchNorm1d(momentum=None)
        self.lstm, self.head = LSTM(3, 4, bidirectional=True), keras.layers.Dense(1)

    def call(self, x, training=None):
        _, (hidden, _) = self.lstm(self.norm(self.conv(x), training=training))
        return self.head(hidden[-1])


def test_a_subclassed_model_of_them_is_saved_with_its_weights(tmp_path):
    model, x = Subclassed(), batch(SEQUENCES)
    model(x, training=True)
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(loaded(x), model(x))
    assert int(loaded.norm.batches) == 1


def test_in_mixed_precision_keras_trains_them_with_an_optimizer_of_ours():
    keras.config.set_dtype_policy("mixed_float16")
    model = Subclassed()
    model.compile(optimizers.AdamW(0.01), "mse")
    x, y = RNG.normal(size=(32, 5, 3)), RNG.normal(size=(32, 1))
    losses = model.fit(x, y, epochs=10, verbose=0).history["loss"]
    assert model.compute_dtype == "float16"
    assert losses[-1] < losses[0]
