"""One trial of a changed port, and which of several is further."""

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from compare.judging.causes.code import Code
from compare.judging.causes.trial import Patches, Trial, Tried
from compare.judging.judgement import Judgement
from compare.judging.settings import SettingRow
from compare.judging.settings.values import EQUAL
from compare.running.request import RequestFailedError
from compare.traces.header import Setting
from compare.traces.trace import Trace, TraceWriter
from tests.helpers.stage_row import BEYOND, row
from tests.helpers.synthetic import header

STEP = {
    (0, "forward", "fc"): np.array([1.0, 2.0]),
    (0, "loss", "loss"): np.array(3.0),
    (0, "update", "fc.weight"): np.array([0.5, 0.25]),
    (1, "loss", "loss"): np.array(2.0),
}
LOSS = row(0, "loss", "loss", BEYOND, allowed=1e-14)


class Runs:
    """Torch's step, and tf's with a loss that is so many times as large; None where the run fails."""

    def __init__(self, directory, *losses):
        directory.mkdir(exist_ok=True)
        self.directory, self.losses, self.asked = directory, list(losses), []
        self.settings, self.weights = (), {}  # names of a weight, by the number of the run
        self.narrow = False  # whether tf's loss is of float32

    def __call__(self, *wanted):
        traces = []
        for side, training in wanted:
            self.asked.append((side, training))
            path = self.directory / f"{len(self.asked)}.npz"
            times = 1.0 if side == "torch" else self.losses.pop(0)
            if times is None:
                raise RequestFailedError("tf", "no Python")
            writer = TraceWriter(path)
            for (step, stage, name), value in STEP.items():
                changed = value * (times if stage == "loss" else 1)
                narrow = self.narrow and side == "tf" and stage == "loss"
                writer.tensor(step, stage, name, changed.astype("float32") if narrow else changed)
            if name := self.weights.get(len(self.asked)):
                writer.tensor(0, "weights", name, np.array(1.0))
            writer.close({"loss": [3.0, 2.0]}, replace(header(side), settings=self.settings))
            traces.append(Trace(path))
        return traces


def trial(runs, steps=5):
    comparison = SimpleNamespace(rows=[LOSS], pair=[SimpleNamespace(steps=steps)] * 2)
    return Trial.of(runs, Judgement("diverged", (), {"float64": comparison}, LOSS), LOSS)


def test_pytorchs_step_and_the_next_are_run_once_and_tfs_with_other_files(tmp_path):
    runs = Runs(tmp_path, 1.0, 2.0)
    tries = trial(runs)
    tries((("port.py", "changed.py"),))
    tries((("port.py", "other.py"),))
    assert [side for side, _ in runs.asked] == ["torch", "torch", "tf", "tf"]
    assert {each.audits for _, each in runs.asked} == {(0, 1)}
    assert runs.asked[1][1].nudge == "float64"
    assert [each.patches for _, each in runs.asked[2:]] == [(("port.py", "changed.py"),), (("port.py", "other.py"),)]


def test_behind_a_rounded_constant_as_much_is_allowed_as_that_moves(tmp_path):
    leaked = replace(LOSS, allowed=1e-4)
    runs = Runs(tmp_path, 1 + 1e-6, 1 + 1e-6)
    comparison = SimpleNamespace(rows=[LOSS, leaked], pair=[SimpleNamespace(steps=5)] * 2)
    judgement = Judgement("diverged", (), {"float64": comparison}, leaked)
    behind, before = Trial.of(runs, judgement, leaked), trial(Runs(tmp_path / "other", 1 + 1e-6))
    assert runs.asked[1][1].nudge == "float32"
    assert behind(()).agrees
    assert not before(()).agrees


def test_a_schedule_may_compute_in_float32(tmp_path):
    rate = row(0, "rate", "learning_rate", BEYOND, allowed=1e-14)
    runs = Runs(tmp_path)
    comparison = SimpleNamespace(rows=[rate], pair=[SimpleNamespace(steps=5)] * 2)
    Trial.of(runs, Judgement("diverged", (), {"float64": comparison}, rate), rate)
    assert runs.asked[1][1].nudge == "float32"


def test_no_step_behind_the_last_is_asked_for(tmp_path):
    runs = Runs(tmp_path)
    trial(runs, steps=1)
    assert runs.asked[0][1].audits == (0,)


