"""A study asks for the runs that it needs, and comes to the right verdict and the right place."""

from dataclasses import replace

import numpy as np
import pytest

from compare.judging.settings import SettingRow
from compare.judging.study import make_runs, study
from compare.judging.wording import NOT_MEASURED, left_out
from compare.running.request import Training
from compare.traces.step import END
from tests.helpers.synthetic import FakeSide, at, from_step, judge, rounding, runs_of

LATE = 23  # a step that is not audited at first
BOTH = ("float64", "float32")


def faulty(fault):
    """A TF side with that fault."""
    return FakeSide(fault)


# The runs


def test_both_sides_run_free_then_tf_and_torch_nudged_follow_what_torch_left(tmp_path):
    judged = judge(tmp_path, precisions=BOTH)
    assert (judged.judgement.verdict, judged.judgement.findings) == ("equivalent", ())
    assert list(judged.judgement.comparisons) == list(BOTH)
    assert judged.asked == [
        [
            wanted
            for one in BOTH
            for wanted in (("torch", Training(one, audits=(0,), leads=True)), ("tf", Training(one, audits=())))
        ],
        [
            wanted
            for one in BOTH
            for wanted in (
                ("tf", Training(one, follows=one)),
                ("torch", Training(one, one, follows=one)),
                ("torch", Training(one, one, audits=())),
            )
        ],
    ]


def test_the_runs_of_a_precision_are_what_was_asked_for(tmp_path):
    # Each run of a side is marked by how it stands to the others.
    runs = make_runs(runs_of(tmp_path, FakeSide(), FakeSide(rounding), steps=5), BOTH, nudged=True)
    for precision in BOTH:
        of = runs[precision]
        assert of.precision == precision
        assert [bool(trace.apart) for trace in of.free] == [False, False]
        assert of.following.apart.keys() == of.twins[0].trace.apart.keys() == {
            ("update", "weight"), ("buffer", "running_mean"),
        }  # fmt: skip
        assert not of.free_nudged[0].apart
        assert len(of.twins) == len(of.free_nudged) == 1
        assert of.free.torch[0, "weights", "weight"].dtype == precision


def test_without_nudges_nothing_is_nudged(tmp_path):
    judged = judge(tmp_path, nudged=False)
    assert judged.judgement.verdict == "equivalent"
    assert judged.judgement.findings == (NOT_MEASURED,)
    assert [len(wanted) for wanted in judged.asked] == [2, 1]
    diverged = judge(tmp_path, tf=faulty(from_step(LATE, "rate", 0.5)), nudged=False)
    assert diverged.judgement.first_divergence.key == (LATE, "rate", "learning_rate")
    assert {training.nudge for wanted in diverged.asked for _, training in wanted} == {None}


# The place


@pytest.mark.parametrize(
    ("step", "stage", "tensor"),
    [
        (LATE, "batch", "x"), (LATE, "forward", "linear"), (LATE, "loss", "loss"), (LATE, "rate", "learning_rate"),
        (0, "update", "weight"), (3, "update", "weight"), (LATE, "update", "weight"), (39, "update", "weight"),
        (LATE, "buffer", "running_mean"),
    ],
)  # fmt: skip
def test_a_fault_is_found_at_the_step_and_stage_where_it_enters(tmp_path, step, stage, tensor):
    judgement = judge(tmp_path, tf=faulty(from_step(step, stage, 1.5))).judgement
    assert judgement.verdict == "diverged"
    assert judgement.first_divergence.key == (step, stage, tensor)
    finding, *formula = judgement.findings
    assert finding.startswith(f"parts at step {step}, {stage}, {tensor} (gap ")
    assert formula == (["by formula, tf's updates are 1.5 times torch's"] if stage == "update" else [])


def test_a_fault_of_one_late_step_is_found_there_though_all_others_agree(tmp_path):
    once = at(lambda key: key[:2] == (LATE, "update"), lambda value: value * 1.5)
    judged = judge(tmp_path, tf=faulty(once))
    assert judged.judgement.first_divergence.key == (LATE, "update", "weight")
    keys = [row.key for row in judged.judgement.comparisons["float64"].rows]
    assert list(dict.fromkeys(step for step, *_ in keys)) == [0, LATE, END]


