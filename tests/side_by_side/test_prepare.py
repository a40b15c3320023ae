"""A side is made ready once: a step of the user's own stays as it is written, a default step is compiled."""

import keras
import numpy as np
import pytest
import tensorflow as tf
import torch
from keras import layers, optimizers

import torch_impl.prepare
from compare.inputs.side import Side
from tf_impl import graph, prepare, train

X = np.arange(12.0).reshape(4, 3) / 12


def mean_square(model, batch, training=True):
    return tf.reduce_mean(model(batch["x"], training=training) ** 2), {}


def built(model, eager=False, **side):
    def make(_):
        return Side(model(), mean_square, optimizers.SGD(0.5), **side)

    return prepare.build(make, {}, "float64", [{"x": tf.constant(X)}], eager)


def dense():
    return keras.Sequential([layers.Dense(2)])


@pytest.mark.parametrize("batches", [None, iter])
def test_a_pipeline_of_the_sides_own_may_give_other_shapes_than_the_examples(batches):
    ready = built(dense, batches=batches)
    ready.step(ready.side, {"x": tf.constant(X)})
    if batches is None:
        with pytest.raises((TypeError, ValueError, tf.errors.InvalidArgumentError)):
            ready.step(ready.side, {"x": tf.constant(X[:2])})
    else:
        expected = mean_square(ready.side.model, {"x": tf.constant(X[:2])})[0]
        loss, _ = ready.step(ready.side, {"x": tf.constant(X[:2])})
        assert float(loss) == pytest.approx(float(expected), rel=1e-13)


class Counting:
    """A step that notes how often Python went through it."""

    def __init__(self):
        self.times = 0

    def __call__(self, side, batch):
        self.times += 1
        return train.train_step(side, batch)


def run(ready, steps=4):
    for _ in range(steps):
        ready.step(ready.side, {"x": tf.constant(X)})


def test_a_users_step_is_neither_traced_nor_called_before_the_training():
    step = Counting()
    ready = built(dense, step=step, as_written=True)
    assert (ready.compiled, step.times) == (None, 0)
    run(ready)
    assert step.times == 4


def test_a_step_of_ours_is_traced_and_then_a_graph():
    step = Counting()
    ready = built(dense, step=step)
    traced = step.times
    run(ready)
    assert (ready.compiled, step.times) == (True, traced)
    assert traced >= 1


@pytest.mark.parametrize(("eager", "compiled"), [(False, True), (True, None)])
def test_the_loops_own_step_is_compiled_unless_it_is_to_run_as_it_is_written(eager, compiled):
    assert built(dense, eager).compiled is compiled


@pytest.mark.parametrize("side", ["torch", "tf"])
@pytest.mark.parametrize("optimizer", [None, "sgd", ["one", "two"]])
def test_an_optimizer_that_the_default_step_cannot_use_is_refused_with_what_to_give(side, optimizer):
    def make(model, loss):
        return lambda _: Side(model, loss, optimizer)

    if side == "tf":
        build, made, x = prepare.build, make(dense(), mean_square), tf.constant(X)
    else:
        model = torch.nn.Linear(3, 2)
        build, made, x = torch_impl.prepare.build, make(model, lambda *_, **__: None), torch.from_numpy(X)
    with pytest.raises(ValueError, match=f"{type(optimizer).__name__} does not have: give one of .*{side}_step"):
        build(made, {}, "float64", [{"x": x}])


def test_what_runs_as_a_graph_is_noted_unless_all_runs_eagerly():
    doubled = tf.function(lambda x: 2 * x)
    with graph.graphs_called() as called:
        with graph.eagerly():
            doubled(tf.constant(X))
        assert called == []
        doubled(tf.constant(X))
    assert len(called) == 1
    doubled(tf.constant(X))
    assert len(called) == 1
