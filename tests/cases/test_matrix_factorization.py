"""The matrix factorization: its ratings, and steps of both sides against NumPy, with rows given twice or not at all."""

import numpy as np
import pytest

from compare.inputs import cases
from compare.inputs.arrays import generators
from compare.inputs.case_inputs import make_inputs
from tests.cases.one_side import PACKAGES, ready

RATE, BETA_1, BETA_2, EPSILON = 0.05, 0.9, 0.999, 1e-8


@pytest.fixture(scope="module")
def inputs():
    return make_inputs(cases.load("matrix_factorization"))


def test_no_pair_is_rated_twice(inputs):
    users, items = inputs.data["users"], inputs.data["items"]
    assert len(set(zip(users, items, strict=True))) == len(users) == 384
    assert set(users) == set(range(40))
    assert set(items) == set(range(30))


def test_every_batch_has_a_user_twice_and_leaves_one_out(inputs):
    for batch in inputs.batches("float64"):
        counts = np.bincount(batch["users"], minlength=40)
        assert counts.max() >= 2
        assert counts.min() == 0


def test_ratings_are_of_low_rank_but_for_the_noise(inputs):
    """Four dimensions of likings, and two of biases: what is left is noise of a tenth."""
    shapes = {"users": (40, 4), "items": (30, 4), "user_biases": (40, 1), "item_biases": (30, 1)}
    true = {name: generators(0)(f"true {name}").standard_normal(shape) for name, shape in shapes.items()}
    full = true["users"] @ true["items"].T / 2 + (true["user_biases"] + true["item_biases"].T) / 2
    assert np.linalg.matrix_rank(full) == 6
    noise = (inputs.data["ratings"] - full[inputs.data["users"], inputs.data["items"]]) / 0.1
    # Five standard errors of a mean and of a deviation.
    assert abs(noise.mean()) < 5 / np.sqrt(noise.size)
    assert abs(noise.std() - 1) < 5 / np.sqrt(2 * noise.size)


def test_weights_are_small_and_biases_zero(inputs):
    for name, array in inputs.weights.items():
        deviation = 0 if "biases" in name else 0.1
        assert abs(array.mean()) <= 5 * deviation / np.sqrt(array.size), name
        assert abs(array.std() - deviation) <= 5 * deviation / np.sqrt(2 * array.size), name


def gradients(weights, batch):
    """The loss and, of each table, the whole gradient: a row's are summed, however often it is in the batch."""
    users, items = batch["users"], batch["items"]
    tables = {name: weights[f"{name}.weight"] for name in ("users", "items", "user_biases", "item_biases")}
    products = (tables["users"][users] * tables["items"][items]).sum(1)
    error = products + tables["user_biases"][users, 0] + tables["item_biases"][items, 0] - batch["ratings"]
    found = {f"{name}.weight": np.zeros_like(table) for name, table in tables.items()}
    slope = 2 * error[:, None] / len(error)
    np.add.at(found["users.weight"], users, slope * tables["items"][items])
    np.add.at(found["items.weight"], items, slope * tables["users"][users])
    np.add.at(found["user_biases.weight"], users, slope)
    np.add.at(found["item_biases.weight"], items, slope)
    return (error**2).mean(), found


@pytest.mark.parametrize("package", PACKAGES)
def test_three_steps_are_those_of_adam_on_whole_tables(package, inputs):
    """Kingma and Ba's algorithm, with the square of the sum; a row that is not in a batch moves by its momentum."""
    weights = {name: array.copy() for name, array in inputs.weights.items()}
    first = {name: np.zeros_like(array) for name, array in weights.items()}
    second = {name: np.zeros_like(array) for name, array in weights.items()}
    with ready(package, "matrix_factorization") as one:
        for step in range(1, 4):
            batch = inputs.batch(step - 1, "float64")
            [native] = one.framework.to_native(inputs, [batch])
            loss, found = gradients(weights, batch)
            np.testing.assert_allclose(float(one.step(one.side, native)[0]), loss, rtol=1e-12)
            for name, gradient in found.items():
                first[name] = BETA_1 * first[name] + (1 - BETA_1) * gradient
                second[name] = BETA_2 * second[name] + (1 - BETA_2) * gradient**2
                root = np.sqrt(second[name] / (1 - BETA_2**step)) + EPSILON
                weights[name] -= RATE * first[name] / (1 - BETA_1**step) / root
        trained = one.weights()
    for name, expected in weights.items():
        np.testing.assert_allclose(trained[name], expected, rtol=1e-10, atol=1e-14, err_msg=name)


def test_the_tapes_gradient_of_a_table_is_a_row_for_each_lookup():
    import tensorflow as tf

    with ready("tf_impl", "matrix_factorization") as one:
        with tf.GradientTape() as tape:
            loss, _ = one.side.loss(one.side.model, one.batch, training=True)
        gradient = tape.gradient(loss, one.side.model.users.embeddings.value)
        assert isinstance(gradient, tf.IndexedSlices)
        np.testing.assert_array_equal(gradient.indices, one.inputs.batch(0, "float64")["users"])
