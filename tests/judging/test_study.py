"""A study asks for the runs that it needs, and comes to the right verdict and the right place."""

import numpy as np
import pytest

from compare.judging.search import ROUNDS
from compare.judging.study import study
from compare.judging.wording import NOT_MEASURED
from compare.running.request import AUDITS, Training
from compare.traces.step import END
from tests.helpers.synthetic import FakeSide, at, from_step, judge, rounding, runs_of

LATE = 23  # a step that is not audited at first
BOTH = ("float64", "float32")


def faulty(fault):
    """A TF side with that fault."""
    return FakeSide(fault)


def test_sides_that_differ_by_rounding_are_equivalent_and_no_more_runs_are_asked_for(tmp_path):
    judged = judge(tmp_path, precisions=BOTH)
    assert (judged.judgement.verdict, judged.judgement.findings) == ("equivalent", ())
    audits = {"float64": AUDITS, "float32": (0,)}  # the second decides nothing: its first step is enough
    assert judged.asked == [[Training(one, nudge, audits[one]) for one in BOTH for nudge in (None, one)]]
    assert list(judged.judgement.comparisons) == list(BOTH)


def test_without_nudges_only_plain_runs_are_asked_for(tmp_path):
    judged = judge(tmp_path, nudged=False)
    assert judged.judgement.verdict == "equivalent"
    assert judged.judgement.findings == (NOT_MEASURED,)
    assert "a fixed 512 ulps are allowed" in NOT_MEASURED
    assert judged.asked == [[Training("float64")]]
    diverged = judge(tmp_path, tf=faulty(from_step(LATE, "rate", 0.5)), nudged=False)
    assert diverged.judgement.first_divergence.key == (LATE, "rate", "learning_rate")
    assert {run.nudge for runs in diverged.asked for run in runs} == {None}


@pytest.mark.parametrize(
    ("step", "stage", "tensor"),
    [
        (LATE, "batch", "x"), (LATE, "forward", "linear"), (LATE, "loss", "loss"), (LATE, "rate", "learning_rate"),
        (0, "update", "weight"), (3, "update", "weight"), (LATE, "update", "weight"), (39, "update", "weight"),
    ],
)  # fmt: skip
def test_a_fault_is_found_at_the_step_and_stage_where_it_enters(tmp_path, step, stage, tensor):
    judgement = judge(tmp_path, tf=faulty(from_step(step, stage, 1.5))).judgement
    assert judgement.verdict == "diverged"
    assert judgement.first_divergence.key == (step, stage, tensor)
    [finding] = judgement.findings
    assert finding.startswith(f"parts at step {step}, {stage}, {tensor} (gap ")


def test_a_fault_of_one_late_step_is_found_with_audits_around_it(tmp_path):
    once = at(lambda key: key[:2] == (LATE, "update"), lambda value: value * 1.5)
    judged = judge(tmp_path, tf=faulty(once))
    assert judged.judgement.first_divergence.key == (LATE, "update", "weight")
    rounds = [run for runs in judged.asked[2:] for run in runs]
    assert all(run.steps == max(run.audits) + 1 for run in rounds)
    assert LATE in rounds[-1].audits
    keys = [row.key for row in judged.judgement.comparisons["float64"].rows]
    assert keys == sorted(keys, key=lambda key: key[0])
    assert len(keys) == len(set(keys))
    assert {0, *AUDITS, LATE, END} <= {step for step, *_ in keys}


def test_a_step_among_thousands_is_found_in_few_rounds_though_no_curve_parts(tmp_path):
    judged = judge(tmp_path, tf=faulty(from_step(777, "buffer", 1.5)), steps=2000, nudged=False)
    assert judged.judgement.comparisons["float64"].parts_at is None
    assert judged.judgement.first_divergence.key == (777, "buffer", "running_mean")
    assert len(judged.asked) <= 1 + ROUNDS


