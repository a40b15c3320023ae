"""Both sides record a step: every operation with its values, its line, its gradient, and where that is cut off."""

import inspect

import keras
import numpy as np
import pytest
import tensorflow as tf
import torch
from torch.nn import functional as F

import tf_impl.operations
import torch_impl.operations
from compare.judging.alike import same
from compare.judging.kinds import kind
from compare.traces.fingerprints import fingerprint
from compare.traces.operations import UNREDUCED, WRITTEN

X = np.random.default_rng(7).normal(size=(4, 3))
Y = np.array([0, 2, 1, 1])


def weight_of(side):
    """A weight with the values X."""
    return torch.tensor(X, requires_grad=True) if side == "torch" else tf.Variable(X)


def recorded(side, step):
    """What a side records while `step` runs, which is given the weight "w"."""
    recording = (torch_impl if side == "torch" else tf_impl).operations.Recording()
    weight = weight_of(side)
    recording.start({"w": weight})
    try:
        step(weight)
    finally:
        recording.stop()
    return recording.log.end()


def value(record, array):
    """The values of a record with this content."""
    wanted = fingerprint(np.asarray(array, np.float64))
    return [number for number, each in enumerate(record.values) if each.print and same(wanted, each.print, 1e-12)]


def line_of(record, array):
    """The lines of this file that made a value with this content, counted from the beginning of their function."""
    operations = [
        record.operations[record.producer[number]] for number in value(record, array) if number in record.producer
    ]
    return [operation.stack[0].line for operation in operations if operation.stack]


def line(function, text):
    """The number of the line of a function that has this text."""
    lines, first = inspect.getsourcelines(function)
    return next(first + number for number, each in enumerate(lines) if text in each)


def torch_step(x):
    squares = x**2
    weights = squares.detach().exp()
    loss = (weights * squares).sum()
    loss.backward()


def tf_step(x):
    with tf.GradientTape() as tape:
        squares = x**2
        weights = tf.exp(tf.stop_gradient(squares))
        loss = tf.reduce_sum(weights * squares)
    tape.gradient(loss, x)


STEPS = {"torch": torch_step, "tf": tf_step}
SIDES = pytest.mark.parametrize("side", STEPS)


@SIDES
def test_a_value_is_recorded_with_the_line_that_made_it(side):
    record = recorded(side, STEPS[side])
    assert line(STEPS[side], "squares = x**2") in line_of(record, X**2)
    assert line_of(record, np.exp(X**2))[0] == line(STEPS[side], "weights =")


@SIDES
def test_the_flow_leads_from_the_loss_back_to_its_input(side):
    record = recorded(side, STEPS[side])
    left, reached = value(record, (np.exp(X**2) * X**2).sum()), set()
    while left:
        number = record.producer.get(left.pop())
        if number is not None and number not in reached:
            reached.add(number)
            left += record.operations[number].inputs
    assert any(each in record.operations[number].inputs for number in reached for each in value(record, X))


def back(record, array):
    """What comes back to the values with this content, by the name of the operation that it comes through."""
    values = value(record, array)
    found = [edge for edge in record.edges if edge.value in values]
    return {record.operations[edge.operation].name: edge.gradient for edge in found}


@SIDES
def test_each_term_of_a_gradient_names_the_operation_that_it_comes_back_through(side):
    record = recorded(side, STEPS[side])
    assert record.weights["w"] in value(record, X)
    [to_product] = back(record, np.exp(X**2) * X**2).values()
    assert to_product in value(record, np.ones((4, 3)))
    assert any(each in value(record, np.exp(X**2)) for each in back(record, X**2).values())
    assert any(each in value(record, 2 * X * np.exp(X**2)) for each in back(record, X).values())


@SIDES
def test_a_gradient_that_is_no_weights_is_not_recorded(side):
    def of_an_input(x):
        if side == "torch":
            given = torch.tensor(X, requires_grad=True)
            torch.autograd.grad((given * x).sum(), given)
        else:
            given = tf.constant(X)
            with tf.GradientTape() as tape:
                tape.watch(given)
                product = tf.reduce_sum(given * x)
            tape.gradient(product, given)

    assert not recorded(side, of_an_input).edges


class Doubled(torch.autograd.Function):
    """Twice the value, with three times its gradient."""

    @staticmethod
    def forward(ctx, x):
        return 2 * x

    @staticmethod
    def backward(ctx, upstream):
        return 3 * upstream


@tf.custom_gradient
def doubled(x):
    return 2 * x, lambda upstream: 3 * upstream


@SIDES
def test_a_gradient_that_somebody_wrote_comes_back_through_one_operation(side):
    def step(x):
        if side == "torch":
            Doubled.apply(x).sum().backward()
        else:
            with tf.GradientTape() as tape:
                total = tf.reduce_sum(doubled(x))
            tape.gradient(total, x)

    record = recorded(side, step)
    through = back(record, X)
    [name] = [name for name, gradient in through.items() if gradient in value(record, np.full((4, 3), 3.0))][:1]
    assert "oubled" in name
    [made] = [each for each in record.operations if each.name == name]
    assert name.endswith(WRITTEN)
    computed = [each for each in made.inputs if each in record.producer]
    assert set(computed) & set(value(record, 2 * X)), "what it comes to is computed by its parts"
    assert made.stack[0].line in (line(step, "Doubled.apply"), line(step, "doubled(x)"))
    assert not any(each.stops for each in record.operations)