def test_a_step_among_a_thousand_is_found_without_searching(tmp_path):
    judged = judge(tmp_path, tf=faulty(from_step(777, "buffer", 1.5)), steps=1000, nudged=False)
    assert judged.judgement.first_divergence.key == (777, "buffer", "running_mean")
    assert [len(wanted) for wanted in judged.asked] == [2, 1, 2]


def test_float64_decides_where_both_precisions_part(tmp_path):
    both = at(
        lambda key: key[1] == "update" and key[0] >= LATE,
        lambda value: value * (1.5 if value.dtype == np.float64 else 2.0),
    )
    judgement = judge(tmp_path, tf=faulty(both), precisions=BOTH).judgement
    assert judgement.verdict == "diverged"
    finding, formula = judgement.findings
    assert "gap 3.3e-01" in finding
    assert formula.endswith("1.5 times torch's")


def test_where_float64_parts_no_run_confirms_float32(tmp_path):
    judged = judge(tmp_path, tf=FakeSide(from_step(7, "update", 1.01)), precisions=BOTH)
    assert judged.judgement.verdict == "diverged"
    assert {training.precision for wanted in judged.asked[2:] for _, training in wanted} == {"float64"}
    assert judged.judgement.comparisons["float32"].parts_at == 7


@pytest.mark.parametrize(("tf", "run"), [(FakeSide(from_step(7, "update", 1.01)), {"float64"}), (FakeSide(), {*BOTH})])
def test_of_a_large_model_float32_is_run_only_where_float64_agrees(tmp_path, tf, run):
    judged = judge(tmp_path, tf=tf, precisions=BOTH, is_large=True)
    assert {training.precision for wanted in judged.asked for _, training in wanted} == run
    assert set(judged.judgement.comparisons) == run
    assert (left_out("float32") in judged.judgement.findings) == (run == {"float64"})


@pytest.mark.parametrize("side", ["torch", "tf"])
def test_what_parts_in_float32_only_is_diverged_and_says_which_side_is_off(tmp_path, side):
    loses = at(lambda key: key[1] == "forward", lambda value: value * 1.001 if value.dtype == np.float32 else value)
    judgement = judge(tmp_path, precisions=BOTH, **{side: faulty(loses)}).judgement
    assert (judgement.verdict, judgement.first_divergence.key) == ("diverged", (0, "forward", "linear"))
    place, why = judgement.findings
    assert place.startswith("parts at step 0, forward, linear (gap 1.0e-03")
    assert why.startswith("in float64 every step agrees, so this is precision")
    assert f"; {side} is off by 1.0e-03 from its own float64" in why


def test_float32_alone_says_what_it_would_have_seen(tmp_path):
    judgement = judge(tmp_path, precisions=("float32",)).judgement
    assert judgement.verdict == "equivalent"
    [finding] = judgement.findings
    assert finding.startswith("judged in float32 only: a difference of ")
    wrong = judge(tmp_path, tf=faulty(from_step(LATE, "rate", 0.5)), precisions=("float32",)).judgement
    assert wrong.first_divergence.key == (LATE, "rate", "learning_rate")
    assert wrong.findings[-1].startswith("judged in float32 only")


# Leaks


def through_float32(key, value):
    return value.astype(np.float32).astype(value.dtype) if key[1] == "rate" else value


def test_a_rate_rounded_to_float32_is_a_leak_and_equivalent(tmp_path):
    judgement = judge(tmp_path, tf=faulty(through_float32), precisions=BOTH).judgement
    assert judgement.verdict == "equivalent"
    assert judgement.first_divergence.key == (0, "rate", "learning_rate")
    [finding] = judgement.findings
    assert finding.startswith("leak of float32 precision: parts at step 0, rate, learning_rate")
    assert "one rounded to float32" in finding


def test_a_leak_hides_no_fault_and_is_said_behind_it(tmp_path):
    def both(key, value):
        return value * 1.01 if key[:2] == (LATE, "update") else through_float32(key, value)

    judgement = judge(tmp_path, tf=faulty(both)).judgement
    assert (judgement.verdict, judgement.first_divergence.key) == ("diverged", (LATE, "update", "weight"))
    place, remark, _ = judgement.findings
    assert place.startswith(f"parts at step {LATE}, update, weight")
    assert remark.startswith("leak of float32 precision: parts at step 0, rate, learning_rate")


