"""An outcome is its judgement's where there is one, and an error where there is none."""

from types import SimpleNamespace

import pytest

from compare.inputs.subject import Subject
from compare.reporting.outcome import Outcome

SUBJECT = Subject("a_case", seed=3, steps=5)


@pytest.mark.parametrize("verdict", ["equivalent", "diverged", "not decreasing"])
def test_what_was_judged_has_the_verdict_and_findings_of_its_judgement(verdict):
    judgement = SimpleNamespace(verdict=verdict, findings=("a leak",))
    outcome = Outcome(SUBJECT, "", judgement, errors=("not shown",))
    assert (outcome.case, outcome.seed, outcome.verdict, outcome.findings) == ("a_case", 3, verdict, ("a leak",))


def test_what_could_not_be_judged_is_an_error_and_says_why():
    outcome = Outcome(SUBJECT, "", None, ("tf: the worker died",))
    assert (outcome.verdict, outcome.findings) == ("error", ("tf: the worker died",))
