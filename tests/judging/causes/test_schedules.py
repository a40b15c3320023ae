"""PyTorch's schedule in the place of the rate or schedule of Keras' optimizer."""

import numpy as np
import pytest

from compare.judging.causes.schedules import period_of, scheduled_alike
from tests.helpers.passages import statements

IMPORT = "from tf_impl.schedules import "


def written(words, tf="y = SGD(0.1)", rate=0.1, period=1, torch="", bases=()):
    return statements(lambda passage: scheduled_alike(passage, words, rate, period, bases), tf, torch)


@pytest.mark.parametrize(
    ("words", "schedule"),
    [
        ("ExponentialLR(gamma=0.9)", "ExponentialLR(0.1, gamma=0.9)"),
        ("CosineAnnealingLR(T_max=8, eta_min=0.02)", "CosineAnnealingLR(0.1, T_max=8, eta_min=0.02)"),
        ("MultiStepLR(gamma=0.1, milestones=[3, 6])", "MultiStepLR(0.1, gamma=0.1, milestones=[3, 6])"),
        ("LinearLR(end_factor=1.0, start_factor=0.5, total_iters=4)",
         "LinearLR(0.2, end_factor=1.0, start_factor=0.5, total_iters=4)"),
    ],
)  # fmt: skip
def test_it_has_pytorchs_first_rate_and_settings(words, schedule):
    name = schedule.partition("(")[0]
    assert written(words) == [f"{IMPORT}{name}; y = SGD(learning_rate={schedule})"]


def test_the_rest_of_the_optimizer_stays_and_what_was_scheduled_goes():
    [found] = written("ExponentialLR(gamma=0.9)", "y = SGD(CosineDecay(0.1, 8), momentum=0.9)")
    assert found.endswith("y = SGD(momentum=0.9, learning_rate=ExponentialLR(0.1, gamma=0.9))")
    [found] = written("ExponentialLR(gamma=0.9)", "y = SGD(learning_rate=decay, nesterov=True)")
    assert found.endswith("y = SGD(nesterov=True, learning_rate=ExponentialLR(0.1, gamma=0.9))")


def test_one_after_the_other_begin_with_what_the_first_makes_of_the_rate():
    words = "SequentialLR(LinearLR(start_factor=0.1, total_iters=2), ExponentialLR(gamma=0.9), milestones=[2])"
    [found] = written(words, rate=0.01)
    parts = "LinearLR(0.1, start_factor=0.1, total_iters=2), ExponentialLR(0.1, gamma=0.9)"
    assert found.endswith(f"SGD(learning_rate=SequentialLR([{parts}], milestones=[2]))")
    assert found.startswith(f"{IMPORT}ExponentialLR, LinearLR, SequentialLR; ")


def test_a_scheduler_that_is_stepped_once_an_epoch_counts_in_updates():
    [found] = written("StepLR(gamma=0.5, step_size=2)", period=3)
    assert "StepLR(0.1, gamma=0.5, step_size=6)" in found
    [found] = written("ExponentialLR(gamma=0.5)", period=3)
    assert "StepLR(0.1, step_size=3, gamma=0.5)" in found
    [found] = written("CosineAnnealingLR(T_max=8)", period=3)
    assert "LambdaLR(1.0, lambda step: CosineAnnealingLR(0.1, T_max=8).rate(step // 3))" in found
    assert found.startswith(f"{IMPORT}CosineAnnealingLR, LambdaLR; ")


def test_where_training_went_on_the_schedule_is_of_the_rate_that_the_code_gives():
    first, second = written("CosineAnnealingLR(T_max=8)", rate=0.03, bases=[0.1])
    assert "CosineAnnealingLR(0.03, T_max=8)" in first
    assert "CosineAnnealingLR(0.1, T_max=8)" in second


def test_a_function_of_the_users_own_is_written_with_tensorflows_operations():
    torch = "schedule = LambdaLR(optimizer, lambda epoch: min((epoch + 1) / 4, 1))"
    [found] = written("LambdaLR()", torch=torch)
    assert found.endswith("y = SGD(learning_rate=LambdaLR(0.1, lambda step: tf.minimum((step + 1) / 4, 1)))")
    assert "import tensorflow" not in found, "which the file has"
    assert written("LambdaLR()", torch="schedule = LambdaLR(optimizer, table.get)") == []


def test_one_whose_settings_are_not_its_arguments_is_made_as_pytorchs_code_makes_it():
    torch = "z = OneCycleLR(optimizer, 0.1, epochs=2, steps_per_epoch=5, cycle_momentum=False)"
    [found] = written("OneCycleLR(anneal_strategy=cos, ends=[2.0, 9], values=[0.004, 0.1])", torch=torch)
    assert found.endswith("y = SGD(learning_rate=OneCycleLR(max_lr=0.1, total_steps=10))")
    assert written("OneCycleLR(ends=[2.0, 9])", torch="z = OneCycleLR(optimizer, peak, total_steps=10)") == []


def test_no_schedule_is_the_rate_itself():
    assert written(None, "y = SGD(ExponentialDecay(0.1, 1, 0.9))") == ["y = SGD(learning_rate=0.1)"]


@pytest.mark.parametrize("words", ["LambdaLR()", "ReduceLROnPlateau(patience=3)", "a function", "(", "3"])
def test_of_what_tf_impl_cannot_make_from_its_settings_nothing_is_tried(words):
    assert written(words) == []


def test_only_optimizers_are_scheduled():
    assert written("ExponentialLR(gamma=0.9)", "y = layers.Dense(3)") == []


@pytest.mark.parametrize(
    ("rates", "period"),
    [([1, 1, 2, 2, 3, 3], 2), ([1, 2, 3, 4], 1), ([1, 1, 1, 2, 2, 2, 2, 2, 2, 3], 3), ([1, 1, 1, 2, 2], 1), ([1], 1)],
)
def test_the_period_is_what_all_changes_of_the_rate_are_multiples_of(rates, period):
    assert period_of(np.array(rates, float)) == period
