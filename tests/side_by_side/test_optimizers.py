"""Each optimizer, on both sides, against its formula in NumPy over 50 steps."""

import keras
import numpy as np
import pytest
import tensorflow as tf
import torch

from tests.side_by_side import optimizer_formulas as formulas
from tests.side_by_side.optimizer_formulas import GRADIENTS, START
from tf_impl import optimizers as tf_optimizers
from tf_impl.schedules import ExponentialLR
from torch_impl import optimizers as torch_optimizers

BETAS = {"betas": (0.8, 0.95)}
CASES = {
    "sgd": ("SGD", {}),
    "momentum": ("SGD", {"momentum": 0.8}),
    "dampening": ("SGD", {"momentum": 0.8, "dampening": 0.4}),
    "nesterov": ("SGD", {"momentum": 0.8, "nesterov": True}),
    "decay behind momentum": ("SGD", {"momentum": 0.8, "weight_decay": 0.1}),
    "maximize": ("SGD", {"weight_decay": 0.1, "maximize": True}),
    "adam": ("Adam", BETAS | {"eps": 1e-7}),
    "adam's weight decay": ("Adam", BETAS | {"eps": 1e-3, "weight_decay": 0.1}),
    "amsgrad": ("Adam", BETAS | {"eps": 1e-3, "amsgrad": True}),
    "adamw": ("AdamW", BETAS | {"eps": 1e-3, "weight_decay": 0.1}),
    "nadam": ("NAdam", BETAS | {"eps": 1e-3, "momentum_decay": 0.01}),
    "nadam's decoupled decay": ("NAdam", BETAS | {"weight_decay": 0.1, "decoupled_weight_decay": True}),
    "radam": ("RAdam", BETAS | {"eps": 1e-3}),
    "radam's decoupled decay": ("RAdam", {"eps": 1e-3, "weight_decay": 0.1, "decoupled_weight_decay": True}),
    "adamax": ("Adamax", BETAS | {"eps": 1e-3}),
    "rmsprop": ("RMSprop", {"alpha": 0.9, "eps": 1e-3}),
    "rmsprop's momentum": ("RMSprop", {"alpha": 0.9, "eps": 1e-3, "weight_decay": 0.1, "momentum": 0.8}),
    "centred rmsprop": ("RMSprop", {"alpha": 0.9, "eps": 1e-3, "centered": True}),
    "adagrad": ("Adagrad", {"lr_decay": 0.1, "initial_accumulator_value": 0.1, "eps": 1e-3, "weight_decay": 0.1}),
    "adadelta": ("Adadelta", {"rho": 0.8, "eps": 1e-3, "weight_decay": 0.1}),
    "rprop": ("Rprop", {"etas": (0.4, 1.3), "step_sizes": (1e-3, 0.5)}),
    "asgd": ("ASGD", {"lambd": 0.1, "alpha": 0.6, "t0": 10}),
    "adafactor": ("Adafactor", {"eps": (1e-3, 1e-2), "d": 1.2, "weight_decay": 0.1}),
    "lion": ("Lion", BETAS | {"weight_decay": 0.1}),
}


def train_torch(name, **settings):
    weight = torch.nn.Parameter(torch.tensor(START))
    optimizer = getattr(torch_optimizers, name)([weight], lr=0.05, **settings)
    for gradient in GRADIENTS:
        weight.grad = torch.tensor(gradient)
        optimizer.step()
    return weight.detach().numpy()


def train_tf(optimizer):
    weight = keras.Variable(START)
    for gradient in GRADIENTS:
        optimizer.apply_gradients([(tf.constant(gradient), weight)])
    return weight.numpy()


def in_keras_words(settings):
    settings = dict(settings)
    if "betas" in settings:
        settings["beta_1"], settings["beta_2"] = settings.pop("betas")
    return settings | ({"epsilon": settings.pop("eps")} if "eps" in settings else {})


@pytest.mark.parametrize("case", CASES)
def test_each_optimizer_follows_its_formula_on_both_sides(case):
    name, settings = CASES[case]
    expected = getattr(formulas, name.lower())(**settings)
    np.testing.assert_allclose(train_torch(name, **settings), expected, rtol=1e-12)
    tf_weight = train_tf(getattr(tf_optimizers, name)(0.05, **in_keras_words(settings)))
    np.testing.assert_allclose(tf_weight, expected, rtol=1e-12)


def test_every_optimizer_is_tried():
    of_rows = "SparseAdam"  # below, with gradients that list rows
    assert {name for name, _ in CASES.values()} | {of_rows, "Optimizer"} == set(tf_optimizers.__all__)


def test_stock_adam_does_not():
    apart = np.abs(train_tf(keras.optimizers.Adam(0.05, epsilon=1e-3)) - formulas.adam(eps=1e-3)).max()
    assert apart > 1e-3


def test_a_schedule_reaches_the_weights_in_float64():
    expected = START - (0.05 * 0.9 ** np.arange(len(GRADIENTS)) @ GRADIENTS.reshape(len(GRADIENTS), -1)).reshape(2, 2)
    np.testing.assert_allclose(train_tf(tf_optimizers.SGD(ExponentialLR(0.05, gamma=0.9))), expected, rtol=1e-13)


