"""The learning rate of every step is the one that its update used, however the loop sets it, and on both sides."""

import keras
import numpy as np
import pytest
import tensorflow as tf
import torch

from compare.traces.trace import Trace
from tf_impl.recorder import Recorder as TfRecorder
from tf_impl.weights import further_rates as tf_further
from torch_impl.recorder import Recorder as TorchRecorder
from torch_impl.weights import further_rates as torch_further

SIDES = ("torch", "tf")
STEPS = 6
NAN = np.nan


class TorchLoop:
    """One weight, and what a loop does with its optimizer."""

    def __init__(self, path, rate=0.5):
        self.model = torch.nn.Linear(1, 1, bias=False)
        self.optimizer = torch.optim.SGD(self.model.parameters(), lr=rate)
        self.recorder = TorchRecorder(path, self.model, self.optimizer, audits=(1,))

    def set(self, rate):
        self.optimizer.param_groups[0]["lr"] = rate

    def update(self):
        self.model.weight.grad = torch.ones(1, 1)
        self.optimizer.step()


class TfLoop:
    """One weight, and what a loop does with its optimizer, whose update is compiled."""

    def __init__(self, path, rate=0.5):
        self.model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, use_bias=False)])
        self.optimizer = keras.optimizers.SGD(rate)
        self.recorder = TfRecorder(path, self.model, self.optimizer, audits=(1,))
        self.update = tf.function(lambda: self.optimizer.apply([tf.ones((1, 1))], self.model.trainable_variables))

    def set(self, rate):
        self.optimizer.learning_rate = rate


LOOPS = {"torch": TorchLoop, "tf": TfLoop}
RATES = [2.0**-step for step in range(STEPS)]  # exact in every dtype


def recorded(path, name="learning_rate"):
    with Trace(path) as trace:
        assert len(trace.curves["loss"]) == STEPS
        return trace.curves[name].tolist()


def before(loop, step):
    loop.set(RATES[step])
    loop.update()


def after(loop, step):
    loop.set(RATES[0]) if step == 0 else None
    loop.update()
    loop.set(RATES[step + 1] if step + 1 < STEPS else 7.0)


def before_and_after(loop, step):
    before(loop, step)
    loop.set(7.0)
    loop.set(8.0)


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("step_of", [before, after, before_and_after])
def test_a_rate_that_a_loop_sets_itself_is_the_one_that_its_update_used(side, step_of, tmp_path):
    loop = LOOPS[side](tmp_path / "trace.npz")
    for step in range(STEPS):
        step_of(loop, step)
        loop.recorder.step(1.0)
    loop.recorder.close()
    assert recorded(tmp_path / "trace.npz") == RATES


@pytest.mark.parametrize("side", SIDES)
def test_a_rate_that_is_set_between_two_steps_counts_to_the_second(side, tmp_path):
    loop = LOOPS[side](tmp_path / "trace.npz", rate=1.0)
    for step in range(STEPS):
        loop.update()
        loop.recorder.step(1.0)
        loop.set(RATES[min(step + 1, STEPS - 1)])
    loop.recorder.close()
    assert recorded(tmp_path / "trace.npz") == RATES


@pytest.mark.parametrize("side", SIDES)
def test_a_step_without_an_update_has_no_rate_and_one_of_two_updates_the_first(side, tmp_path):
    loop = LOOPS[side](tmp_path / "trace.npz", rate=0.25)
    for step in range(STEPS):
        for _ in range(step % 3):
            loop.update()
            loop.set(0.5 if step % 3 == 2 else 0.25)
        loop.recorder.step(1.0)
        loop.set(0.25)
    loop.recorder.close()
    np.testing.assert_array_equal(recorded(tmp_path / "trace.npz"), [NAN, 0.25, 0.25, NAN, 0.25, 0.25])


def scheduled(path, side, early):
    """A warm-up that both frameworks know as their own; `early` steps ahead."""
    if side == "torch":
        loop = TorchLoop(path, 1.0)
        schedule = torch.optim.lr_scheduler.LambdaLR(loop.optimizer, lambda step: RATES[min(step + early, STEPS - 1)])
    else:
        bounds = [step - early for step in range(STEPS - 1)]
        loop = TfLoop(path, keras.optimizers.schedules.PiecewiseConstantDecay(bounds, RATES))
    for _ in range(STEPS):
        loop.update()
        if side == "torch":
            schedule.step()
        loop.recorder.step(1.0)
    loop.recorder.close()
    return recorded(path)


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("early", [0, 1])
def test_a_schedule_is_seen_at_every_step_as_it_was_used(side, early, tmp_path):
    expected = [RATES[min(step + early, STEPS - 1)] for step in range(STEPS)]
    assert scheduled(tmp_path / "trace.npz", side, early) == expected


def test_a_schedule_that_no_graph_can_hold_is_evaluated_step_by_step(tmp_path):
    class Halves(keras.optimizers.schedules.LearningRateSchedule):
        def __call__(self, step):
            return tf.constant(0.5 ** int(step))

    loop = TfLoop(tmp_path / "trace.npz", Halves())
    loop.update = lambda: loop.optimizer.apply([tf.ones((1, 1))], loop.model.trainable_variables)
    for _ in range(STEPS):
        loop.update()
        loop.recorder.step(1.0)
    loop.recorder.close()
    assert recorded(tmp_path / "trace.npz") == RATES


