"""Where two sides first part: more nudged runs tell a fault from chance, and one more run of each audits the step."""

from dataclasses import replace
from itertools import chain, count

import numpy as np
import pytest

from compare.judging import tolerances
from compare.judging.comparison import compare_runs
from compare.judging.search import _is_certain, confirm, find_first_divergence
from compare.judging.study import make_runs
from compare.running.request import SIDES, Training
from compare.traces.step import END
from tests.helpers.synthetic import FakeSide, at, from_step, rounding, runs_of

STEPS, LATE = 30, 17
HONEST = FakeSide()


class Search:
    """The runs of two sides, and what is asked for beyond them."""

    def __init__(self, directory, tf, torch, steps, nudged, precision):
        self.asked = []
        self.run = runs_of(directory, torch, tf, steps, self.asked)
        self.runs = make_runs(self.run, (precision,), nudged)[precision]
        self.asked.clear()

    def confirm(self, **options):
        self.runs, comparison = confirm(self.run, self.runs, **options)
        return comparison

    def find(self, **options):
        """The first divergence, and the comparison with the rows of its step."""
        return find_first_divergence(self.run, self.runs, compare_runs(self.runs), **options)


@pytest.fixture
def search(tmp_path):
    def make(tf, torch=HONEST, steps=STEPS, nudged=True, precision="float64"):
        return Search(tmp_path, tf, torch, steps, nudged, precision)

    return make


# Confirming


def by_chance(step, happens=lambda run: True):
    """A kink that rounding crosses at one step, in the runs in which it happens: the first is 1."""
    runs = count(1)

    def fault(key, value):
        return value * 1.01 if key[:2] == (step, "update") and happens(next(runs)) else value

    return FakeSide(fault)


def later(run):
    """Not in torch's first runs: free, nudged, and following nudged."""
    return run > 3


def at_first(run):
    """In tf's first runs, free and following, and in no nudged one."""
    return run <= 2


def test_where_nothing_parts_no_more_runs_are_asked_for(search):
    searched = search(FakeSide(rounding))
    assert not searched.confirm().apart
    assert searched.asked == []


def more_of_tf(precision):
    """How many nudged runs of tf each few have."""
    few = zip(tolerances.MORE_NUDGES, tolerances.OF_TF_TOO[precision], strict=True)
    return [len(nudges) if of_tf else 0 for nudges, of_tf in few]


@pytest.mark.parametrize("precision", ["float64", "float32"])
def test_a_fault_parts_under_more_nudged_runs_too_a_few_at_a_time_which_go_no_further_than_its_step(search, precision):
    searched = search(FakeSide(from_step(LATE, "update", 1.01)), precision=precision)
    assert searched.confirm().parts_at == LATE
    every = [
        Training(precision, precision, (LATE,), LATE + 1, follows=precision, sample=sample, ulps=ulps)
        for sample, ulps in enumerate(chain(*tolerances.MORE_NUDGES), 1)
    ]
    asked = [[training for each in searched.asked for of, training in each if of == side] for side in SIDES]
    assert asked == [every, every[: sum(more_of_tf(precision))]], "each once"
    together = zip(tolerances.MORE_NUDGES, more_of_tf(precision), strict=True)
    assert list(map(len, searched.asked)) == [len(few) + of_tf for few, of_tf in together]
    assert len(searched.runs.twins) == 1 + len(every)
    assert len(searched.runs.tf_twins) == sum(more_of_tf(precision))


@pytest.mark.parametrize(
    ("stage", "precision", "is_certain"),
    [("forward", "float64", True), ("update", "float64", False), ("forward", "float32", False)],
)
def test_an_output_that_parts_in_float64_is_certain_after_the_first_nudges(search, stage, precision, is_certain):
    searched = search(FakeSide(from_step(0, stage, 1.01)), precision=precision)
    assert searched.confirm().parts_at == 0
    assert len(searched.asked) == (1 if is_certain else len(tolerances.MORE_NUDGES))


@pytest.mark.parametrize(
    ("stage", "is_certain"), [("state", True), ("loss", True), ("update", False), ("gradient", False)]
)
def test_so_is_what_an_optimizer_keeps_of_gradients_that_agree(search, stage, is_certain):
    comparison = compare_runs(search(FakeSide(from_step(0, "forward", 1.01))).runs)
    [first, *_] = [row for row in comparison.rows if row.stage == "forward" and row.beyond]
    reached = replace(first, stage="update")
    assert _is_certain(replace(comparison, rows=[replace(first, stage=stage), reached])) == is_certain