def test_a_momentum_may_follow_a_schedule():
    weight, buffer = START.copy(), np.zeros_like(START)
    for step, gradient in enumerate(GRADIENTS):
        buffer = 0.8 * 0.97**step * buffer + gradient
        weight = weight - 0.05 * buffer
    found = train_tf(tf_optimizers.SGD(0.05, momentum=ExponentialLR(0.8, gamma=0.97)))
    np.testing.assert_allclose(found, weight, rtol=1e-13)


def test_in_float32_the_bias_correction_keeps_its_digits():
    keras.config.set_floatx("float32")
    weight = keras.Variable(np.float32(1.0), dtype="float32")
    tf_optimizers.Adam(0.01, epsilon=0.0).apply_gradients([(tf.constant(0.25), weight)])
    # The first step of Adam without epsilon is the learning rate, whatever the gradient is.
    assert float(weight.numpy()) == pytest.approx(0.99, rel=2e-7)


def test_a_weight_without_gradient_does_not_age():
    used, unused = keras.Variable(np.ones(1)), keras.Variable(np.ones(1))
    optimizer = tf_optimizers.Adam(0.01)
    optimizer.build([used, unused])
    for _ in range(3):
        optimizer.apply_gradients([(tf.ones(1, tf.float64), used)])
    assert [float(step.numpy()) for step in optimizer.steps] == [3, 0]


def test_excluded_weights_do_not_decay():
    kernel, bias = keras.Variable(np.ones(1), name="kernel"), keras.Variable(np.ones(1), name="bias")
    optimizer = tf_optimizers.AdamW(0.1, weight_decay=0.5)
    optimizer.exclude_from_weight_decay(var_names=["bias"])
    optimizer.apply_gradients([(tf.zeros(1, tf.float64), kernel), (tf.zeros(1, tf.float64), bias)])
    assert (float(kernel[0]), float(bias[0])) == (0.95, 1.0)


def test_a_row_that_is_looked_up_twice_is_squared_as_a_sum():
    table = keras.Variable(np.zeros((3, 1)))
    gradient = tf.IndexedSlices(tf.constant([[1.0], [2.0]], tf.float64), tf.constant([1, 1]), (3, 1))
    tf_optimizers.Adagrad(1.0).apply_gradients([(gradient, table)])
    # Adagrad's first step is the sign; of the two slices one by one it would be 3 / sqrt(1 + 4).
    np.testing.assert_allclose(table.numpy()[:, 0], [0, -1, 0], atol=1e-9)


@pytest.mark.parametrize(("shape", "axes"), [((5, 4, 3), (2, 1, 0)), ((5, 4, 3, 2), (2, 3, 1, 0)), ((5, 4), (1, 0))])
def test_adafactor_takes_means_over_the_same_axes_of_a_convolution(shape, axes):
    start, gradients = np.random.default_rng(1).normal(size=(2, *shape))
    weight, kernel = torch.nn.Parameter(torch.tensor(start)), keras.Variable(start.transpose(axes))
    torch_optimizer, tf_optimizer = torch_optimizers.Adafactor([weight], lr=0.1), tf_optimizers.Adafactor(0.1)
    for step in range(5):
        gradient = gradients * np.cos(step + start)
        weight.grad = torch.tensor(gradient)
        torch_optimizer.step()
        tf_optimizer.apply_gradients([(tf.constant(gradient.transpose(axes)), kernel)])
    np.testing.assert_allclose(kernel.numpy(), weight.detach().numpy().transpose(axes), rtol=1e-12)


def test_sparse_adam_moves_the_rows_that_a_gradient_lists_and_no_others():
    """Row 1 is listed twice, row 2 with a gradient of zero, row 0 only at first, row 3 never."""
    steps = [([0, 1, 1, 2], [[0.5], [0.25], [-0.75], [0.0]]), ([2, 1], [[0.0], [1.5]])] * 3
    start = np.array([[1.0], [2.0], [3.0], [4.0]])
    weight = torch.nn.Parameter(torch.tensor(start))
    in_torch = torch_optimizers.SparseAdam([weight], lr=0.05, betas=(0.8, 0.95), eps=1e-3)
    variable, in_tf = keras.Variable(start), tf_optimizers.SparseAdam(0.05, 0.8, 0.95, 1e-3)
    expected, moments = start.copy(), np.zeros((2, 4, 1))
    for number, (rows, values) in enumerate(steps, 1):
        weight.grad = torch.sparse_coo_tensor([rows], torch.tensor(values).double(), (4, 1), check_invariants=False)
        in_torch.step()
        in_tf.apply_gradients(
            [(tf.IndexedSlices(tf.constant(values, tf.float64), tf.constant(rows), (4, 1)), variable)]
        )
        gradient = np.zeros((4, 1))
        np.add.at(gradient, rows, values)
        for row in set(rows):
            moments[0, row] = 0.8 * moments[0, row] + 0.2 * gradient[row]
            moments[1, row] = 0.95 * moments[1, row] + 0.05 * gradient[row] ** 2
            size = 0.05 * np.sqrt(1 - 0.95**number) / (1 - 0.8**number)
            expected[row] -= size * moments[0, row] / (np.sqrt(moments[1, row]) + 1e-3)
    for found in (weight.detach().numpy(), variable.numpy()):
        np.testing.assert_allclose(found, expected, rtol=1e-12)
    with pytest.raises(ValueError, match="list rows"):
        in_tf.apply_gradients([(tf.constant(start), variable)])
