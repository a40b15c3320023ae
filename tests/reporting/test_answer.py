"""The answer on a case: the verdict, the place by both sides' names, what to do."""

import pytest

from compare.inputs.subject import Subject
from compare.judging.judgement import Judgement
from compare.judging.line import PARTS, Line
from compare.judging.stages import StageRow
from compare.reporting.answer import answer, main_finding, name_in_tf, other_findings
from compare.reporting.outcome import Outcome
from compare.traces.places import Place

SUBJECT = Subject("a_case")


def outcome(verdict, *findings, first=None, **said):
    return Outcome(SUBJECT, "", Judgement(verdict, findings, {}, first, **said))


def row(stage, tensor):
    return StageRow(3, stage, tensor, None, 0.0)


def test_an_equivalent_case_is_one_line_and_its_findings_are_beside_it():
    case = outcome("equivalent", "a leak")
    assert answer(case) == ["a_case: equivalent"]
    assert other_findings(case) == ["a leak"]


def test_a_case_that_diverged_is_its_verdict_and_place_then_what_to_do():
    case = outcome("diverged", "parts at step 3, loss, loss", "more", first=row("loss", "loss"))
    verdict, advice = answer(case)
    assert verdict == "a_case: diverged, parts at step 3, loss, loss"
    assert advice.startswith("next: compare the two losses")
    assert other_findings(case) == ["more"]


def test_the_lines_that_part_stand_before_what_to_do_and_are_no_other_finding():
    found = Line("the loss", "tf", PARTS, Place("/home/user/port.py", 7, "loss"), "22.5", "scalar", "= 32 x")
    said = ["the loss parts here", "  tf    port.py:7    22.5   = 32 x"]
    case = outcome("diverged", "parts", "\n".join(said), "more", first=row("loss", "loss"), lines=(found,))
    assert answer(case)[1:3] == said
    assert answer(case)[3].startswith("next: ")
    assert other_findings(case) == ["more"]


def test_a_failed_run_is_its_error_in_short():
    failed = Outcome(SUBJECT, "", None, ("a, b, c and d are missing",))
    assert answer(failed) == ["a_case: error: a, b, c and d are missing"]
    short = Outcome(SUBJECT, "", None, ("a, b, c and d are missing",), in_short="a and 3 more are missing")
    assert answer(short) == ["a_case: error: a and 3 more are missing"]
    assert other_findings(short) == []


def test_a_loss_that_does_not_fall_is_answered_by_that_wherever_the_finding_stands():
    case = outcome("not decreasing", "not shown: a state", "the loss falls on neither side (1, 1)")
    assert main_finding(case) == "the loss falls on neither side (1, 1)"
    assert other_findings(case) == ["not shown: a state"]


@pytest.mark.parametrize(
    ("stage", "tensor", "said"),
    [
        ("forward", "fc1", "fc1 of torch is dense_3 of tf"),
        ("forward", "fc1 (call 2)", "fc1 of torch is dense_3 of tf"),
        ("update", "fc1.weight", "fc1.weight of torch is dense_3.kernel of tf"),
        ("state", "fc1.weight exp_avg", "fc1.weight of torch is dense_3.kernel of tf"),
        ("gradient", "fc1.bias", "fc1 of torch is dense_3 of tf"),
        ("forward", "fc10", ""),
        ("rate", "learning_rate", ""),
    ],
)
def test_what_tf_calls_by_another_name_is_named(stage, tensor, said):
    names = {"fc1": "dense_3", "fc1.weight": "dense_3.kernel"}
    assert name_in_tf(Judgement("diverged", (), {}, row(stage, tensor), names=names)) == said


def test_two_loops_of_one_framework_are_called_by_their_files():
    judgement = Judgement("diverged", (), {}, row("forward", "a"), sides=("old", "new"), names={"a": "b"})
    assert name_in_tf(judgement) == "a of old is b of new"
