"""Optimizers and losses describe themselves so that what means the same is equal, and what differs is one row."""

import functools

import keras
import numpy as np
import pytest
import tensorflow as tf
import torch
from keras import losses, optimizers
from torch import nn

from compare.judging.settings import compare_settings, differences
from tf_impl import optimizers as our_optimizers
from tf_impl.settings import describe as describe_tf
from torch_impl.settings import describe as describe_torch

F = np.float64  # Keras casts Python's floats through float32
WEIGHTS = [nn.Parameter(torch.zeros(2))]
ADAM = {"learning_rate": 1e-3, "beta_1": F(0.9), "beta_2": F(0.999), "epsilon": 1e-8}


def with_(optimizer, **settings):
    return functools.partial(optimizer, **settings)


def unlike_optimizers(make_torch, tf_optimizer):
    rows = compare_settings(describe_torch(None, make_torch(WEIGHTS)), describe_tf(None, tf_optimizer), {})
    assert rows
    return {row.setting for row in differences(rows)}


def unlike_losses(torch_loss, tf_loss):
    return {
        row.setting for row in differences(compare_settings(loss_rows(torch_loss), loss_rows(tf_loss, describe_tf), {}))
    }


def loss_rows(loss, describe=describe_torch):
    return [row for row in describe(None, None, loss) if row.subject.startswith("loss")]


OPTIMIZERS_AND_WHAT_DIFFERS = [
    (torch.optim.SGD, lambda: optimizers.SGD(0.001), set()),
    (torch.optim.SGD, lambda: our_optimizers.SGD(0.001), set()),
    (torch.optim.Adam, lambda: our_optimizers.Adam(0.001), set()),
    (torch.optim.Adam, lambda: our_optimizers.Adam(0.001, epsilon=1e-7), {"eps"}),
    (torch.optim.SGD, lambda: optimizers.SGD(), {"lr"}),
    (with_(torch.optim.SGD, nesterov=True, momentum=0.9), lambda: optimizers.SGD(0.001), {"momentum", "nesterov"}),
    (
        with_(torch.optim.SGD, momentum=0.9),
        lambda: optimizers.SGD(0.001, momentum=F(0.9)),
        {"momentum sense"},
    ),
    (
        with_(torch.optim.SGD, momentum=0.9, weight_decay=0.1),
        lambda: optimizers.SGD(0.001, momentum=F(0.9), weight_decay=F(0.1)),
        {"momentum sense", "weight_decay kind"},
    ),
    # Without momentum both kinds of decay are the same update.
    (with_(torch.optim.SGD, weight_decay=0.1), lambda: optimizers.SGD(0.001, weight_decay=F(0.1)), set()),
    (
        with_(torch.optim.SGD, momentum=0.5, dampening=0.5),
        lambda: optimizers.SGD(0.001, momentum=0.5),
        {"momentum sense", "dampening"},
    ),
    (with_(torch.optim.SGD, maximize=True), lambda: optimizers.SGD(0.001), {"maximize"}),
    (torch.optim.Adam, lambda: optimizers.Adam(**ADAM), {"eps is added"}),
    (torch.optim.Adam, lambda: optimizers.Adam(**ADAM | {"beta_1": 0.9}), {"eps is added", "betas"}),
    (torch.optim.Adam, lambda: optimizers.Adam(**ADAM, amsgrad=True), {"eps is added", "amsgrad"}),
    (torch.optim.Adam, lambda: optimizers.Adam(**ADAM, clipnorm=1.0), {"eps is added", "clipping"}),
    (torch.optim.Adam, lambda: optimizers.Adam(**ADAM, use_ema=True), {"eps is added", "use_ema"}),
    (
        torch.optim.Adam,
        lambda: optimizers.Adam(**ADAM, gradient_accumulation_steps=2),
        {"eps is added", "gradient_accumulation_steps"},
    ),
    (torch.optim.Adam, lambda: optimizers.LossScaleOptimizer(optimizers.Adam(**ADAM)), {"eps is added", "loss scale"}),
    (
        with_(torch.optim.Adam, weight_decay=0.1),
        lambda: optimizers.Adam(**ADAM, weight_decay=F(0.1)),
        {"eps is added", "weight_decay kind"},
    ),
    (torch.optim.AdamW, lambda: optimizers.AdamW(**ADAM, weight_decay=F(0.01)), {"eps is added"}),
    (torch.optim.AdamW, lambda: optimizers.Adam(**ADAM, weight_decay=F(0.01)), {"eps is added"}),
    (torch.optim.AdamW, lambda: optimizers.AdamW(**ADAM), {"eps is added", "weight_decay"}),
    (
        with_(torch.optim.RMSprop, alpha=0.9, eps=1e-7),
        lambda: optimizers.RMSprop(0.01),
        {"eps is added"},
    ),
    (torch.optim.RMSprop, lambda: optimizers.RMSprop(0.01, epsilon=1e-8), {"eps is added", "alpha"}),
    (
        with_(torch.optim.RMSprop, centered=True),
        lambda: optimizers.RMSprop(0.01, rho=0.99, epsilon=1e-8),
        {"eps is added", "centered"},
    ),
    (
        with_(torch.optim.Adagrad, initial_accumulator_value=0.1, eps=1e-7),
        lambda: optimizers.Adagrad(0.01),
        {"eps is added"},
    ),
    (
        with_(torch.optim.Adagrad, lr_decay=0.1, eps=1e-7),
        lambda: optimizers.Adagrad(0.01),
        {"eps is added", "initial_accumulator_value", "lr_decay"},
    ),
    (torch.optim.Adadelta, lambda: optimizers.Adadelta(1.0, rho=0.9, epsilon=1e-6), set()),
    (torch.optim.Adadelta, lambda: optimizers.Adadelta(), {"lr", "rho", "eps"}),
    (torch.optim.Adamax, lambda: optimizers.Adamax(0.002, beta_1=F(0.9), epsilon=1e-8), {"eps is added"}),
    (
        with_(torch.optim.NAdam, momentum_decay=1, eps=1e-7),
        lambda: optimizers.Nadam(0.002, beta_1=F(0.9), beta_2=F(0.999)),
        set(),
    ),
    (
        with_(torch.optim.NAdam, eps=1e-7),
        lambda: optimizers.Nadam(0.002, beta_1=F(0.9), beta_2=F(0.999)),
        {"momentum_decay"},
    ),
    (torch.optim.Adam, lambda: optimizers.RMSprop(0.001, epsilon=1e-8), {"kind", "eps is added"}),
    (torch.optim.SGD, lambda: optimizers.Lion(0.001), {"kind"}),
    (torch.optim.LBFGS, lambda: optimizers.Ftrl(1.0), {"kind"}),
]


