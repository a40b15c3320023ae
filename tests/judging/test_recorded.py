"""Two traces that loops of a user's own left are judged from what they hold, and what they do not hold is asked for."""

import json
import zipfile

import numpy as np
import pytest

from compare import diff
from compare.inputs.expressions import explicit_pairs
from compare.traces.header import Setting
from compare.traces.pairing import PairingError
from compare.traces.step import END
from compare.traces.trace import Trace, TraceError, TraceWriter
from compare.traces.weights import Tensor, WeightGroup
from tests.helpers.fake_port_worker import Network, batches, record
from tests.helpers.synthetic import at, from_step, honest, rounding

STEPS = 40


class Traces:
    """Writes one trace a side, and judges them."""

    def __init__(self, directory):
        self.torch, self.tf = directory / "torch", directory / "tf"

    def record(self, side, fault=honest, order=(0, 1), nudged=None, steps=STEPS, **options):
        path = getattr(self, side).with_suffix(".nudged.npz" if nudged else ".npz")
        return record(path, Network(side, order, fault), batches(steps), nudged=nudged, **options)

    def judge(self, fault=rounding, order=(0, 1), **options):
        self.record("torch", **options)
        self.record("tf", fault, order, **options)
        return diff(self.torch, self.tf)


@pytest.fixture
def traces(tmp_path):
    return Traces(tmp_path)


def of_loss(factor):
    """A fault of the loss alone, which trains nothing: `factor(step)` times what it is."""
    return lambda key, value: value * factor(key[0]) if key[1] == "loss" and key[0] is not END else value


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
    assert result.findings[-1].startswith("tf did not show ")


@pytest.mark.parametrize("stage", ["weights", "loss", "update", "buffer"])
def test_weights_losses_updates_and_buffers_that_one_side_lacks_are_a_divergence(traces, stage):
    traces.record("torch")
    traces.record("tf", rounding, hidden=lambda key: key[1] == stage and key[0] == 1)
    assert diff(traces.torch, traces.tf).judgement.first_divergence.key[:2] == (1, stage)


@pytest.mark.parametrize(
    ("step", "stage"),
    [
        (2, "weights"),
        (2, "buffer"),
        (0, "buffer"),
    ],
)
def test_where_the_step_before_was_audited_nothing_more_is_asked_for(traces, step, stage):
    tensor = dict(PLACES)[stage]
    findings = traces.judge(at(lambda key: key == (step, stage, tensor), lambda value: value * 1.01)).findings
    assert len(findings) == 1, findings


def test_other_data_are_called_so(traces):
    findings = traces.judge(from_step(0, "batch", 1.5)).findings
    assert "were not given the same data" in findings[1]


def test_other_initial_weights_are_called_so(traces):
    traces.record("torch")
    traces.record("tf", weights=Network().start(seed=1))
    result = diff(traces.torch, traces.tf)
    assert result.judgement.first_divergence.key[:2] == (0, "weights")
    assert "the two loops started from different weights" in result.findings[1]


def test_data_that_are_other_later_are_not_called_other_from_the_start(traces):
    findings = traces.judge(from_step(2, "batch", 1.5)).findings
    assert findings[0].startswith("parts at step 2, batch, x")
    assert len(findings) == 1


def test_layers_that_could_be_paired_crosswise_are_told_apart_by_their_first_weights(traces):
    result = traces.judge(order=(1, 0))
    assert (result.verdict, result.findings) == ("equivalent", ())


@pytest.mark.parametrize("order", [(1, 2, 0), (2, 0, 1), (2, 1, 0)])
def test_three_layers_in_another_order_are_told_apart_by_their_first_weights(traces, order):
    record(traces.torch.with_suffix(".npz"), Network("torch", (0, 1, 2)), batches(STEPS))
    record(traces.tf.with_suffix(".npz"), Network("tf", order), batches(STEPS))
    assert diff(traces.torch, traces.tf).verdict == "equivalent"