@SIDES
def test_a_gradient_that_is_cut_off_is_told(side):
    record = recorded(side, STEPS[side])
    stops = [each for each in record.operations if each.stops and any(v in value(record, X**2) for v in each.inputs)]
    assert line(STEPS[side], "weights =") in [each.stack[0].line for each in stops]
    weights = value(record, np.exp(X**2))
    assert not {edge.value for edge in record.edges} & {
        record.operations[record.producer[each]].inputs[0] for each in weights
    }


@SIDES
def test_what_the_backward_pass_computes_names_the_operation_whose_gradient_it_is(side):
    record = recorded(side, STEPS[side])
    forward = {each.of for each in record.operations if each.of is not None}
    product = record.producer[value(record, np.exp(X**2) * X**2)[0]]
    assert product in forward
    assert record.operations[product].of is None


def test_what_a_loss_has_before_its_mean_is_recorded_too():
    logits, labels = torch.tensor(X), torch.tensor(Y)
    record = recorded("torch", lambda _: F.cross_entropy(logits, labels))
    each = F.cross_entropy(logits, labels, reduction="none").numpy()
    [number] = value(record, each)
    assert record.operations[record.producer[number]].name.endswith(UNREDUCED)
    assert record.operations[record.consumers[number][0]].outputs[0] in value(record, each.mean())


def torch_in_place(_):
    weights = torch.ones(4, 3, dtype=torch.float64)
    weights[:, 0] = torch.tensor(X[:, 0])
    return weights * 2


def test_what_is_written_in_place_comes_from_the_line_that_wrote_it():
    record = recorded("torch", torch_in_place)
    written = np.concatenate([X[:, :1], np.ones((4, 2))], 1)
    assert set(line_of(record, written)) == {line(torch_in_place, "weights[:, 0]")}
    assert value(record, 2 * written)


def tf_assigned(_):
    held = tf.Variable(X)
    held.assign_add(X)
    held.assign(3 * held)
    return tf.exp(held)


def test_a_variable_is_what_was_last_assigned_to_it():
    record = recorded("tf", tf_assigned)
    [number] = value(record, np.exp(6 * X))
    read = record.operations[record.producer[number]].inputs[0]
    assigned = record.operations[record.producer[read]].inputs
    assert any(each in value(record, 6 * X) for each in assigned)


def penalty(side):
    """The gradient of a sum of cubes, squared, and the gradient of that."""

    def in_torch(x):
        [first] = torch.autograd.grad((x**3).sum(), x, create_graph=True)
        (first**2).sum().backward()

    def in_tf(x):
        with tf.GradientTape() as outer:
            with tf.GradientTape() as inner:
                total = tf.reduce_sum(x**3)
            first = inner.gradient(total, x)
            squares = tf.reduce_sum(first**2)
        outer.gradient(squares, x)

    return in_torch if side == "torch" else in_tf


@SIDES
def test_gradients_of_gradients_are_recorded(side):
    record = recorded(side, penalty(side))
    assert value(record, 3 * X**2)
    assert value(record, (9 * X**4).sum())
    assert value(record, 36 * X**3)


@SIDES
def test_what_it_computes_is_the_same_as_without(side):
    results = []
    layer = keras.layers.Dense(2, dtype="float64") if side == "tf" else torch.nn.Linear(3, 2, dtype=torch.float64)

    def step(_=None):
        given = tf.constant(X) if side == "tf" else torch.tensor(X)
        results.append(layer(given).detach().numpy() if side == "torch" else layer(given).numpy())

    step()
    recorded(side, step)
    step()
    assert np.allclose(results[0], results[1], rtol=1e-14)
    assert np.array_equal(results[0], results[2])


def test_sparse_gradients_are_recorded_as_dense_ones():
    def step(_):
        table = torch.tensor(X, requires_grad=True)
        rows = F.embedding(torch.tensor([2, 2]), table, sparse=True)
        rows.sum().backward()
        assert table.grad.is_sparse

    expected = np.zeros((4, 3))
    expected[2] = 2
    assert value(recorded("torch", step), expected)


@SIDES
def test_what_a_weight_is_moved_to_is_known_by_what_moves_it(side):
    def step(x):
        if side == "torch":
            with torch.no_grad():
                x.sub_(torch.tensor(X**2))
        else:
            x.assign_sub(X**2)

    record = recorded(side, step)
    moved = [record.operations[record.producer[each]] for each in value(record, X - X**2) if each in record.producer]
    assert {each.stack[0].line for each in moved} == {line(step, "x.sub_" if side == "torch" else "x.assign_sub")}
    assert all(kind(each.name) == "sub" for each in moved)


def test_what_map_fn_runs_has_the_lines_of_its_file():
    def step(weight):
        def doubled(row):
            return row * 2.0

        tf.map_fn(doubled, tf.constant([[1.5, 2.5], [3.5, 4.5]]))

    record = recorded("tf", step)
    files = {place.file for operation in record.operations for place in operation.stack}
    assert files == {__file__}
    assert line_of(record, [3.0, 5.0])
