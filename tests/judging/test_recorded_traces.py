"""Two traces are read, told apart by side, and paired by what they hold; what cannot be is named."""

import json
import os
import zipfile

import numpy as np
import pytest

from compare import diff
from compare.inputs.expressions import explicit_pairs
from compare.traces.pairing import PairingError
from compare.traces.trace import TraceError
from compare.traces.weights import Tensor, WeightGroup
from tests.helpers.fake_port_worker import Network, batches, record
from tests.helpers.synthetic import at, from_step
from tests.helpers.two_traces import STEPS, Traces


@pytest.fixture
def traces(tmp_path):
    return Traces(tmp_path)


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


def test_a_step_that_only_one_side_audited_is_no_difference(traces):
    traces.record("torch", audits=range(3))
    traces.record("tf", audits=range(5))
    assert diff(traces.torch, traces.tf).verdict == "equivalent"


def test_a_nudged_trace_that_is_of_another_run_measures_nothing(traces):
    traces.record("torch", nudged="float64", weights=Network().start(seed=1))
    result = traces.judge(from_step(0, "rate", 1.01))
    assert result.verdict == "diverged"
    said = "the nudged run of torch was not used: its first batch or weights differ"
    assert any(finding.startswith(said) for finding in result.findings)


def test_of_a_nudged_trace_that_was_used_nothing_is_said(traces):
    traces.record("torch", nudged="float64")
    assert traces.judge().findings == ()


def refused(traces, error=TraceError):
    with pytest.raises(error) as caught:
        diff(traces.torch, traces.tf)
    return str(caught.value)


def test_a_trace_that_is_not_there_is_named_with_the_file_that_was_looked_for(traces):
    traces.record("tf")
    message = refused(traces)
    assert message.startswith(f"{traces.torch} does not exist (looked for {traces.torch}.npz)")


@pytest.mark.parametrize("earlier", [False, True])
def test_a_trace_that_was_never_closed_says_what_to_call_though_an_earlier_one_is_whole(traces, earlier):
    traces.record("torch")
    path = traces.record("tf")
    if earlier:
        os.utime(path, (0, 0))
    else:
        path.unlink()
    path.with_name("tf.npz.partial").touch()
    assert "is not finished" in refused(traces)
    assert "call recorder.close() after the loop" in refused(traces)


def test_a_trace_that_was_recorded_after_one_that_was_killed_is_read(traces):
    traces.record("torch")
    partial = traces.record("tf").with_name("tf.npz.partial")
    partial.touch()
    os.utime(partial, (0, 0))
    assert traces.judge().verdict == "equivalent"


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
    assert "is a trace of format 99; this version reads 4" in refused(traces)


@pytest.mark.parametrize("name", ["side", "versions", "weight_groups", "kinds", "settings", "explicit", "nudge"])
def test_a_trace_that_does_not_say_what_it_is_of_is_named_with_what_is_missing(traces, name):
    traces.record("torch")
    change_meta(traces.record("tf"), lambda meta: meta.pop(name))
    message = refused(traces)
    assert f"lacks {name}: record it again" in message
    assert "tf.npz" in message


def test_a_trace_and_itself_are_refused(traces):
    traces.record("torch")
    traces.tf = traces.torch.with_suffix(".npz")
    assert "are the same file: give two traces" in refused(traces)


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
    traces.record("tf", said={"explicit": explicit_pairs({None: ["more.weight"]})})
    assert diff(traces.torch, traces.tf).verdict == "equivalent"