def test_a_rate_rounded_to_float32_is_a_leak_and_equivalent(tmp_path):
    rounded = at(lambda key: key[1] == "rate", lambda value: np.asarray(value, np.float32).astype(value.dtype))
    judged = judge(tmp_path, tf=faulty(rounded), precisions=BOTH)
    assert judged.judgement.verdict == "equivalent"
    assert judged.judgement.first_divergence.key == (0, "rate", "learning_rate")
    [finding] = judged.judgement.findings
    assert finding.startswith("leak of float32 precision: parts at step 0, rate, learning_rate")
    assert "one rounded to float32" in finding
    assert judged.asked[1] == [Training("float64", "float32")]


def test_more_than_a_float32_ulp_explains_is_no_leak(tmp_path):
    judgement = judge(tmp_path, tf=faulty(from_step(0, "rate", 1 + 1e-5))).judgement
    assert judgement.verdict == "diverged"
    assert "leak" not in judgement.findings[0]


def test_a_nan_on_one_side_is_diverged_at_its_step(tmp_path):
    judged = judge(tmp_path, tf=faulty(from_step(LATE, "loss", np.nan)))
    assert judged.judgement.verdict == "diverged"
    assert judged.judgement.first_divergence.key == (LATE, "loss", "loss")
    assert "not finite" in judged.judgement.findings[0]
    assert Training("float64", "float32") not in judged.asked[1], "no ulp explains a NaN"


@pytest.mark.parametrize("precisions", [BOTH, ("float32",)])
def test_a_nan_on_both_sides_is_no_agreement(tmp_path, precisions):
    broken = faulty(from_step(LATE, "loss", np.nan))
    judgement = judge(tmp_path, broken, broken, precisions=precisions).judgement
    assert judgement.verdict == "diverged"
    assert judgement.first_divergence.key == (LATE, "loss", "loss")


def test_a_loss_that_is_not_finite_in_float32_only_is_diverged(tmp_path):
    overflow = at(
        lambda key: key[0] >= LATE and key[1] == "loss",
        lambda value: value * np.inf if value.dtype == np.float32 else value,
    )
    judgement = judge(tmp_path, faulty(overflow), faulty(overflow), precisions=BOTH).judgement
    assert (judgement.verdict, judgement.first_divergence) == ("diverged", None)
    assert judgement.findings == (f"in float32, the loss breaks off at step {LATE} (torch inf, tf inf)",)


def test_values_at_audited_steps_decide_in_float64_and_not_in_float32_alone(tmp_path):
    moved = FakeSide(at(lambda key: key[0] == END and key[1] == "buffer", lambda value: value * 1.5))
    verdicts = [judge(tmp_path, tf=moved, precisions=(one,)).judgement.verdict for one in BOTH]
    assert verdicts == ["diverged", "equivalent"]


def test_an_output_that_the_loss_hides_in_float32_is_the_first_divergence(tmp_path):
    recorded = {}

    def remember(key, value):
        recorded[key] = value
        return value

    def differ_in_the_output(key, value):
        return value * 1.5 if key[:2] == (0, "forward") else recorded[key]

    of = judge(tmp_path, FakeSide(remember), FakeSide(differ_in_the_output), precisions=("float32",), nudged=False)
    assert of.judgement.verdict == "diverged"
    assert str(of.judgement.first_divergence) == "step 0, forward, linear"
    assert of.judgement.findings[0].startswith("parts at step 0, forward, linear (gap 3.3e-01")


@pytest.mark.parametrize("side", ["torch", "tf"])
def test_a_side_that_loses_precision_in_float32_is_named_and_equivalent(tmp_path, side):
    loses = at(lambda key: key[1] == "forward", lambda value: value * 1.001 if value.dtype == np.float32 else value)
    judgement = judge(tmp_path, precisions=BOTH, **{side: faulty(loses)}).judgement
    assert judgement.verdict == "equivalent"
    [finding] = judgement.findings
    assert finding.startswith(f"unstable: {side} ")
    assert "step 0, forward, linear" in finding


def test_a_curve_that_ends_early_is_diverged_at_the_first_step_that_is_missing(tmp_path):
    judgement = judge(tmp_path, tf=FakeSide(rounding, stops=LATE)).judgement
    assert judgement.verdict == "diverged"
    assert judgement.comparisons["float64"].parts_at == LATE
    assert judgement.first_divergence.key == (LATE, "weights", "weight")
    assert "missing in tf" in judgement.findings[0]


