"""A constant that one side rounded to float32 is set aside, and what stands behind it is found."""

import numpy as np
import pytest

from compare.judging.comparison import compare_runs
from compare.judging.difference import difference
from compare.judging.leaks import SAMPLES, acts_at, behind_leak
from compare.judging.search import find_first_divergence
from compare.judging.settings import SettingRow
from compare.judging.stages import StageRow
from compare.judging.study import make_runs
from compare.running.request import AUDITS, Training
from tests.helpers.synthetic import FakeSide, at, from_step, rounding, runs_of
from tests.helpers.trainings import MOMENTUM, Regression

STEPS, LATE = 40, 23
HONEST = FakeSide()


def in_float32(*stages, step=0):
    """What these stages produce from that step on went through float32."""

    def fault(key, value):
        through = key[0] >= step and key[1] in stages
        return value.astype(np.float32).astype(value.dtype) if through else rounding(key, value)

    return fault


def and_then(fault, other):
    return lambda key, value: other(key, fault(key, value))


class Found:
    """What is behind the first divergence of two sides."""

    def __init__(self, directory, tf, torch, precision, nudged, settings):
        asked = []
        run = runs_of(directory, torch, tf, STEPS, asked)
        runs = make_runs(run, (precision,), nudged)[precision]
        self.first, _ = find_first_divergence(run, runs, compare_runs(runs))
        asked.clear()
        self.behind = behind_leak(run, runs, self.first, lambda: settings)
        self.asked = asked

    @property
    def is_leak(self):
        return self.behind is not None

    @property
    def next(self):
        """What parts behind the leak."""
        return self.behind.first and self.behind.first.key


@pytest.fixture
def found(tmp_path):
    def find(fault, torch=HONEST, precision="float64", nudged=True, settings=(), model=None):
        tf = FakeSide(fault, model=model) if model else FakeSide(fault)
        return Found(tmp_path, tf, torch, precision, nudged, settings)

    return find


@pytest.mark.parametrize("stage", ["rate", "batch", "forward", "loss", "update", "state"])
def test_what_went_through_float32_is_a_leak_with_nothing_behind_it(found, stage):
    of = found(in_float32(stage))
    assert of.first.stage == stage
    assert of.is_leak
    assert not of.behind.comparison.apart
    assert of.next is None


def test_a_weight_kept_in_float32_is_a_leak_though_its_dtype_differs(found):
    of = found(at(lambda key: key[1] == "weights", lambda value: value.astype(np.float32)))
    assert of.first.difference.kind == "dtype"
    assert of.is_leak
    assert not of.behind.comparison.apart


def test_a_leak_that_begins_late_is_one_too(found):
    of = found(in_float32("rate", step=LATE))
    assert of.first.key == (LATE, "rate", "learning_rate")
    assert of.is_leak
    assert of.next is None


@pytest.mark.parametrize(("factor", "is_leak"), [(1 + 1e-7, True), (1 + 4e-7, False), (1 + 1e-5, False), (0.5, False)])
@pytest.mark.parametrize("stage", ["rate", "update"])
def test_more_than_the_rounding_of_a_constant_is_no_leak(found, stage, factor, is_leak):
    assert found(from_step(0, stage, factor)).is_leak == is_leak


CANCELS = Regression(offset=5.365)  # the first loss is 5.371: what is left has lost three digits


@pytest.mark.parametrize(("model", "is_leak"), [(Regression(), False), (CANCELS, True)])
def test_where_digits_cancel_a_leak_is_what_float32_weights_would_do_there(found, model, is_leak):
    assert found(from_step(0, "loss", 1 + 1e-5), FakeSide(model=model), model=model).is_leak == is_leak


def test_at_a_later_step_too_it_is_measured_what_float32_weights_do_there(found):
    steep = Regression(offset=0.06634)  # the loss of step LATE is 0.066342
    of = found(from_step(LATE, "loss", 1 + 1e-6), FakeSide(model=steep), model=steep)
    assert of.first.key == (LATE, "loss", "loss")
    assert of.is_leak


def test_the_optimizer_is_reached_by_its_constants_alone_so_weights_explain_nothing_there(found):
    of = found(from_step(LATE, "update", 1 + 1e-6))
    assert of.first.key == (LATE, "update", "weight"), "where the gradient has lost six digits"
    assert not of.is_leak


def test_other_constants_than_the_rate_are_rounded_too(found):
    held, given = Regression(momentum=0.9), Regression(momentum=float(np.float32(0.9)))
    of = found(rounding, FakeSide(model=held), model=given)
    assert of.is_leak
    assert of.next is None
    assert float(np.float32(MOMENTUM)) == MOMENTUM, "the usual one would not show it"


