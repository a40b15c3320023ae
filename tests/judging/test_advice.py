"""Where two recorded loops part, what to record next is said, and no more than that."""

import pytest

from compare import diff
from tests.helpers.fake_port_worker import Network
from tests.helpers.synthetic import at, from_step
from tests.helpers.two_traces import Traces, of_loss


@pytest.fixture
def traces(tmp_path):
    return Traces(tmp_path)


PLACES = [
    ("batch", "y"), ("weights", "leave.weight"), ("forward", "branches.1"), ("loss", "loss"),
    ("gradient", "enter.bias"), ("rate", "learning_rate"), ("state", "leave.weight momentum_buffer"),
    ("update", "branches.0.weight"), ("buffer", "norm.running_mean"),
]  # fmt: skip


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