def test_a_fault_behind_layers_paired_crosswise_is_found_at_its_layer(traces):
    wrong = at(lambda key: key == (1, "gradient", "branches.1.bias"), lambda value: value * 2)
    assert traces.judge(wrong, (1, 0)).judgement.first_divergence.key == (1, "gradient", "branches.1.bias")


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


@pytest.mark.parametrize(("number", "verdict"), [(True, "equivalent"), (False, "diverged")])
def test_losses_that_were_printed_in_float32_are_no_difference_of_loops_in_float64(traces, number, verdict):
    traces.record("torch")
    printed = at(lambda key: key[1] == "loss", lambda value: value.astype(np.float32).astype(np.float64))
    traces.record("tf", printed, said={"loss_is_number": number})
    assert diff(traces.torch, traces.tf).verdict == verdict


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


def test_curves_that_part_where_no_step_was_audited_bring_the_audits_that_would_show_it(traces):
    result = traces.judge(of_loss(lambda step: 1.5 if step == 23 else 1.0))
    assert result.verdict == "diverged"
    assert result.findings[0].startswith("the loss parts at step 23 (torch ")
    assert "audits=range(21, 24)" in result.findings[1]


def test_audits_around_the_step_where_curves_part_show_the_cause(traces):
    result = traces.judge(from_step(23, "rate", 0.5), audits=range(21, 25))
    assert result.judgement.first_divergence.key == (23, "rate", "learning_rate")


def test_weights_that_differ_at_an_audited_step_bring_the_step_before(traces):
    result = traces.judge(from_step(19, "rate", 0.5), audits=(0, 20))
    assert result.findings[0].startswith("parts at step 20, weights, ")
    assert "step 19 was not audited: Recorder(..., audits=range(18, ...))" in result.findings[1]


def test_a_late_fault_is_advised_by_the_step_where_the_curves_part(traces):
    result = traces.judge(from_step(23, "rate", 0.5))
    assert "audits=range(22, 25)" in result.findings[1]


def test_without_any_audit_nothing_is_said_of_the_first_weights(traces):
    result = traces.judge(from_step(23, "rate", 0.5), audits=())
    assert result.verdict == "diverged"
    assert "the two loops started from different weights" not in " ".join(result.findings)
    assert "audits=range(" in " ".join(result.findings)


def test_without_any_audit_final_weights_decide_nothing_in_float32(traces):
    moved = at(lambda key: key[:2] == (END, "weights"), lambda value: value * 1.001)
    assert traces.judge(moved, audits=(), precision="float32").verdict == "equivalent"


def test_a_step_that_only_one_side_audited_is_no_difference(traces):
    traces.record("torch", audits=range(3))
    traces.record("tf", audits=range(5))
    assert diff(traces.torch, traces.tf).verdict == "equivalent"


def grows(step):
    return 1 + 1e-7 * 1.3**step  # 2e-3 at the last


def test_a_gap_that_grows_like_rounding_in_float32_is_equivalent_with_the_way_to_be_sure(traces):
    result = traces.judge(of_loss(grows), precision="float32")
    assert result.verdict == "equivalent"
    assert "grows as rounding does" in result.findings[0]
    assert "COMPARE_NUDGE=1" in result.findings[0]
    assert "COMPARE_NUDGE=1" in result.findings[1]


@pytest.mark.parametrize(
    "jump",
    [
        1.05,
        1.002,
    ],
)
def test_a_jump_in_float32_is_diverged(traces, jump):
    result = traces.judge(of_loss(lambda step: jump if step >= 23 else 1.0), precision="float32")
    assert result.verdict == "diverged"
    assert result.findings[0].startswith("the loss parts at step 23")


def test_a_fault_before_any_gradient_is_diverged_in_float32(traces):
    result = traces.judge(from_step(0, "forward", 1.001), precision="float32")
    assert result.judgement.first_divergence.key == (0, "forward", "enter")


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


def test_a_nudged_trace_that_is_of_another_run_measures_nothing(traces):
    traces.record("torch", nudged="float64", weights=Network().start(seed=1))
    assert traces.judge(from_step(0, "rate", 1.01)).verdict == "diverged"