def test_a_state_that_waits_for_its_consequence_is_the_first_divergence(tmp_path):
    # The update of the same step is made before the state is stored.
    waits = at(lambda key: key[0] == 1 and key[1] == "state", lambda value: value * 1.5)
    judgement = judge(tmp_path, tf=faulty(waits)).judgement
    assert judgement.first_divergence.key == (1, "state", "momentum")


def test_a_gradient_that_differs_without_consequence_is_equivalent(tmp_path):
    judged = judge(tmp_path, tf=faulty(from_step(0, "gradient", 2.0)))
    assert (judged.judgement.verdict, judged.judgement.findings) == ("equivalent", ())
    assert len(judged.asked) == 1
    rows = judged.judgement.comparisons["float64"].rows
    assert {row.verdict for row in rows if row.stage == "gradient"} == {"beyond"}


def test_a_buffer_that_differs_only_at_the_end_is_diverged(tmp_path):
    late = at(lambda key: key[0] == END and key[1] == "buffer", lambda value: value + 1)
    judgement = judge(tmp_path, tf=faulty(late)).judgement
    assert judgement.verdict == "diverged"
    assert judgement.first_divergence.key == (END, "buffer", "running_mean")
    assert "the end, buffer, running_mean" in judgement.findings[0]


def accuracy(flipped):
    """Curves whose accuracy differs from that of the others at one step."""
    return lambda steps: {"accuracy": [0.5 + 0.125 * (step == flipped) for step in range(steps)]}


@pytest.mark.parametrize("step", [0, LATE])
def test_a_metric_that_differs_is_diverged_though_no_tensor_is(tmp_path, step):
    torch, tf = FakeSide(curves=accuracy(None)), FakeSide(rounding, curves=accuracy(step))
    judgement = judge(tmp_path, torch, tf).judgement
    assert (judgement.verdict, judgement.first_divergence) == ("diverged", None)
    assert judgement.findings[0].startswith(f"the accuracy parts at step {step} (torch 0.5, tf 0.625)")


def test_a_metric_that_one_side_lacks_is_said_to_be_missing(tmp_path):
    judgement = judge(tmp_path, torch=FakeSide(curves=accuracy(None))).judgement
    assert judgement.verdict == "diverged"
    assert "torch 0.5, missing in tf" in judgement.findings[0]


def test_an_evaluation_that_differs_beside_a_late_metric_is_located(tmp_path):
    evaluation = at(lambda key: key[0] == END and key[1] == "loss", lambda value: value * 1.5)
    torch, tf = FakeSide(curves=accuracy(None)), FakeSide(evaluation, curves=accuracy(LATE))
    judgement = judge(tmp_path, torch, tf).judgement
    assert judgement.verdict == "diverged"
    assert judgement.first_divergence.key == (END, "loss", "loss")


@pytest.mark.parametrize("step", [1, LATE])
def test_a_gradient_that_never_had_a_consequence_is_not_blamed_for_a_rate(tmp_path, step):
    def both(key, value):
        if key[1] == "gradient":
            return value * 2
        return value * 0.5 if key[1] == "rate" and key[0] >= step else value

    first = judge(tmp_path, tf=FakeSide(both)).judgement.first_divergence
    assert first.key == (step, "rate", "learning_rate")


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
    assert judgement.findings[1].startswith("only torch's loss falls (")


def test_too_few_steps_to_judge_a_fall_are_no_reason_to_call_it_not_decreasing(tmp_path):
    judgement = judge(tmp_path, steps=19, must_fall=True).judgement
    assert judgement.verdict == "equivalent"
    assert judgement.findings == ("too short to judge whether the loss falls",)


def test_whether_the_loss_falls_is_not_judged_where_nobody_asks(tmp_path):
    frozen = FakeSide(at(lambda key: key[1] == "update", lambda value: value * 0))
    judgement = study(runs_of(tmp_path, frozen, frozen, steps=40), None, ("float64",), must_fall=True)
    assert (judgement.verdict, judgement.findings) == ("equivalent", ())
