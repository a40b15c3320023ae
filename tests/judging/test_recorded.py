"""Two traces that loops of a user's own left are judged from what they hold, and what they do not hold is asked for."""

import numpy as np
import pytest

from compare import diff
from compare.traces.header import Setting
from compare.traces.step import END
from compare.traces.trace import Trace, TraceWriter
from tests.helpers.fake_port_worker import Network
from tests.helpers.synthetic import at, from_step, honest, rounding
from tests.helpers.two_traces import STEPS, Traces, of_loss


@pytest.fixture
def traces(tmp_path):
    return Traces(tmp_path)


def test_loops_that_differ_by_rounding_are_equivalent_and_nothing_is_said(traces):
    result = traces.judge()
    assert (result.verdict, result.findings, result.case) == ("equivalent", (), "torch_tf")
    assert result.judgement.first_divergence is None
    assert {row["verdict"] for row in result.stages.to_dict("records")} == {"within"}


def test_which_of_the_two_comes_first_does_not_matter(traces):
    traces.judge()
    result = diff(traces.tf.with_suffix(".npz"), traces.torch)
    assert (result.verdict, result.case) == ("equivalent", "tf_torch")
    assert result.summary["torch_version"] == "2.0"


PLACES = [
    ("batch", "y"), ("weights", "leave.weight"), ("forward", "branches.1"), ("loss", "loss"),
    ("gradient", "enter.bias"), ("rate", "learning_rate"), ("state", "leave.weight momentum_buffer"),
    ("update", "branches.0.weight"), ("buffer", "norm.running_mean"),
]  # fmt: skip


@pytest.mark.parametrize("step", [0, 2])
@pytest.mark.parametrize(("stage", "tensor"), PLACES)
def test_a_fault_is_found_at_its_stage_under_the_torch_sides_name(traces, stage, tensor, step):
    wrong = at(lambda key: key == (step, stage, tensor), lambda value: value * 1.01)
    result = traces.judge(wrong)
    assert result.verdict == "diverged"
    assert result.judgement.first_divergence.key == (step, stage, tensor)
    assert result.findings[0].startswith(f"parts at step {step}, {stage}, {tensor} (gap ")


@pytest.mark.parametrize(("stage", "said"), [
    ("batch", "2 arrays of the batch"), ("forward", "the output of "), ("gradient", "the gradient of 8 weights"),
    ("rate", "the learning rate"), ("state", "the optimizer's state (momentum_buffer) of 8 weights"),
])  # fmt: skip
def test_what_one_side_did_not_record_is_a_remark_and_no_divergence(traces, stage, said):
    traces.record("torch")
    traces.record("tf", rounding, hidden=lambda key: key[1] == stage and key[0] == 1)
    result = diff(traces.torch, traces.tf)
    assert result.verdict == "equivalent"
    [remark] = result.findings
    assert remark.startswith(f"tf did not show {said}")
    assert set(result.stages[result.stages.stage == stage].verdict) <= {"not shown in tf", "within"}


def test_a_fault_behind_what_one_side_did_not_record_is_found_where_both_show_it(traces):
    traces.record("torch")
    traces.record("tf", from_step(0, "rate", 0.5), hidden=lambda key: key[1] in ("gradient", "rate", "state"))
    result = diff(traces.torch, traces.tf)
    assert result.judgement.first_divergence.key[:2] == (0, "update")
    assert any(finding.startswith("tf did not show ") for finding in result.findings)
    assert "by formula, tf's updates are 0.5 times torch's" in result.findings


@pytest.mark.parametrize("stage", ["weights", "loss", "update", "buffer"])
def test_weights_losses_updates_and_buffers_that_one_side_lacks_are_a_divergence(traces, stage):
    traces.record("torch")
    traces.record("tf", rounding, hidden=lambda key: key[1] == stage and key[0] == 1)
    assert diff(traces.torch, traces.tf).judgement.first_divergence.key[:2] == (1, stage)


def test_settings_that_differ_are_in_the_result(traces):
    traces.record("torch")
    traces.record("tf", said={"settings": (Setting("optimizer", "SGD", "lr", 0.2),)})
    [row] = diff(traces.torch, traces.tf).judgement.settings
    assert (row.subject, row.setting, row.torch, row.tf, row.verdict) == ("optimizer", "lr", 0.1, 0.2, "differs")