def refused(traces, error=TraceError):
    with pytest.raises(error) as caught:
        diff(traces.torch, traces.tf)
    return str(caught.value)


def test_a_trace_that_is_not_there_is_named_with_the_file_that_was_looked_for(traces):
    traces.record("tf")
    message = refused(traces)
    assert message.startswith(f"{traces.torch} does not exist (looked for {traces.torch}.npz)")


def test_a_trace_that_is_cut_off_is_named(traces):
    traces.record("torch")
    path = traces.record("tf")
    path.write_bytes(path.read_bytes()[:-200])
    assert f"{path} is not a complete trace" in refused(traces)


def test_a_file_that_is_no_trace_is_named(traces):
    traces.record("torch")
    np.savez(traces.tf.with_suffix(".npz"), loss=np.ones(3))
    assert "tf.npz is not a complete trace" in refused(traces)


def change_meta(path, change):
    """Rewrites what a trace says of its run."""
    with zipfile.ZipFile(path) as file:
        members = {name: file.read(name) for name in file.namelist()}
    meta = json.loads(members["meta.json"])
    change(meta)
    with zipfile.ZipFile(path, "w") as file:
        for name, content in (members | {"meta.json": json.dumps(meta)}).items():
            file.writestr(name, content)


def test_a_trace_of_another_format_is_named_with_both_formats(traces):
    traces.record("torch")
    change_meta(traces.record("tf"), lambda meta: meta.update(format=99))
    assert "is a trace of format 99; this version reads 2" in refused(traces)


@pytest.mark.parametrize("name", ["side", "versions", "weight_groups", "kinds", "settings", "explicit", "nudge"])
def test_a_trace_that_does_not_say_what_it_is_of_is_named_with_what_is_missing(traces, name):
    traces.record("torch")
    change_meta(traces.record("tf"), lambda meta: meta.pop(name))
    message = refused(traces)
    assert f"lacks {name}: record it again" in message
    assert "tf.npz" in message


@pytest.mark.parametrize("side", ["torch", "tf"])
def test_two_traces_of_one_side_are_refused(traces, side):
    for path in (traces.torch, traces.tf):
        record(path.with_suffix(".npz"), Network(side), batches(3))
    assert f"both traces are of {side}" in refused(traces)


def with_a_weight_more(side, name):
    """What a header says of a weight more that stands in a layer of a kind of its own on either side."""
    groups = [
        *Network(side).weight_groups,
        WeightGroup(f"Own{side}", name, {"weight": Tensor(f"{name}.weight", (7, 7), False, True)}),
    ]
    return {"weight_groups": tuple(groups)}


def test_a_weight_without_a_partner_is_named_with_the_line_to_write(traces):
    traces.record("torch")
    traces.record("tf", said=with_a_weight_more("tf", "extra"))
    message = refused(traces, PairingError)
    assert "tf: extra.weight (7x7)" in message
    assert "WEIGHTS = {'extra.weight': None}" in message


def test_pairs_that_the_tf_recorder_was_given_are_taken(traces):
    traces.record("torch", said=with_a_weight_more("torch", "more"))
    traces.record("tf", said=with_a_weight_more("tf", "extra") | {"explicit": (("extra.weight", "more.weight"),)})
    assert diff(traces.torch, traces.tf).verdict == "equivalent"


def test_the_line_of_the_message_is_taken_from_the_tf_recorder(traces):
    traces.record("torch", said=with_a_weight_more("torch", "more"))
    traces.record("tf")
    assert "WEIGHTS = {None: ['more.weight']}" in refused(traces, PairingError)
    traces.record("tf", said={"explicit": explicit_pairs([(None, ["more.weight"])])})
    assert diff(traces.torch, traces.tf).verdict == "equivalent"


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


def test_without_following_a_gap_that_grows_says_what_was_not_judged(traces):
    findings = traces.judge(of_loss(grows), precision="float32").findings
    assert [finding for finding in findings if 'Recorder(..., follow="runs/torch")' in finding] == [findings[-1]]
