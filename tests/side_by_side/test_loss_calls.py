"""Losses as they are called: an object or a function, of Keras or TensorFlow, differs from PyTorch's in what is off."""

import sys
from functools import partial

import keras
import numpy as np
import pytest
import tensorflow as tf
import torch
from keras import losses
from keras.losses import binary_crossentropy, categorical_crossentropy, huber
from torch import nn
from torch.nn import functional
from torch.nn.functional import cross_entropy

from compare.judging.settings import compare_settings, differences
from compare.traces.settings.loss_calls import with_called
from compare.traces.trace import Trace
from tf_impl.settings import loss_calls as tf_calls
from torch_impl.recorder import Recorder
from torch_impl.settings import loss_calls as torch_calls

LABELS, ROWS = np.array([0, 2, 1]), np.arange(12.0).reshape(3, 4) / 20 + 0.1
ONE_HOT, BINARY = np.eye(4)[LABELS], np.array([[0.0, 1, 1, 0]] * 3)


def seen(calls, call, *arrays):
    calls.start()
    try:
        call(*arrays)
    finally:
        calls.stop()
    return with_called([], calls.found)


def unlike(torch_loss, tf_loss, torch_target, tf_target):
    """The settings that differ between PyTorch's loss of (prediction, target) and Keras' of (target, prediction)."""
    torch_rows = seen(torch_calls(), torch_loss, torch.tensor(ROWS), torch.tensor(torch_target))
    tf_rows = seen(tf_calls(), tf_loss, tf.constant(tf_target), tf.constant(ROWS))
    assert torch_rows
    assert tf_rows
    return {row.setting for row in differences(compare_settings(torch_rows, tf_rows, {}))}


SPARSE = losses.SparseCategoricalCrossentropy
MULTI_CLASS = [
    (cross_entropy, SPARSE(from_logits=True), set()),
    (nn.CrossEntropyLoss(), SPARSE(from_logits=False), {"from_logits"}),
    (partial(cross_entropy, label_smoothing=0.1), SPARSE(from_logits=True), {"label_smoothing"}),
    (partial(cross_entropy, ignore_index=1), SPARSE(True), {"ignore_index"}),
    (partial(functional.cross_entropy, ignore_index=1), SPARSE(True, ignore_class=1), set()),
    (partial(cross_entropy, weight=torch.full((4,), 2.0, dtype=torch.float64)), SPARSE(True), {"weight"}),
    (
        nn.CrossEntropyLoss(torch.full((4,), 2.0, dtype=torch.float64)),
        lambda y, p: SPARSE(True)(y, p, sample_weight=2 * tf.ones(3, tf.float64)),
        {"weight"},  # PyTorch divides by their sum
    ),
    *(
        (
            nn.CrossEntropyLoss(torch.full((4,), 2.0, dtype=torch.float64), reduction=torch_reduction),
            lambda y, p, by=reduction: SPARSE(True, reduction=by)(y, p, sample_weight=2 * tf.ones(3, tf.float64)),
            set(),
        )
        for torch_reduction, reduction in (("mean", "mean_with_sample_weight"), ("mean", None), ("sum", "sum"))
    ),
    (cross_entropy, lambda y, p: SPARSE(True)(y, p, sample_weight=tf.ones(3, tf.float64)), set()),
    (cross_entropy, lambda y, p: SPARSE(True)(y, p, sample_weight=2 * tf.ones(3, tf.float64)), {"weight"}),
    (nn.CrossEntropyLoss(torch.ones(4, dtype=torch.float64)), SPARSE(True), set()),
    (partial(cross_entropy, reduction="sum"), SPARSE(True), {"reduction"}),
    (cross_entropy, lambda y, p: keras.losses.sparse_categorical_crossentropy(y, p, from_logits=True), set()),
    (cross_entropy, keras.losses.sparse_categorical_crossentropy, {"from_logits"}),
    (cross_entropy, keras.ops.sparse_categorical_crossentropy, {"from_logits"}),
    (cross_entropy, lambda y, p: tf.nn.sparse_softmax_cross_entropy_with_logits(y, p), set()),
]


@pytest.mark.parametrize(("torch_loss", "tf_loss", "expected"), MULTI_CLASS)
def test_a_loss_of_classes_differs_in_what_is_off(torch_loss, tf_loss, expected):
    assert unlike(torch_loss, tf_loss, LABELS, LABELS) == expected