def test_more_than_a_float32_ulp_explains_is_no_leak(tmp_path):
    judgement = judge(tmp_path, tf=faulty(from_step(0, "rate", 1 + 1e-5))).judgement
    assert judgement.verdict == "diverged"
    assert "leak" not in judgement.findings[0]


# NaN, and what ends


def test_a_nan_on_one_side_is_diverged_at_its_step(tmp_path):
    judged = judge(tmp_path, tf=faulty(from_step(LATE, "loss", np.nan)))
    assert judged.judgement.verdict == "diverged"
    assert judged.judgement.first_divergence.key == (LATE, "loss", "loss")
    assert "not finite" in judged.judgement.findings[0]
    nudges = {training.nudge for wanted in judged.asked for _, training in wanted}
    assert "float32" not in nudges, "no ulp explains a NaN"


@pytest.mark.parametrize("precisions", [BOTH, ("float32",)])
def test_a_nan_on_both_sides_is_no_agreement(tmp_path, precisions):
    broken = faulty(from_step(LATE, "loss", np.nan))
    judgement = judge(tmp_path, broken, broken, precisions=precisions).judgement
    assert (judgement.verdict, judgement.first_divergence) == ("error", None)
    assert judgement.findings[0].startswith(f"both sides are not finite from step {LATE} on, first in the loss;")


@pytest.mark.parametrize("nudged", [True, False])
def test_a_side_that_ends_early_is_diverged_where_it_does(tmp_path, nudged):
    judgement = judge(tmp_path, tf=FakeSide(rounding, stops=LATE), nudged=nudged).judgement
    assert (judgement.verdict, judgement.first_divergence) == ("diverged", None)
    assert judgement.findings[0].startswith(f"tf breaks off at step {LATE}: torch trained 40 steps, tf {LATE}")


def test_a_side_that_ends_early_does_not_hide_a_step_that_is_wrong_before(tmp_path):
    wrong = FakeSide(from_step(7, "rate", 0.5), stops=LATE)
    assert judge(tmp_path, tf=wrong).judgement.first_divergence.key == (7, "rate", "learning_rate")


def test_an_evaluation_at_the_end_that_differs_is_diverged(tmp_path):
    late = at(lambda key: key[0] == END and key[1] == "loss", lambda value: value * 1.5)
    for precision in BOTH:
        judgement = judge(tmp_path, tf=faulty(late), precisions=(precision,)).judgement
        assert (judgement.verdict, judgement.first_divergence.key) == ("diverged", (END, "loss", "loss"))
        assert "the end, loss, loss" in judgement.findings[0]


# What differs without an effect


def test_a_gradient_that_differs_without_consequence_is_equivalent(tmp_path):
    judged = judge(tmp_path, tf=faulty(from_step(0, "gradient", 2.0)))
    assert (judged.judgement.verdict, judged.judgement.findings) == ("equivalent", ())
    assert len(judged.asked) == 2
    rows = judged.judgement.comparisons["float64"].rows
    assert {row.verdict for row in rows if row.stage == "gradient"} == {"harmless"}


@pytest.mark.parametrize("step", [1, LATE])
def test_a_gradient_that_never_had_a_consequence_is_not_blamed_for_a_rate(tmp_path, step):
    def both(key, value):
        if key[1] == "gradient":
            return value * 2
        return value * 0.5 if key[1] == "rate" and key[0] >= step else value

    first = judge(tmp_path, tf=FakeSide(both)).judgement.first_divergence
    assert first.key == (step, "rate", "learning_rate")


# Metrics


def accuracy(flipped):
    """Curves whose accuracy differs from that of the others at one step."""
    return lambda steps: {"accuracy": [0.5 + 0.125 * (step == flipped) for step in range(steps)]}


@pytest.mark.parametrize("precisions", [BOTH, ("float32",)])
@pytest.mark.parametrize("step", [0, LATE])
def test_a_metric_that_differs_is_diverged_though_no_tensor_is(tmp_path, step, precisions):
    torch, tf = FakeSide(curves=accuracy(None)), FakeSide(rounding, curves=accuracy(step))
    judgement = judge(tmp_path, torch, tf, precisions=precisions).judgement
    assert (judgement.verdict, judgement.first_divergence) == ("diverged", None)
    assert judgement.findings[0].startswith(f"the accuracy parts at step {step} (torch 0.5, tf 0.62)")