def test_a_rate_that_a_graph_sets_is_not_known_where_it_changes(tmp_path):
    loop = TfLoop(tmp_path / "trace.npz", 1.0)
    halve = tf.function(lambda: loop.optimizer.learning_rate.assign(loop.optimizer.learning_rate / 2))
    halve.get_concrete_function()
    loop.set(1.0)
    for step in range(STEPS):
        loop.update()
        if step == 3:
            halve()
        loop.recorder.step(1.0)
    loop.recorder.close()
    np.testing.assert_array_equal(recorded(tmp_path / "trace.npz"), [1, 1, 1, NAN, 0.5, 0.5])


def test_a_function_is_not_called_at_each_step_for_it_might_change_something(tmp_path):
    loop, calls = TfLoop(tmp_path / "trace.npz"), []
    loop.optimizer.learning_rate = lambda: calls.append(1) or 0.5
    loop.recorder.close()
    recorder = TfRecorder(tmp_path / "trace.npz", loop.model, loop.optimizer, audits=())
    for _ in range(STEPS):
        loop.update()
        recorder.step(1.0)
    recorder.close()
    assert len(calls) <= 2, "when its graph was traced, and for the settings"
    with Trace(tmp_path / "trace.npz") as trace:
        assert "learning_rate" not in trace.curves


@pytest.mark.parametrize("side", SIDES)
def test_two_optimizers_have_a_curve_each_and_an_object_of_ones_own_has_none(side, tmp_path):
    loop = LOOPS[side](tmp_path / "trace.npz", 0.25)
    recorder = type(loop.recorder)(
        tmp_path / "two.npz", loop.model, {"one": loop.optimizer, "other": object()}, audits=()
    )
    loop.recorder.discard()
    for _ in range(STEPS):
        loop.update()
        recorder.step(1.0)
    recorder.close()
    assert recorded(tmp_path / "two.npz", "learning_rate (one)") == [0.25] * STEPS
    with Trace(tmp_path / "two.npz") as trace:
        assert set(trace.curves) == {"loss", "examples", "seconds", "learning_rate (one)"}


def test_groups_with_rates_of_their_own_have_a_curve_each(tmp_path):
    model = torch.nn.Linear(1, 1)
    groups = [{"params": [model.weight]}, {"params": [model.bias], "lr": 0.5}]
    optimizer = torch.optim.SGD(groups, lr=0.25)
    recorder = TorchRecorder(tmp_path / "trace.npz", model, optimizer, audits=())
    for _ in range(STEPS):
        optimizer.step()
        recorder.step(1.0)
    recorder.close()
    assert recorded(tmp_path / "trace.npz", "learning_rate (group 0)") == [0.25] * STEPS
    assert recorded(tmp_path / "trace.npz", "learning_rate (group 1)") == [0.5] * STEPS


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("end", ["close", "discard"])
def test_nothing_stays_attached(side, end, tmp_path):
    loop = LOOPS[side](tmp_path / "trace.npz")
    loop.update()
    loop.recorder.step(1.0)
    getattr(loop.recorder, end)()
    if side == "torch":
        assert not loop.optimizer._optimizer_step_pre_hooks
    else:
        assert "assign" not in vars(loop.optimizer.learning_rate)


def further_of_torch(make, trained=3, count=6):
    optimizer = torch.optim.SGD(torch.nn.Linear(1, 1).parameters(), lr=0.5)
    schedule = make(optimizer)
    for _ in range(trained):
        optimizer.step()
        schedule.step()
    return torch_further(optimizer, schedule, count)


def further_of_tf(rate, trained=3, count=6):
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    optimizer = keras.optimizers.SGD(rate)
    for _ in range(trained):
        optimizer.apply([tf.ones((1, 1)), tf.ones(1)], model.trainable_variables)
    return tf_further(optimizer, None, count)


def test_a_schedule_goes_on_behind_the_last_step():
    [of_torch] = further_of_torch(lambda each: torch.optim.lr_scheduler.StepLR(each, 5, 0.1)).values()
    [of_tf] = further_of_tf(keras.optimizers.schedules.PiecewiseConstantDecay([4], [0.5, 0.05])).values()
    expected = [0.5, 0.5, 0.05, 0.05, 0.05, 0.05]
    assert np.allclose(of_torch[:, 0], expected, rtol=1e-12)
    assert np.allclose(of_tf[:, 0], expected, rtol=1e-6)


def test_a_constant_rate_stays():
    assert further_of_tf(0.5)[""].tolist() == [[0.5]] * 6
    optimizer = torch.optim.SGD(torch.nn.Linear(1, 1).parameters(), lr=0.5)
    assert torch_further(optimizer, None, 6)[""].tolist() == [[0.5]] * 6


def test_a_schedule_of_so_many_steps_ends_with_them():
    one_cycle = torch.optim.lr_scheduler.OneCycleLR
    [rates] = further_of_torch(lambda each: one_cycle(each, 0.5, total_steps=7), count=20).values()
    assert len(rates) == 7 - 3


def test_how_a_schedule_that_hangs_on_the_loss_goes_on_is_not_known():
    optimizer = torch.optim.SGD(torch.nn.Linear(1, 1).parameters(), lr=0.5)
    assert torch_further(optimizer, torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer), 6) == {}