def test_a_rate_that_drops_one_step_early_is_named_where_no_tensor_was_audited(traces):
    drops = np.where(np.arange(STEPS + 1) < 24, 0.5, 0.05)
    traces.record("torch", curves={"learning_rate": drops[:-1]})
    traces.record("tf", from_step(23, "rate", 0.1), curves={"learning_rate": drops[1:]})
    result = diff(traces.torch, traces.tf)
    assert result.verdict == "diverged"
    assert "the learning rate differs from step 23 on (torch 0.5, tf 0.05): tf's schedule is one step early" in (
        result.findings
    )
    assert set(result.epochs.metric) == {"loss"}


@pytest.mark.parametrize("number", [True, False])
def test_losses_that_were_printed_in_float32_are_no_difference_of_loops_in_float64(traces, number):
    traces.record("torch")
    printed = at(lambda key: key[1] == "loss", lambda value: value.astype(np.float32).astype(np.float64))
    traces.record("tf", printed, said={"loss_is_number": number})
    judged = diff(traces.torch, traces.tf)
    assert judged.verdict == "equivalent"
    assert any("leak of float32 precision: parts at step 0, loss" in said for said in judged.findings) != number


def leaking(key, value):
    """Everything from the first output on is off by the rounding of a constant to float32."""
    return value * (1 + 2e-8) if key[0] is not END and key[1] in ("forward", "loss", "gradient", "update") else value


def test_a_constant_that_was_rounded_to_float32_is_set_aside_in_recorded_loops(traces):
    traces.record("torch")
    traces.record("tf", leaking)
    judged = diff(traces.torch, traces.tf)
    assert judged.verdict == "equivalent"
    [said] = [
        said for said in judged.findings if said.startswith("leak of float32 precision: parts at step 0, forward")
    ]
    assert said.endswith("what is behind it was judged as float32 is")
    assert not any("COMPARE_NUDGE" in said for said in judged.findings), "which measures the rounding of float64"


def test_what_is_behind_a_rounded_constant_is_found(traces):
    traces.record("torch")
    traces.record("tf", lambda key, value: leaking(key, value) * (1.01 if key[:2] == (0, "gradient") else 1))
    judged = diff(traces.torch, traces.tf)
    assert (judged.verdict, judged.judgement.first_divergence.stage) == ("diverged", "gradient")
    assert any(said.startswith("leak of float32 precision") for said in judged.findings)


@pytest.mark.parametrize("gap", [1e-6, 2e-8])
def test_a_difference_that_is_larger_than_a_rounded_constant_is_none(traces, gap):
    traces.record("torch")
    traces.record("tf", from_step(0, "forward", 1 + gap))
    assert diff(traces.torch, traces.tf).verdict == ("diverged" if gap > 1e-7 else "equivalent")


def test_a_loss_that_does_not_fall_on_either_side_is_a_finding_and_not_decreasing_where_it_must(traces):
    rising = of_loss(lambda step: 2.0 ** min(step, STEPS))
    traces.record("torch", rising)
    traces.record("tf", rising)
    result = diff(traces.torch, traces.tf)
    assert result.verdict == "equivalent"
    assert result.findings[0].startswith("the loss falls on neither side (mean loss of the first and the last quarter")
    assert diff(traces.torch, traces.tf, must_fall=True).verdict == "not decreasing"


def test_a_loss_that_rises_on_one_side_is_diverged(traces):
    assert traces.judge(of_loss(lambda step: 2.0**step)).verdict == "diverged"


def test_a_loop_that_ends_early_is_diverged_there(traces):
    traces.record("torch")
    traces.record("tf", steps=STEPS - 7)
    result = diff(traces.torch, traces.tf)
    assert result.verdict == "diverged"
    assert result.judgement.comparisons["float64"].parts_at == STEPS - 7
    begins = f"tf breaks off at step {STEPS - 7}: torch trained {STEPS} steps, tf {STEPS - 7}; as far as both go"
    assert result.findings[0].startswith(begins)