@pytest.mark.parametrize(("make_torch", "make_tf", "expected"), OPTIMIZERS_AND_WHAT_DIFFERS)
def test_an_optimizer_differs_in_what_is_off_and_in_what_its_formula_has_otherwise(make_torch, make_tf, expected):
    assert unlike_optimizers(make_torch, make_tf()) == expected


def test_keras_casts_a_python_float_through_float32_and_a_numpy_one_not():
    assert float(keras.ops.cast(0.9, "float64")) == float(np.float32(0.9))
    assert float(keras.ops.cast(F(0.9), "float64")) == 0.9


def test_a_rate_and_betas_that_went_through_float32_are_seen_as_rounded():
    keras.config.set_floatx("float32")
    optimizer = optimizers.Adam(1e-3, epsilon=1e-8)
    keras.config.set_floatx("float64")
    rows = compare_settings(describe_torch(None, torch.optim.Adam(WEIGHTS)), describe_tf(None, optimizer), {})
    rounded = {row.setting: row.tf for row in rows if row.verdict == "rounded to float32"}
    assert rounded == {"lr": float(np.float32(1e-3)), "betas": [float(np.float32(0.9)), float(np.float32(0.999))]}


class OwnUpdate(optimizers.Adam):
    def update_step(self, gradient, variable, learning_rate):
        variable.assign_sub(learning_rate * gradient)


def test_of_a_users_own_update_nothing_is_said_that_is_not_known():
    assert unlike_optimizers(torch.optim.Adam, OwnUpdate(**ADAM)) == set()


def test_a_parameter_group_of_its_own_rate_is_a_subject_of_its_own():
    groups = [{"params": WEIGHTS}, {"params": [nn.Parameter(torch.zeros(1))], "lr": 0.5}]
    rows = compare_settings(
        describe_torch(None, torch.optim.SGD(groups, lr=0.1)), describe_tf(None, optimizers.SGD(0.1)), {}
    )
    assert [(row.subject, row.setting, row.torch) for row in differences(rows)] == [("optimizer group 1", "lr", 0.5)]


def test_a_schedule_is_named_with_its_settings_on_both_sides():
    optimizer = torch.optim.SGD(WEIGHTS, lr=0.1)
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step_size=5, gamma=0.3)
    schedule = optimizers.schedules.ExponentialDecay(F(0.1), 5, 0.3, staircase=True)
    rows = compare_settings(describe_torch(None, optimizer), describe_tf(None, optimizers.SGD(schedule)), {})
    (row,) = differences(rows)
    assert row.setting == "schedule"
    assert scheduler.gamma == 0.3
    assert "StepLR(" in row.torch
    assert "step_size=5" in row.torch
    assert row.tf == "ExponentialDecay(initial_learning_rate=0.1, decay_steps=5, decay_rate=0.3, staircase=True)"


def test_the_rate_of_a_schedule_is_that_of_the_present_step():
    schedule = optimizers.schedules.PiecewiseConstantDecay([0], [F(0.5), F(0.25)])
    optimizer, weight = optimizers.SGD(schedule), keras.Variable(np.ones(1))
    rates = []
    for _ in range(3):
        (row,) = (row for row in describe_tf(None, optimizer) if row.setting == "lr")
        rates.append(row.value)
        optimizer.apply_gradients([(tf.ones(1, tf.float64), weight)])
    assert rates == [0.5, 0.25, 0.25]


