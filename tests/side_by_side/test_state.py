"""What stock optimizers remember has PyTorch's names and lies as PyTorch's does."""

import keras
import numpy as np
import pytest
import tensorflow as tf
import torch

from tf_impl import optimizers as Own
from tf_impl import weights as tf_weights
from torch_impl import weights as torch_weights

K, T = keras.optimizers, torch.optim
GRADIENT = np.array([[0.5, -1.0, 2.0], [1.0, 3.0, -0.25]])  # of a weight (out, in)


def stepped(tf_optimizer, steps=2):
    """A dense layer after some steps with one gradient; the optimizer's state."""
    layer = keras.layers.Dense(2, use_bias=False)
    layer.build((None, 3))
    for _ in range(steps):
        tf_optimizer.apply_gradients([(tf.constant(GRADIENT.T), layer.kernel)])
    return tf_weights.optimizer_state(tf_optimizer, layer)


def torch_stepped(optimizer, steps=2, **options):
    layer = torch.nn.Linear(3, 2, bias=False)
    optimizer = optimizer(layer.parameters(), **options)
    for _ in range(steps):
        layer.weight.grad = torch.tensor(GRADIENT)
        optimizer.step()
    return torch_weights.optimizer_state(optimizer, layer)


def f64(value):
    return np.float64(value)  # for Keras rounds Python's numbers to float32


@pytest.mark.parametrize(
    ("torch_state", "tf_optimizer"),
    [
        (lambda: torch_stepped(T.Adam), lambda: K.Adam(beta_1=f64(0.9), beta_2=f64(0.999))),
        (lambda: torch_stepped(T.AdamW), lambda: K.AdamW(beta_1=f64(0.9), beta_2=f64(0.999))),
        (lambda: torch_stepped(T.Adamax, eps=0), lambda: K.Adamax(beta_1=f64(0.9), beta_2=f64(0.999))),
        (lambda: torch_stepped(T.Adagrad), lambda: K.Adagrad(initial_accumulator_value=f64(0))),
        (lambda: torch_stepped(T.Adadelta, rho=0.5), lambda: K.Adadelta(rho=0.5)),
        (lambda: torch_stepped(T.RMSprop, alpha=0.5), lambda: K.RMSprop(rho=0.5)),
        (lambda: torch_stepped(T.RMSprop, alpha=0.5, centered=True), lambda: K.RMSprop(rho=0.5, centered=True)),
    ],
    ids=["adam", "adamw", "adamax", "adagrad", "adadelta", "rmsprop", "rmsprop, centred"],
)
def test_the_state_of_optimizers_that_agree_on_it_is_equal(torch_state, tf_optimizer):
    torch_entries, tf_entries = torch_state(), stepped(tf_optimizer())
    assert torch_entries.keys() == tf_entries.keys()
    for name, value in torch_entries.items():
        if not name.endswith("acc_delta"):  # it depends on epsilon, which is another one
            np.testing.assert_allclose(tf_entries[name], value, rtol=1e-12, err_msg=name)


@pytest.mark.parametrize(
    ("optimizer", "entries"),
    [
        (lambda: K.SGD(), set()),
        (lambda: K.SGD(momentum=0.9), {"momentum_buffer"}),
        (lambda: K.Adam(amsgrad=True), {"step", "exp_avg", "exp_avg_sq", "max_exp_avg_sq"}),
        (lambda: K.Nadam(), {"step", "mu_product", "exp_avg", "exp_avg_sq"}),
        (lambda: K.RMSprop(momentum=0.5), {"step", "square_avg", "momentum_buffer"}),
        (lambda: K.Lion(), {"exp_avg"}),
        (lambda: K.Lamb(), {"step", "exp_avg", "exp_avg_sq"}),
        (lambda: K.Ftrl(), {"sum", "linear"}),
        (lambda: K.Adafactor(), {"step"}),
        (lambda: K.LossScaleOptimizer(K.Adam()), {"step", "exp_avg", "exp_avg_sq"}),
    ],
    ids=["sgd", "momentum", "amsgrad", "nadam", "rmsprop", "lion", "lamb", "ftrl", "adafactor", "scaled"],
)
def test_every_stock_optimizer_has_pytorchs_names(optimizer, entries):
    layer = keras.layers.Dense(2, use_bias=False)
    layer.build((None, 3))
    optimizer = optimizer()
    optimizer.build(layer.trainable_variables)
    assert {name.split(" ")[1] for name in tf_weights.optimizer_state(optimizer, layer)} == entries