BCE = functional.binary_cross_entropy_with_logits
OF_ROWS = [
    (cross_entropy, partial(categorical_crossentropy, from_logits=True), set()),
    (cross_entropy, partial(categorical_crossentropy, from_logits=True, label_smoothing=0.2), {"label_smoothing"}),
    (cross_entropy, tf.nn.softmax_cross_entropy_with_logits, set()),
    (functional.binary_cross_entropy, binary_crossentropy, set()),
    (BCE, binary_crossentropy, {"from_logits"}),
    (BCE, tf.nn.sigmoid_cross_entropy_with_logits, set()),
    (
        partial(BCE, pos_weight=torch.tensor(2.0)),
        partial(tf.nn.weighted_cross_entropy_with_logits, pos_weight=2.0),
        set(),
    ),
    (
        nn.BCEWithLogitsLoss(pos_weight=torch.tensor(2.0)),
        partial(tf.nn.weighted_cross_entropy_with_logits, pos_weight=3.0),
        {"pos_weight"},
    ),
    (functional.mse_loss, losses.MeanSquaredError(), set()),
    (functional.l1_loss, losses.MeanSquaredError(), {"kind"}),
    (functional.huber_loss, partial(huber, delta=0.5), {"delta"}),
    (functional.smooth_l1_loss, huber, set()),
]


@pytest.mark.parametrize(("torch_loss", "tf_loss", "expected"), OF_ROWS)
def test_a_loss_of_rows_differs_in_what_is_off(torch_loss, tf_loss, expected):
    assert unlike(torch_loss, tf_loss, BINARY, BINARY) == expected


class Weighed(keras.losses.Loss):
    def call(self, y_true, y_pred):
        return huber(y_true, y_pred, delta=0.25)


def kinds(call):
    return {
        (row.kind, row.setting, row.value) for row in seen(tf_calls(), call, tf.constant(BINARY), tf.constant(ROWS))
    }


def test_a_loss_of_the_users_own_is_looked_into():
    assert ("HuberLoss", "delta", 0.25) in kinds(Weighed())


def test_a_metric_is_no_loss():
    assert kinds(lambda y, p: keras.metrics.BinaryCrossentropy()(y, p)) == set()
    assert kinds(lambda y, p: keras.metrics.BinaryCrossentropy().update_state(y, p)) == set()


def test_the_losses_of_a_compiled_model_are_seen():
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(4)])
    model.compile("sgd", loss=losses.Huber(delta=0.5))
    assert ("HuberLoss", "delta", 0.5) in kinds(lambda y, p: model.compute_loss(y=y, y_pred=p))


def test_every_loss_of_pytorch_that_calls_a_function_is_watched():
    watched = {reader.args[0] for reader in torch_calls()._readers.values()}
    assert watched >= {"MSELoss", "NLLLoss", "KLDivLoss", "CTCLoss", "PoissonNLLLoss", "TripletMarginLoss", "HuberLoss"}


def test_a_recorder_keeps_the_losses_of_its_first_audited_step_and_leaves_no_profiler(tmp_path):
    model = nn.Linear(4, 4)
    optimizer = torch.optim.SGD(model.parameters(), 0.1)
    recorder = Recorder(tmp_path / "torch", model, optimizer)
    criteria = {"first": nn.HuberLoss(delta=0.5), "later": nn.L1Loss()}
    for name in ("first", "later"):
        loss = criteria[name](model(torch.ones(2, 4)), torch.zeros(2, 4))
        loss.backward()
        optimizer.step()
        functional.mse_loss(loss, loss)  # after the update, as another optimizer's loss may be
        recorder.step(loss)
        assert sys.getprofile() is None
    recorder.close()
    with Trace(tmp_path / "torch.npz") as trace:
        said = [(each.kind, each.setting, each.value) for each in trace.header.settings if each.subject[:4] == "loss"]
    assert said == [("HuberLoss", "reduction", "mean"), ("HuberLoss", "delta", 0.5), ("MSELoss", "reduction", "mean")]


@pytest.mark.parametrize(("factors", "expected"), [(None, [1, 1]), ([1.0, 1.0], [1, 1]), ([1.0, 0.5], [1, 0.5])])
def test_the_factors_that_compile_was_given_are_settings_of_the_losses(factors, expected):
    given = keras.Input((2,))
    model = keras.Model(given, [keras.layers.Dense(1)(given), keras.layers.Dense(1)(given)])
    model.compile("sgd", loss=["mse", "mae"], loss_weights=factors, run_eagerly=True)
    rows = seen(tf_calls(), model.train_on_batch, tf.ones((4, 2)), [tf.ones((4, 1))] * 2)
    found = {row.kind: row.value for row in rows if row.setting == "loss_weights"}
    assert [found.get(kind, 1) for kind in ("MSELoss", "L1Loss")] == expected