@pytest.mark.parametrize(
    ("step", "stage", "factor"),
    [(LATE, "rate", 0.9), (LATE, "update", 0.99), (LATE, "buffer", 1.01), (LATE, "loss", 1.01), (0, "buffer", 1.01)],
)
def test_a_fault_behind_a_leak_is_found_where_it_enters(found, step, stage, factor):
    of = found(and_then(in_float32("forward"), from_step(step, stage, factor)))
    assert of.first.key == (0, "forward", "linear")
    assert of.is_leak
    assert of.next[:2] == (step, stage)
    assert of.behind.comparison.apart


def test_whether_it_is_a_leak_is_measured_by_runs_that_end_there_and_what_is_behind_it_by_whole_ones(found):
    of = found(in_float32("rate", step=LATE))
    common = {"audits": (*AUDITS, LATE), "follows": "float64"}
    until = [Training("float64", **common, steps=LATE + 1, rounded=rounded) for rounded in (False, True)]
    nudged = [Training("float64", "float32", **common, sample=sample) for sample in range(SAMPLES)]
    assert of.asked == [[("torch", each) for each in until], [("torch", each) for each in nudged]]


def test_what_is_no_leak_costs_no_whole_run(found):
    of = found(at(lambda key: key[1] == "forward" and key[0] >= LATE, lambda value: 1.05 * value))
    assert not of.is_leak
    assert {training.steps for runs in of.asked for _, training in runs} == {LATE + 1}


@pytest.mark.parametrize(
    ("options", "fault"),
    [
        ({"precision": "float32"}, from_step(0, "rate", 1 + 1e-4)),
        ({"nudged": False}, in_float32("rate")),
        ({}, from_step(LATE, "loss", np.nan)),
        ({}, from_step(LATE, "forward", 2.0)),
        ({}, at(lambda key: key[:2] == (0, "weights"), lambda value: value.reshape(2, 2))),
        ({}, at(lambda key: key[:2] == (0, "weights"), lambda value: None)),
    ],
    ids=["float32", "not nudged", "NaN", "much", "shape", "missing"],
)
def test_only_a_value_of_a_nudged_float64_run_can_be_a_leak_and_nothing_is_run_for_others(found, options, fault):
    of = found(fault, **options)
    assert of.first is not None
    assert not of.is_leak
    assert of.asked == []


def setting(subject, name, torch=1e-5, tf=1e-12, verdict="differs"):
    return SettingRow(subject, "kind", name, torch, tf, verdict, "")


@pytest.mark.parametrize(
    ("row", "is_leak"),
    [
        (setting("linear", "eps"), False),
        (setting("linear", "eps", verdict="rounded to float32"), True),
        (setting("linear", "eps", verdict="equal"), True),
        (setting("linear2", "eps"), True),
        (setting("optimizer", "eps"), True),
        (setting("linear", "mode", "same", "valid"), True),
        (setting("linear", "from_logits", False, True), True),
    ],
)
def test_an_output_of_a_layer_whose_number_is_another_is_no_leak(found, row, is_leak):
    assert found(in_float32("forward"), settings=[row]).is_leak == is_leak


@pytest.mark.parametrize(
    ("row", "is_leak"),
    [
        (setting("optimizer", "momentum", 0.9, 0.9 + 1e-7), False),
        (setting("optimizer: of the generator", "eps"), False),
        (setting("optimizer", "lr", 0.1, 0.2), True),  # a schedule may start from another: the rate itself is judged
        (setting("linear", "eps"), True),
    ],
)
def test_an_update_by_an_optimizer_whose_number_is_another_is_no_leak(found, row, is_leak):
    assert found(in_float32("update"), settings=[row]).is_leak == is_leak


@pytest.mark.parametrize(("call", "acts"), [("", False), (" (call 2)", True)])
def test_a_number_of_the_optimizer_acts_on_the_second_call_of_a_layer_which_may_come_after_an_update(call, acts):
    first = StageRow(0, "forward", f"linear{call}", difference(np.float64(1), np.float64(2)), 0.1)
    assert acts_at(setting("optimizer: of the critic", "eps"), first) == acts


def test_no_other_number_of_an_optimizer_makes_a_learning_rate_what_it_is():
    decay = setting("optimizer", "weight_decay")
    assert not acts_at(decay, StageRow(0, "rate", "learning_rate", difference(np.ones(1), np.ones(1) + 1e-8), 1e-14))
    assert acts_at(decay, StageRow(0, "update", "w", difference(np.ones(1), np.ones(1) + 1e-8), 1e-14))