def test_a_subclass_has_its_bases_names_and_an_unknown_optimizer_none():
    class Mine(K.Adam):
        pass

    class Unknown(K.Optimizer):
        def __init__(self):
            super().__init__(0.1)

        def update_step(self, gradient, variable, learning_rate):
            variable.assign_sub(gradient)

    assert {name.split(" ")[1] for name in stepped(Mine())} == {"step", "exp_avg", "exp_avg_sq"}
    assert stepped(Unknown()) == {}


def test_an_entry_of_two_weights_in_one_variable_is_divided_as_they_are():
    layer = keras.layers.GRU(1)
    layer.build((None, None, 2))
    optimizer = K.SGD(learning_rate=0.5, momentum=0.5)
    optimizer.build(layer.trainable_variables)
    index = [variable is layer.cell.bias for variable in layer.trainable_variables].index(True)
    optimizer.momentums[index].assign([[1.0, 2, 3], [4, 5, 6]])
    state = tf_weights.optimizer_state(optimizer, layer)
    assert list(state["bias_ih momentum_buffer"]) == [-4, -2, -6], "Keras' buffer is of steps, -rate x PyTorch's"
    assert list(state["bias_hh momentum_buffer"]) == [-10, -8, -12]


@pytest.mark.parametrize("nesterov", [False, True])
def test_the_momentum_buffer_is_the_sum_of_gradients_that_pytorch_has(nesterov):
    layer, gradients = keras.layers.Dense(1, use_bias=False), np.random.default_rng(0).normal(size=(4, 2, 1))
    layer.build((None, 2))
    optimizer = K.SGD(np.float64(0.1), momentum=np.float64(0.7), nesterov=nesterov)
    buffer = np.zeros((1, 2))
    for gradient in gradients:
        optimizer.apply([keras.ops.convert_to_tensor(gradient)], layer.trainable_variables)
        buffer = 0.7 * buffer + gradient.T
        state = tf_weights.optimizer_state(optimizer, layer)
        np.testing.assert_allclose(state["weight momentum_buffer"], buffer, rtol=1e-14)


def test_a_schedule_gives_the_momentum_buffer_the_rate_of_the_update_just_made():
    layer = keras.layers.Dense(1, use_bias=False)
    layer.build((None, 2))
    schedule = keras.optimizers.schedules.PiecewiseConstantDecay([0], [0.5, 0.25])
    optimizer = K.SGD(schedule, momentum=0.5)
    optimizer.apply([keras.ops.ones((2, 1))], layer.trainable_variables)
    assert tf_weights.optimizer_state(optimizer, layer)["weight momentum_buffer"].tolist() == [[1, 1]]


def test_the_rates_of_several_groups_are_listed():
    layer = torch.nn.Linear(2, 2)
    groups = [{"params": [layer.weight], "lr": 0.1}, {"params": [layer.bias], "lr": torch.tensor(0.2)}]
    np.testing.assert_array_equal(torch_weights.learning_rate(T.SGD(groups)), [0.1, float(torch.tensor(0.2))])
    assert tf_weights.learning_rate(K.LossScaleOptimizer(K.SGD(f64(0.1)))) == 0.1


@pytest.mark.parametrize(
    "make",
    [
        K.Adam,
        lambda: K.SGD(0.1, momentum=0.5),
        lambda: K.RMSprop(0.1, momentum=0.5),
        lambda: Own.Adam(0.1, amsgrad=True),
    ],
    ids=["adam", "sgd", "rmsprop", "ours"],
)
def test_a_state_that_is_set_is_read_back_but_for_the_count_that_keras_has_for_all_weights(make):
    layer, fresh = keras.layers.Dense(2, use_bias=False), make()
    layer.build((None, 3))
    for _ in range(2):  # with another gradient
        fresh.apply_gradients([(tf.constant(3 * GRADIENT.T), layer.kernel)])
    before, wanted = tf_weights.optimizer_state(fresh, layer), stepped(make(), steps=4)
    tf_weights.load_optimizer_state(fresh, layer, wanted)
    state = tf_weights.optimizer_state(fresh, layer)
    for name, value in wanted.items():
        kept = name.endswith(" step") and not isinstance(fresh, Own.Adam)
        np.testing.assert_allclose(state[name], before[name] if kept else value, rtol=1e-12, err_msg=name)
