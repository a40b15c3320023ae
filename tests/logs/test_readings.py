"""Two logs that number or average their losses differently are compared by what they mean, or that is said."""

import numpy as np
import pytest

from compare.logs.diagnose import diagnose
from compare.logs.loss_log import LogError, LossLog
from compare.logs.readings import align
from tests.helpers.numpy_training import STEPS_PER_EPOCH, Training, log, losses

PLAIN = losses(Training(rate=0.02))
FASTER = losses(Training(rate=0.02, rate_from=(0, 1.5)))


def running(curve):
    return np.concatenate([np.cumsum(part) / np.arange(1, len(part) + 1) for part in epochs(curve)])


def epochs(curve):
    return curve.reshape(-1, STEPS_PER_EPOCH)


def coarse(curve, steps, counter="step"):
    return LossLog(log(curve).path, np.array(steps), np.array(curve), np.full(len(curve), 1e-8), counter)


SAME = {
    "means of ten": coarse(PLAIN.reshape(-1, 10).mean(1), range(10, 121, 10)),
    "every tenth, from 1": coarse(PLAIN[::10], range(1, 121, 10)),
    "every tenth, from 0": coarse(PLAIN[::10], range(0, 120, 10)),
    "shorter, from 1": coarse(PLAIN[:100], range(1, 101)),
    "numbered by examples": coarse(PLAIN, range(0, 120 * 32, 32)),
    "means of epochs": coarse(epochs(PLAIN).mean(1), range(6), "epoch"),
    "the last of epochs": coarse(epochs(PLAIN)[:, -1], range(1, 7), "epoch"),
    "running means": coarse(running(PLAIN), range(120)),
    "means of lines without numbers": coarse(PLAIN.reshape(-1, 10).mean(1), range(1, 13), "line"),
}


@pytest.mark.parametrize("other", SAME.values(), ids=SAME.keys())
@pytest.mark.parametrize("swapped", [False, True])
def test_the_same_training_logged_otherwise_is_equal(other, swapped):
    pair = (other, log(PLAIN)) if swapped else (log(PLAIN), other)
    assert diagnose(*pair).pattern == "equal"


@pytest.mark.parametrize("curve", [running(FASTER)])
def test_running_means_of_another_training_are_not_blamed_on_the_optimizer(curve):
    diagnosis = diagnose(log(PLAIN), log(curve, name="right.csv"))
    assert diagnosis.pattern == "measured differently"
    assert "right.csv is far smoother" in diagnosis.sentence


def test_epochs_of_another_training_are_compared_by_the_means_that_they_may_be():
    diagnosis = diagnose(log(PLAIN), coarse(epochs(FASTER).mean(1), range(6), "epoch"))
    assert diagnosis.pattern == "apart from epoch 0"
    assert diagnosis.sentence.startswith(
        "if a line of left.csv is the mean of its epoch's steps, as Keras' is, the trai"
    )
    assert "the learning rate" in diagnosis.sentence
    assert "by the mean of its steps in each epoch" in diagnosis.note


@pytest.mark.parametrize("weight", [0.7, 0.0])
def test_means_that_weigh_the_last_batch_less_are_not_said_to_be_of_another_training(weight):
    weights = np.append(np.ones(STEPS_PER_EPOCH - 1), weight)
    weighted = coarse((epochs(PLAIN) * weights).sum(1) / weights.sum(), range(6), "epoch")
    diagnosis = diagnose(log(PLAIN), weighted)
    assert diagnosis.pattern == "measured differently"
    assert "trainings differ" not in diagnosis.sentence


def test_another_rate_is_not_taken_for_other_means():
    for factor in (0.5, 1.01, 1.5, 2):
        curve = losses(Training(rate=0.02, rate_from=(0, factor)))
        assert diagnose(log(PLAIN), log(curve)).pattern == "apart at step 1"


def test_a_smooth_curve_at_half_the_rate_is_not_taken_for_running_means():
    assert diagnose(*(log(np.exp(-rate * np.arange(60))) for rate in (0.1, 0.05))).pattern == "apart at step 1"


def test_logs_of_the_same_steps_are_aligned_without_a_note(read):
    left, right, note, *_ = align(read("0,2\n1,1\n"), read("0,3\n1,4\n", "right.csv"))
    assert (left.losses.tolist(), right.losses.tolist(), note) == ([2, 1], [3, 4], "")


def test_logs_of_different_steps_are_reduced_to_the_common_ones(read):
    left, right, note, *_ = align(read("0,9\n10,8\n20,7\n"), read("10,1\n15,2\n20,3\n25,4\n", "right.csv"))
    assert (left.steps.tolist(), left.losses.tolist(), right.losses.tolist()) == ([10, 20], [8, 7], [1, 3])
    assert note == "compared at the 2 steps that both have, of 3 and 4"


def test_logs_numbered_one_apart_are_aligned_line_by_line(read):
    left, right, note, *_ = align(read("0,9\n1,8\n2,7\n"), read("1,1\n2,2\n3,3\n", "right.csv"))
    assert (left.losses.tolist(), right.losses.tolist()) == ([9, 8, 7], [1, 2, 3])
    assert "numbered one apart" in note


def test_logs_that_may_be_numbered_one_apart_say_so(read):
    aligned = align(read("0,9\n1,8\n2,7\n"), read("1,1\n2,2\n", "right.csv"))
    assert "renumber one" in aligned.note


def test_logs_without_a_common_step_cannot_be_compared(read):
    with pytest.raises(LogError, match=r"no step is in both logs: .*log.csv has 0 to 1 and .*right.csv has 5 to 7"):
        align(read("0,9\n1,8\n"), read("5,1\n7,2\n", "right.csv"))


def test_an_epochs_log_against_a_steps_log_is_noted(read):
    aligned = align(read("step,loss\n1,9\n2,8\n"), read("epoch,loss\n1,9\n2,8\n", "right.csv"))
    assert "log the same on both sides" in aligned.note


def lines(curve, every):
    return "".join(f"{{'loss': {loss}, 'epoch': {i / 7:.2f}}}\n" for i, loss in enumerate(curve) if i % every == 0)


def test_lines_that_leave_steps_out_are_not_said_to_be_the_first_updates(read):
    diagnosis = diagnose(read(lines(PLAIN, 1)), read(lines(FASTER * 1.01, 1), "right.csv"))
    assert diagnosis.pattern == "apart from line 1"
    assert "the first that both logs have" in diagnosis.sentence
    assert "before any update" not in diagnosis.sentence


def test_lines_that_leave_steps_out_go_together_by_agreeing_and_not_by_their_numbers(read):
    ended_early = diagnose(read(lines(PLAIN, 1)), read(lines(PLAIN[:50], 1), "right.csv"))
    assert (ended_early.pattern, ended_early.note.endswith("of 120 and 50")) == ("equal", True)
    assert diagnose(read(lines(PLAIN, 2)), read(lines(PLAIN, 3), "right.csv")).pattern == "measured differently"


def test_lines_of_an_epoch_without_numbers_are_steps_only_if_they_are(read):
    texts = ["epoch,loss\n" + "".join(f"{i // 20},{loss}\n" for i, loss in enumerate(c)) for c in (PLAIN, FASTER)]
    assert "if its lines are steps: " in diagnose(read(texts[0]), read(texts[1], "right.csv")).sentence