@pytest.mark.parametrize(
    ("stage", "precision", "is_certain"),
    [("forward", "float64", True), ("update", "float64", False), ("forward", "float32", False)],
)
def test_an_output_that_a_setting_explains_is_certain_at_once_in_float64(search, stage, precision, is_certain):
    searched = search(FakeSide(from_step(0, stage, 1.01)), precision=precision)
    assert searched.confirm(explains=lambda row: row.stage == stage).parts_at == 0
    assert (searched.asked == []) == is_certain


def test_what_more_nudged_runs_do_too_is_chance(search):
    searched = search(by_chance(LATE), torch=by_chance(LATE, later))
    assert compare_runs(searched.runs).parts_at == LATE
    assert not searched.confirm().apart
    [asked] = searched.asked
    assert {training.steps for _, training in asked} == {LATE + 1}


def test_what_a_nudged_run_of_tf_does_without_is_chance(search):
    searched = search(by_chance(LATE, at_first))
    assert compare_runs(searched.runs).parts_at == LATE
    assert not searched.confirm().apart
    [asked] = searched.asked
    assert {training.steps for _, training in asked} == {LATE + 1}


@pytest.mark.parametrize(("confirmed", "stage"), [(False, "update"), (True, "buffer")])
def test_chance_at_the_very_step_of_a_fault_is_not_named_for_it(search, confirmed, stage):
    nudged = sum(more_of_tf("float64")) if confirmed else 0
    flips = by_chance(LATE, lambda run: at_first(run) or run == 2 + nudged + 1).fault  # the last of these is audited
    searched = search(FakeSide(lambda key, value: value * 1.5 if key[:2] == (LATE, "buffer") else flips(key, value)))
    if confirmed:
        assert searched.confirm().parts_at == LATE
    assert searched.find()[0].stage == stage


def test_behind_chance_a_fault_is_found(search):
    def both(key, value):
        return value * 1.01 if key[:2] in ((LATE, "update"), (LATE + 5, "buffer")) else value

    searched = search(FakeSide(both), torch=by_chance(LATE, later))
    assert compare_runs(searched.runs).parts_at == LATE
    assert searched.confirm().parts_at == LATE + 5
    short, *long = searched.asked
    assert {training.steps for _, training in short} == {LATE + 1}
    assert {training.steps for asked in long for _, training in asked} == {None}
    assert sum(map(len, long)) == sum(map(len, tolerances.MORE_NUDGES)) + sum(more_of_tf("float64"))


def test_a_nudge_whose_whole_run_audited_the_step_is_not_made_once_more(search):
    searched = search(
        FakeSide(lambda key, value: value * 1.01 if key[:2] in ((LATE, "update"), (LATE + 5, "buffer")) else value),
        torch=by_chance(LATE, later),
    )
    searched.confirm()
    searched.asked.clear()
    assert searched.find()[0].key[:2] == (LATE + 5, "buffer")
    assert [(side, training.sample) for side, training in searched.asked[0] if training.nudge] == [("torch", 0)]


def test_behind_chance_no_more_whole_runs_are_made_than_explain_what_parts_there(search):
    def twice(*happens):
        faults = [by_chance(step, *happens).fault for step in (LATE, LATE + 5)]
        return FakeSide(lambda key, value: faults[1](key, faults[0](key, value)))

    searched = search(twice(), torch=twice(later))
    assert not searched.confirm().apart
    few = 2 * len(tolerances.MORE_NUDGES[0])
    assert [(len(asked), asked[0][1].steps) for asked in searched.asked] == [(few, LATE + 1), (few, None)]


def test_what_parts_at_the_end_is_confirmed_by_whole_runs_at_once(search):
    wrong = FakeSide(at(lambda key: key[0] is END and key[1] == "loss", lambda value: value * 1.5))
    searched = search(wrong, steps=20)
    assert searched.confirm().parts_at is END
    assert {training.steps for asked in searched.asked for _, training in asked} == {None}


def test_where_nothing_was_nudged_nothing_is_confirmed(search):
    searched = search(FakeSide(from_step(LATE, "update", 1.01)), nudged=False)
    assert searched.confirm().parts_at == LATE
    assert searched.asked == []