def test_weights_that_are_left_out_of_decay_are_told():
    optimizer = optimizers.AdamW(**ADAM, weight_decay=F(0.01))
    optimizer.exclude_from_weight_decay(var_names=["bias"])
    assert unlike_optimizers(torch.optim.AdamW, optimizer) == {"eps is added", "weight_decay excludes"}


LOSSES_AND_WHAT_DIFFERS = [
    (nn.CrossEntropyLoss(), losses.SparseCategoricalCrossentropy(from_logits=True), set()),
    (nn.CrossEntropyLoss(), losses.SparseCategoricalCrossentropy(), {"from_logits"}),
    (nn.CrossEntropyLoss(label_smoothing=0.1), losses.CategoricalCrossentropy(from_logits=True), {"label_smoothing"}),
    (
        nn.CrossEntropyLoss(label_smoothing=0.1),
        losses.CategoricalCrossentropy(from_logits=True, label_smoothing=0.1),
        set(),
    ),
    (nn.CrossEntropyLoss(ignore_index=0), losses.SparseCategoricalCrossentropy(True, ignore_class=0), set()),
    (nn.CrossEntropyLoss(ignore_index=0), losses.SparseCategoricalCrossentropy(True), {"ignore_index"}),
    (nn.CrossEntropyLoss(reduction="sum"), losses.SparseCategoricalCrossentropy(True), {"reduction"}),
    (nn.CrossEntropyLoss(torch.tensor([1.0, 2.0, 1.0])), losses.SparseCategoricalCrossentropy(True), {"weight"}),
    (nn.CrossEntropyLoss(torch.ones(3)), losses.SparseCategoricalCrossentropy(True), set()),
    (nn.BCEWithLogitsLoss(), losses.BinaryCrossentropy(from_logits=True), set()),
    (nn.BCEWithLogitsLoss(), losses.BinaryCrossentropy(), {"from_logits"}),
    (nn.BCELoss(), losses.BinaryCrossentropy(), set()),
    (nn.BCEWithLogitsLoss(pos_weight=torch.ones(1)), losses.BinaryCrossentropy(True), {"pos_weight"}),
    (nn.MSELoss(), losses.MeanSquaredError(), set()),
    (nn.MSELoss(reduction="none"), losses.MeanSquaredError(reduction=None), set()),
    (nn.MSELoss(), losses.MeanAbsoluteError(), {"kind"}),
    (nn.L1Loss(reduction="sum"), losses.MeanAbsoluteError(reduction="sum"), set()),
    (nn.HuberLoss(), losses.Huber(), set()),
    (nn.HuberLoss(delta=0.5), losses.Huber(), {"delta"}),
    (nn.KLDivLoss(), losses.KLDivergence(), {"reduction"}),
    (nn.KLDivLoss(reduction="batchmean"), losses.KLDivergence(), set()),
]


@pytest.mark.parametrize(("torch_loss", "tf_loss", "expected"), LOSSES_AND_WHAT_DIFFERS)
def test_a_loss_differs_in_what_is_off(torch_loss, tf_loss, expected):
    assert unlike_losses(torch_loss, tf_loss) == expected


GLOBAL_TORCH, GLOBAL_TF = nn.MSELoss(), losses.MeanSquaredError()


def test_losses_are_found_wherever_a_function_names_them():
    criterion, penalty = nn.MSELoss(), nn.L1Loss()

    def inner(prediction):
        return penalty(prediction, prediction)

    def loss(model, batch):
        return criterion(model(batch), batch) + inner(batch) + GLOBAL_TORCH(batch, batch)

    class Holder:
        def __init__(self):
            self.criterion = criterion

        def __call__(self, model, batch):
            return self.criterion(model, batch)

        def loss(self, model, batch):
            return self.criterion(model, batch)

    kinds = [row.kind for row in loss_rows(loss) if row.setting == "reduction"]
    assert sorted(kinds) == ["L1Loss", "MSELoss", "MSELoss"]
    for one in (Holder(), Holder().loss, functools.partial(Holder().loss, None), lambda m, b: criterion(m, b)):
        assert [row.kind for row in loss_rows(one)] == ["MSELoss"]
    assert loss_rows(lambda model, batch: model(batch).sum()) == []


def test_losses_are_found_in_a_tf_function_as_well():
    criterion = losses.Huber()

    @tf.function
    def loss(model, batch):
        return criterion(batch, model(batch)) + GLOBAL_TF(batch, batch)

    kinds = {row.kind for row in loss_rows(loss, describe_tf)}
    assert kinds == {"HuberLoss", "MSELoss"}


def test_our_own_adam_says_that_it_adds_epsilon_as_pytorch_does():
    for rows in (describe_torch(None, torch.optim.Adam(WEIGHTS)), describe_tf(None, our_optimizers.Adam(0.001))):
        assert [row.value for row in rows if row.setting == "eps is added"] == ["after the bias correction"]