def test_a_metric_that_one_side_lacks_is_said_to_be_missing(tmp_path):
    judgement = judge(tmp_path, torch=FakeSide(curves=accuracy(None))).judgement
    assert judgement.verdict == "diverged"
    assert "torch 0.5, missing in tf" in judgement.findings[0]


def test_a_metric_that_parts_before_the_end_comes_first(tmp_path):
    evaluation = at(lambda key: key[0] == END and key[1] == "loss", lambda value: value * 1.5)
    torch, tf = FakeSide(curves=accuracy(None)), FakeSide(evaluation, curves=accuracy(LATE))
    judgement = judge(tmp_path, torch, tf).judgement
    assert judgement.verdict == "diverged"
    assert judgement.comparisons["float64"].parts_at == LATE


# Falling


@pytest.mark.parametrize("factor", [0, -1], ids=["frozen", "rising"])
def test_equal_losses_that_do_not_fall_are_equivalent_with_a_finding_unless_they_must(tmp_path, factor):
    side = faulty(at(lambda key: key[1] == "update", lambda value: value * factor))
    judgement = judge(tmp_path, side, side).judgement
    assert judgement.verdict == "equivalent"
    assert judgement.findings[0].startswith("the loss falls on neither side (")
    judgement = judge(tmp_path, side, side, must_fall=True).judgement
    assert judgement.verdict == "not decreasing"
    assert "MUST_FALL" not in judgement.findings[0]


def test_sides_that_rise_in_one_precision_only_are_not_decreasing_where_they_must(tmp_path):
    rises = at(lambda key: key[1] == "update", lambda value: -value if value.dtype == np.float32 else value)
    judgement = judge(tmp_path, faulty(rises), faulty(rises), precisions=BOTH, must_fall=True).judgement
    assert judgement.verdict == "not decreasing"
    assert "in float32: " in judgement.findings[0]


def test_of_sides_that_diverge_the_one_that_still_falls_is_named(tmp_path):
    rises = at(lambda key: key[1] == "update", lambda value: -value)
    judgement = judge(tmp_path, tf=faulty(rises), must_fall=True).judgement
    assert judgement.verdict == "diverged"
    assert any(finding.startswith("only torch's loss falls (") for finding in judgement.findings)


def test_too_few_steps_to_judge_a_fall_are_no_reason_to_call_it_not_decreasing(tmp_path):
    judgement = judge(tmp_path, steps=19, must_fall=True).judgement
    assert judgement.verdict == "equivalent"
    assert judgement.findings == ("too short to judge whether the loss falls",)


def test_whether_the_loss_falls_is_not_judged_where_nobody_asks(tmp_path):
    frozen = FakeSide(at(lambda key: key[1] == "update", lambda value: value * 0))
    judgement = study(runs_of(tmp_path, frozen, frozen, steps=40), None, ("float64",), must_fall=True)
    assert (judgement.verdict, judgement.findings) == ("equivalent", ())


def test_by_how_much_updates_are_multiples_is_asked_where_the_sides_part(tmp_path, monkeypatch):
    monkeypatch.setattr("compare.judging.study.say_multiple", lambda pair, first, rows: [f"at {first.key}"])
    assert judge(tmp_path, tf=faulty(from_step(0, "update", 1.5))).judgement.findings[-1].startswith("at (0, ")
    assert judge(tmp_path).judgement.findings == ()


@pytest.mark.parametrize(
    ("fault", "note"), [(rounding, "no step shows it (another slope)"), (from_step(3, "loss", 1.5), "another slope")]
)
def test_what_is_set_otherwise_and_moves_nothing_is_said_to(tmp_path, fault, note):
    run = runs_of(tmp_path, FakeSide(), FakeSide(fault), 20, [])
    row = SettingRow("linear", "LeakyReLU", "negative_slope", 0.1, 0.2, "differs", "another slope")
    assert study(run, 10, ("float64",), settings=lambda pair: [row]).settings == (replace(row, note=note),)