# Finding


def test_what_was_audited_at_first_is_not_audited_again(search):
    searched = search(FakeSide(from_step(0, "rate", 0.5)), steps=20)
    first, _ = searched.find()
    assert first.key == (0, "rate", "learning_rate")
    assert searched.asked == []


@pytest.mark.parametrize("precision", ["float64", "float32"])
@pytest.mark.parametrize("step", [3, LATE, STEPS - 1])
@pytest.mark.parametrize("stage", ["batch", "forward", "loss", "rate", "update", "buffer"])
def test_any_step_and_stage_is_found_by_one_run_of_each(search, step, stage, precision):
    searched = search(FakeSide(from_step(step, stage, 1.5)), precision=precision)
    first, _ = searched.find()
    assert first.key[:2] == (step, stage)
    common = {"audits": (step,), "steps": step + 1}
    assert searched.asked == [
        [
            ("torch", Training(precision, **common | {"audits": (step - 1, step)})),
            ("torch", Training(precision, precision, **common, follows=precision)),
            ("tf", Training(precision, **common, follows=precision)),
        ]
    ]


def test_what_the_nudged_runs_audited_already_is_not_made_again(search):
    searched = search(FakeSide(from_step(LATE, "rate", 0.5)))
    searched.confirm()
    searched.asked.clear()
    searched.find()
    again = [(side, training.sample) for side, training in searched.asked[0] if training.nudge]
    assert again == [("torch", 0)], "it measured every step before it was known which one parts"


def test_nudged_runs_that_audited_another_step_are_made_again_as_they_were(search):
    searched = search(FakeSide(from_step(LATE, "rate", 0.5)))
    comparison = searched.confirm()
    more = [each for asked in searched.asked for each in asked]
    searched.asked.clear()
    late = [replace(each, gap=np.where(each.steps > LATE, each.gap, 0)) for each in comparison.series]
    find_first_divergence(searched.run, searched.runs, replace(comparison, series=tuple(late)))
    for side in SIDES:
        again = [training for each, training in searched.asked[0] if each == side and training.nudge]
        nudged = [replace(each, audits=(LATE + 1,), steps=LATE + 2) for of, each in more if of == side]
        first = [replace(nudged[0], sample=0, ulps=1)] if side == "torch" else []
        assert again == [*first, *nudged]


def test_the_rows_of_that_step_stand_with_the_others_each_once_and_in_order(search):
    searched = search(FakeSide(from_step(LATE, "buffer", 1.5)))
    _, comparison = searched.find()
    keys = [row.key for row in comparison.rows]
    assert len(keys) == len(set(keys))
    assert list(dict.fromkeys(step for step, *_ in keys)) == [0, LATE, END]
    [buffer] = [each for each in comparison.series if each.stage == "buffer"]
    [row] = [row for row in comparison.rows if row.key == (LATE, "buffer", "running_mean")]
    assert row.allowed >= buffer.allowed[LATE]


def test_where_nothing_parts_nothing_is_found_and_nothing_asked_for(search):
    searched = search(FakeSide(rounding), steps=20)
    assert searched.find()[0] is None
    assert searched.asked == []


def test_a_metric_that_parts_alone_has_no_tensor_to_be_found(search):
    def accuracy(wrong):
        return lambda steps: {"accuracy": [0.5 + 0.25 * (step == wrong) for step in range(steps)]}

    searched = search(FakeSide(rounding, curves=accuracy(9)), FakeSide(curves=accuracy(None)), steps=20)
    first, comparison = searched.find()
    assert first is None
    assert {row.step for row in comparison.rows} == {0, 9, END}
    assert all(row.within for row in comparison.rows)


def test_another_allowance_decides_which_step_is_first(search):
    def two(key, value):
        factors = {(9, "update"): 1 + 1e-9, (LATE, "update"): 1.01}
        return value * factors.get(key[:2], 1)

    searched = search(FakeSide(two))

    def allow(opened, precision):
        return np.maximum(opened, 1e-6)

    comparison = compare_runs(searched.runs, allow)
    first, _ = find_first_divergence(searched.run, searched.runs, comparison, allow)
    assert first.key == (LATE, "update", "weight")
    assert first.allowed == 1e-6
    assert searched.find()[0].key == (9, "update", "weight")
