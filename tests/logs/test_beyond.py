"""Of curves that agree it is said whether they fall, where they must, and whether their held-out losses agree."""

import numpy as np
import pytest

from compare.cli.diff import diff
from compare.logs.curve_pair import RECORDER
from compare.logs.diagnose import CORRECT, diagnose
from tests.helpers.numpy_training import log
from tests.logs.curves import FALLING

NOISE = np.random.default_rng(3).normal(size=60)


def fall(curve, must_fall=True):
    return diagnose(log(curve), log(curve, name="right.csv"), must_fall=must_fall)


@pytest.mark.parametrize("curve", [np.full(60, 0.6931), 0.7 + 0.01 * NOISE, 2 + np.arange(60) / 60])
def test_losses_that_agree_and_do_not_fall_are_not_decreasing_where_they_must(curve):
    diagnosis = fall(curve)
    assert diagnosis.pattern == "not decreasing"
    assert f"it does not fall: it begins at {curve[0]:.6g}, and the last is {curve[-1]:.6g}" in diagnosis.sentence
    assert fall(curve, must_fall=False).pattern == "equal"


def test_losses_that_fall_stay_equal_and_few_lines_do_not_tell():
    assert fall(FALLING) == fall(FALLING, must_fall=False)
    for few in (FALLING[:3], 0.7 + 0.01 * NOISE[:20]):
        assert fall(few).pattern == "equal"
        assert fall(few).sentence.endswith("too short to judge whether the loss falls")


def test_losses_that_part_are_not_judged_by_their_fall():
    parting = FALLING * np.where(np.arange(60) < 30, 1, 2)
    assert diagnose(log(FALLING), log(parting, name="right.csv"), must_fall=True).pattern == "apart from step 30"


def keras(read, name, losses, held_out):
    rows = [f"{i},{a:.9g},{b:.9g}" for i, (a, b) in enumerate(zip(losses, held_out, strict=True))]
    return read("\n".join(["epoch,loss,val_loss", *rows]) + "\n", name)


def held_out(read, losses, left, right):
    return diagnose(keras(read, "left.csv", FALLING, left), keras(read, "right.csv", losses, right))


def test_held_out_losses_that_are_apart_are_said_where_those_of_the_training_agree(read):
    diagnosis = held_out(read, FALLING, FALLING, FALLING * np.where(np.arange(60) < 5, 1, 1.3))
    assert (diagnosis.pattern, diagnosis.step) == ("held-out apart", 5)
    assert "held-out data (val_loss) are apart at epoch 5" in diagnosis.sentence
    assert "23.1% at most: another forward mode in evaluation (dropout" in diagnosis.sentence
    assert diagnosis.pattern not in CORRECT


def test_held_out_losses_that_agree_are_said_to_and_the_advice_is_about_what_is_left(read):
    diagnosis = held_out(read, FALLING, FALLING + 1, FALLING + 1)
    assert diagnosis.sentence.endswith("the held-out losses agree too (val_loss)")
    assert (
        diagnosis.advice
        == f"Loss curves do not show weights or buffers: to compare these, {RECORDER.format(audits='')}"
    )


def test_of_held_out_losses_that_rounding_may_part_or_of_another_training_nothing_is_said(read):
    assert "held-out" not in held_out(read, FALLING, FALLING, FALLING * (1 + 1e-3)).sentence
    assert "held-out" not in held_out(read, FALLING * 1.5, FALLING, FALLING * 1.3).sentence
    assert "held-out" not in held_out(read, FALLING, FALLING, FALLING * np.nan).sentence


def test_the_exit_status_and_the_option_reach_logs_too(read, tmp_path, capsys):
    flat, val = np.full(60, 0.51234567), FALLING
    for name, losses, other in (("a.csv", flat, val), ("b.csv", flat, val), ("c.csv", flat, 2 * val)):
        keras(read, name, losses, other)

    def status(right, must_fall):
        return diff(tmp_path / "a.csv", tmp_path / right, None, tmp_path, None, None, must_fall)

    assert [status("b.csv", False), status("b.csv", True), status("c.csv", False)] == [0, 1, 1]
    assert "not decreasing: " in capsys.readouterr().out