def test_what_ended_a_loop_is_said(traces):
    traces.record("torch")
    traces.record("tf", steps=STEPS - 7, said={"ended_by": "KeyError: 'user'"})
    assert f"tf's loop was ended behind step {STEPS - 8} by KeyError: 'user'" in diff(traces.torch, traces.tf).findings


def grows(step):
    return 1 + 1e-7 * 1.3**step  # 2e-3 at the last


def test_what_nudges_open_is_allowed_and_nothing_more_is_asked_for(traces):
    traces.record("torch", of_loss(lambda step: 1 + 1e-4 if step >= 5 else 1.0), nudged="float32", precision="float32")
    result = traces.judge(of_loss(lambda step: 1.002 if step >= 23 else 1.0), precision="float32")
    assert (result.verdict, result.findings) == ("equivalent", ())


def test_nudges_that_open_nothing_decide_against_a_gap_that_grows(traces):
    for side, fault in (("torch", honest), ("tf", of_loss(grows))):
        traces.record(side, fault, nudged="float32", precision="float32")
    result = traces.judge(of_loss(grows), precision="float32")
    assert result.verdict == "diverged"
    assert "COMPARE_NUDGE" not in " ".join(result.findings)


FOLLOWED = {"followed": (0, 1, 2)}


def changed(path, change):
    """Rewrites what a trace shows, as a run that follows does: what a step computes is not carried to the next."""
    with Trace(path) as trace:
        shown = {key: change(key, trace[key]) for key in trace.keys}
        curves, header = dict(trace.curves), trace.header
        curves["loss"] = np.array([change((step, "loss", "loss"), loss) for step, loss in enumerate(curves["loss"])])
    writer = TraceWriter(path)
    for key, value in shown.items():
        writer.tensor(*key, value)
    writer.close(curves, header)


def followed(traces, fault=honest, measured=False, **options):
    """A tf loop whose first three steps began with torch's weights; if it is measured, nudged with the same fault."""
    precision = options.setdefault("precision", "float32")
    traces.record("torch", **options)
    for nudged in (None, precision) if measured else (None,):
        changed(traces.record("tf", rounding, nudged=nudged, said=FOLLOWED, **options), as_torch(fault))
    return diff(traces.torch, traces.tf)


def as_torch(fault):
    """A fault that sees the tf side's tensors under torch's names."""
    names = {own: part for part, own in {**Network("tf").layers, "norm": Network("tf").norm}.items()}

    def seen(key, value):
        step, stage, tensor = key
        layer, dot, rest = tensor.partition(".")
        named = f"{names[layer]}{dot}{rest}" if layer in names else tensor
        return fault((step, stage, named), value)

    return seen


def chaos(key, value):
    """Free runs that have nothing to do with each other from step 10 on."""
    step, stage, _ = key
    return value * 1.5 if stage in ("loss", "weights") and (step is END or step >= 10) else value


@pytest.mark.parametrize("precision", ["float64", "float32"])
def test_curves_and_final_weights_decide_nothing_against_steps_that_followed_and_agree(traces, precision):
    result = followed(traces, chaos, precision=precision)
    assert result.verdict == "equivalent"
    assert result.findings[0] == f"3 of {STEPS} steps were judged, each begun with torch's weights"
    assert {row["step"] for row in result.stages.to_dict("records")} == {0, 1, 2}
    assert result.summary[f"{precision}_steps_judged"] == 3


def test_a_jump_of_the_free_losses_is_a_remark_that_says_where_to_audit(traces):
    [finding] = [each for each in followed(traces, chaos).findings if "which was not judged" in each]
    assert finding.startswith("at step 10, which was not judged, the losses part as rounding does not")
    assert "audits=range(8, 12)" in finding


OF_CONSEQUENCE = [place for place in PLACES if place[0] in ("weights", "loss", "update", "buffer")]


@pytest.mark.parametrize("precision", ["float64", "float32"])
@pytest.mark.parametrize(("stage", "tensor"), OF_CONSEQUENCE)
def test_a_followed_step_that_parts_is_diverged_there(traces, precision, stage, tensor):
    wrong = at(lambda key: key == (2, stage, tensor), lambda value: value * 1.05)
    result = followed(traces, wrong, measured=True, precision=precision)
    assert (result.verdict, result.judgement.first_divergence.key) == ("diverged", (2, stage, tensor))
    assert not any("COMPARE_NUDGE" in finding for finding in result.findings)