def test_a_trial_agrees_where_nothing_parts_and_tells_how_far_apart_it_is(tmp_path):
    tries = trial(Runs(tmp_path, 1.0, 1.5))
    right, wrong = tries(()), tries(())
    assert right.agrees
    assert right.gap == 0
    assert not wrong.agrees
    assert wrong.gap == pytest.approx(1 / 3)
    assert wrong.parts.stage == "loss"


@pytest.mark.parametrize(("times", "agrees"), [(1 + 1e-8, True), (1 + 1e-5, False)])
def test_what_the_right_function_rounds_to_float32_agrees(tmp_path, times, agrees):
    assert trial(Runs(tmp_path, times))(()).agrees is agrees


def test_a_function_that_computes_in_float32_alone_is_judged_by_its_values(tmp_path):
    runs = Runs(tmp_path, 1.0, 1.001)
    runs.narrow = True
    tries = trial(runs)
    assert [tries(()).agrees for _ in range(2)] == [True, False]


def test_a_port_that_does_not_run_any_more_is_no_trial(tmp_path):
    assert trial(Runs(tmp_path, None))(()) is None


def tried(parts, further, gap=0.0, undone=0):
    return Tried(LOSS, parts, further, gap, undone)


def test_further_is_what_agrees_where_it_parted_and_parts_elsewhere():
    assert tried(row(0, "update", "w", BEYOND), 3).is_further(None)
    assert tried(row(0, "update", "w", BEYOND), 3).is_further(tried(row(0, "gradient", "w", BEYOND), 2))
    assert not tried(row(0, "gradient", "w", BEYOND), 2).is_further(tried(row(0, "update", "w", BEYOND), 3))


def test_of_two_that_are_as_far_the_one_that_undoes_fewer_settings_is_further():
    parts = row(0, "update", "w", BEYOND)
    assert tried(parts, 3).is_further(tried(parts, 3, undone=1))
    assert not tried(parts, 3, undone=1).is_further(tried(parts, 3))
    assert tried(parts, 3, undone=1).is_further(tried(parts, 2))
    assert tried(parts, 3, undone=1).is_further(None)


def test_a_setting_that_agreed_and_is_another_now_is_undone(tmp_path):
    runs = Runs(tmp_path, 1.0)
    runs.settings = (Setting("fc", "Linear", "bias", False), Setting("fc", "Linear", "activation", "tanh"))
    rows = tuple(
        SettingRow("fc", "Linear", name, *[value] * 2, EQUAL, "") for name, value in (("bias", True), ("p", 1))
    )
    comparison = SimpleNamespace(rows=[LOSS], pair=[SimpleNamespace(steps=5)] * 2)
    judgement = Judgement("diverged", (), {"float64": comparison}, LOSS, rows)
    assert Trial.of(runs, judgement, LOSS)(()).undone == 1


def test_a_step_is_closed_where_only_the_next_parts():
    assert tried(None, 9).closes_its_step
    assert tried(row(1, "update", "w", BEYOND), 9).closes_its_step
    assert not tried(row(0, "update", "w", BEYOND), 3).closes_its_step


def test_not_further_is_what_parts_there_still_or_a_step_later_or_is_merely_missing():
    assert not tried(row(0, "forward", "fc", BEYOND), -1).is_further(None)
    assert not tried(row(0, "update", "w", BEYOND), 3, gap=BEYOND).is_further(None)
    assert not tried(row(1, "loss", "loss", BEYOND), 4).is_further(None)
    assert not tried(row(0, "update", "w", BEYOND), 3, gap=float("inf")).is_further(None)
    assert tried(row(0, "update", "w", BEYOND), 3, gap=LOSS.allowed).is_further(None)


def test_each_changed_file_is_written_and_known_by_the_users(tmp_path):
    patches = Patches(tmp_path)
    [(file, path)] = patches.of({"/home/port.py": Code("/home/port.py", "x = 1\n")})
    [(_, other)] = patches.of({"/home/port.py": Code("/home/port.py", "x = 2\n")})
    assert file == "/home/port.py" == patches.original[path] == patches.original[other]
    assert (Path(path).read_text(), Path(other).read_text()) == ("x = 1\n", "x = 2\n")


def test_pytorchs_runs_are_made_anew_beside_a_changed_port_whose_weights_are_others(tmp_path):
    runs = Runs(tmp_path, 1.0, 1.0)
    runs.weights = {1: "fc.bias", 2: "fc.bias", **dict.fromkeys(range(3, 7), "fc.bias_ih + fc.bias_hh")}
    assert trial(runs)(()).agrees
    assert [side for side, _ in runs.asked] == ["torch", "torch", "tf", "tf", "torch", "torch"]