@pytest.mark.parametrize("cause", [("forward", "leave"), ("gradient", "enter.bias"), ("rate", "learning_rate")])
def test_a_followed_step_that_parts_is_named_by_its_cause(traces, cause):
    reached = [cause, ("update", "enter.bias")]
    wrong = at(lambda key: key[0] == 2 and key[1:] in reached, lambda value: value * 1.05)
    result = followed(traces, wrong, measured=True)
    assert result.judgement.first_divergence.key == (2, *cause)


@pytest.mark.parametrize(("stage", "verdict"), [("rate", "diverged"), ("state", "equivalent")])
def test_in_float32_without_nudges_a_rate_is_certain_and_the_state_is_not(traces, stage, verdict):
    reached = [(stage, dict(PLACES)[stage]), ("update", "enter.bias")]
    wrong = at(lambda key: key[0] == 2 and key[1:] in reached, lambda value: value * 1.05)
    assert followed(traces, wrong).verdict == verdict


def test_in_float32_without_nudges_an_update_of_one_weight_is_a_remark(traces):
    wrong = at(lambda key: key == (2, "update", "enter.bias"), lambda value: value * 1.05)
    result = followed(traces, wrong)
    assert result.verdict == "equivalent"
    assert result.findings[1].startswith("step 2, update, enter.bias is apart by 4.8e-02, where ")
    assert "run the tf script again with COMPARE_NUDGE=1" in result.findings[1]


def test_in_float32_without_nudges_updates_of_all_weights_at_two_steps_are_diverged(traces):
    result = followed(traces, from_step(1, "update", 1.01))
    assert (result.verdict, result.judgement.first_divergence.key[:2]) == ("diverged", (1, "update"))


def test_a_nudged_run_that_did_not_follow_measures_the_first_step_alone(traces):
    """It would allow at step 2 whatever has added up until then."""
    traces.record("torch", from_step(1, "update", 1.5), nudged="float64")
    wrong = at(lambda key: key == (2, "update", "enter.bias"), lambda value: value * 1.05)
    assert followed(traces, wrong, precision="float64").judgement.first_divergence.key == (2, "update", "enter.bias")


def test_a_rate_that_differs_where_nothing_was_judged_is_diverged(traces):
    rate = np.full(STEPS, 0.1)
    traces.record("torch", precision="float32", curves={"learning_rate": rate})
    later = {"learning_rate": np.where(np.arange(STEPS) < 23, 0.1, 0.2)}
    traces.record("tf", said=FOLLOWED, precision="float32", curves=later)
    result = diff(traces.torch, traces.tf)
    assert (result.verdict, result.findings[0]) == (
        "diverged",
        "the learning rate differs from step 23 on (torch 0.1, tf 0.2)",
    )


def test_a_loop_that_followed_and_ends_early_is_diverged(traces):
    traces.record("torch")
    traces.record("tf", steps=STEPS - 7, said=FOLLOWED)
    assert diff(traces.torch, traces.tf).verdict == "diverged"


def test_what_a_step_recorded_from_outside_cannot_show_is_no_remark(traces):
    traces.record("torch")
    said = {"from_outside": (1, 2)}
    traces.record("tf", said=said, hidden=lambda key: key[0] in (1, 2) and key[1] in ("forward", "gradient"))
    assert diff(traces.torch, traces.tf).findings == ()
    wrong = at(lambda key: key == (2, "update", "enter.bias"), lambda value: value * 1.05)
    traces.record("tf", wrong, said=said)
    findings = diff(traces.torch, traces.tf).findings
    assert findings[1].startswith("tf_impl.Recorder(..., audits=[2]) shows the outputs and gradients of that step")


def test_buffers_that_were_not_compared_are_told(traces, monkeypatch):
    monkeypatch.setattr("compare.judging.recorded.say_buffers_alone", lambda sides, pairing: [sides.tf.header.side])
    assert "tf" in traces.judge().findings
