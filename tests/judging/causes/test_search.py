"""One change after another, until a port is equivalent: which are accepted, and what is said of them."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from compare.judging.causes import search as module
from compare.judging.causes.code import Code, Rewrite
from compare.judging.causes.files import Candidate
from compare.judging.causes.search import with_causes
from compare.judging.causes.trial import Tried
from compare.judging.judgement import Judgement
from compare.judging.steps import Series
from compare.running.request import RequestFailedError
from compare.traces.rates import beyond as beyond_the_last
from compare.traces.trace import TracePair
from tests.helpers.stage_row import BEYOND, row

TEXT = "a = 1\nb = 1\n"
LOSS, UPDATE = row(0, "loss", "loss", BEYOND), row(0, "update", "w", BEYOND)


@pytest.fixture
def searched(tmp_path, monkeypatch):
    """Judges a file right whose `a` and `b` are 2 (the loss, and the update); tries 3 and 2 for each of them."""
    file = tmp_path / "port.py"
    file.write_text(TEXT)

    def parts_in(text, right_b="b = 2"):
        return LOSS if "a = 2" not in text else UPDATE if right_b not in text else None

    def judge(patches, right_b="b = 2"):
        first = parts_in(Path(patches[0][1]).read_text() if patches else TEXT, right_b)
        return Judgement("equivalent" if first is None else "diverged", (), {}, first)

    def candidates(judgement, first, files):
        code = files.code(str(file))
        for number in (0, 1):
            statement = code.tree.body[number]
            for value in (3, 2):
                rewrite = Rewrite(statement.value, str(value), f"has 1, PyTorch {value}")
                yield Candidate(rewrite, code, code.with_rewrite(rewrite))

    class FakeTrial:
        def __init__(self, first, right_b):
            self.first, self.right_b = first, right_b

        def __call__(self, patches):
            parts = parts_in(Path(patches[0][1]).read_text(), self.right_b)
            places = {LOSS: 0, UPDATE: 1, None: 2}
            further = places[parts] - places[self.first]
            return Tried(self.first, parts, further, 0.0 if further > 0 else BEYOND)

    def found(right_b="b = 2", fails=None):
        def of(run, judgement, first):
            if fails:
                raise fails
            return FakeTrial(first, right_b)

        monkeypatch.setattr(module, "candidates", candidates)
        monkeypatch.setattr(module.Trial, "of", of)
        return with_causes(None, judge((), right_b), lambda patches: judge(patches, right_b), tmp_path)

    return found


def test_changes_are_found_one_after_the_other_until_the_port_is_equivalent(searched):
    found = searched()
    assert [(each.line, each.old, each.new) for each in found.causes] == [(1, "a = 1", "a = 2"), (2, "b = 1", "b = 2")]
    assert all(each.is_proven and each.makes_equivalent for each in found.causes)
    assert [each.what for each in found.causes] == ["the loss", "the update of w"]
    assert "-a = 1\n-b = 1\n+a = 2\n+b = 2\n" in found.patch
    assert found.verdict == "diverged"


def test_a_change_that_only_lets_more_agree_is_not_proven(searched):
    [cause] = searched(right_b="b = 7").causes
    assert (cause.new, cause.is_proven) == ("a = 2", False)


def test_a_schedule_that_agrees_only_as_far_as_was_trained_is_no_cause(searched, monkeypatch):
    monkeypatch.setattr(module, "_parts_beyond", lambda judgement, changed, is_set: judgement.first_divergence is LOSS)
    assert searched().causes == ()


@pytest.mark.parametrize("outcome", [RequestFailedError("tf", "no Python"), Judgement("error", (), {}, None)])
def test_a_change_with_which_the_whole_port_fails_is_refused(outcome):
    def judge(patches):
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    assert module._judged(judge, ()) is None
    right = Judgement("equivalent", (), {}, None)
    assert module._judged(lambda patches: right, ()) is right


def test_only_of_a_learning_rate_it_counts_what_is_beyond_the_training(monkeypatch):
    monkeypatch.setattr(module, "rates_beyond_apart", lambda pair: "beyond")
    changed = with_rates([0.1, 0.2], beyond=True)
    assert module._parts_beyond(RATE, changed, True)
    assert not module._parts_beyond(Judgement("diverged", (), {}, LOSS), changed, True)


RATE = Judgement("diverged", (), {}, row(0, "rate", "learning_rate", BEYOND))


def with_rates(rates, beyond=False):
    curves = {"learning_rate": np.array(rates)} | ({beyond_the_last("learning_rate"): np.zeros(3)} if beyond else {})
    pair = TracePair(*[SimpleNamespace(curves=curves)] * 2)
    return Judgement("equivalent", (), {"float64": SimpleNamespace(pair=pair)}, None)


@pytest.mark.parametrize(
    ("changed", "is_set", "refused"),
    [
        (with_rates([0.1, 0.2, 0.3]), False, True),
        (with_rates([0.1, 0.2, 0.3]), True, False),
        (with_rates([0.1, 0.2, 0.3], beyond=True), False, False),
        (with_rates(np.arange(9.0)), False, False),
    ],
    ids=["a few rates", "a setting", "known beyond", "many rates"],
)
def test_of_rates_that_are_known_no_further_a_few_prove_nothing(changed, is_set, refused, monkeypatch):
    monkeypatch.setattr(module, "rates_beyond_apart", lambda pair: "")
    assert module._parts_beyond(RATE, changed, is_set) is refused


def test_a_change_behind_which_the_same_parts_later_is_not_proven_and_is_not_taken_back(tmp_path, monkeypatch):
    file = tmp_path / "port.py"
    file.write_text("a = 1\n")

    def judge(patches):
        code = Path(patches[0][1]).read_text() if patches else file.read_text()
        return Judgement("diverged", (), {}, row(3 if "2" in code else 0, "loss", "loss", BEYOND))

    def candidates(judgement, first, files):
        code = files.code(str(file))
        rewrite = Rewrite(code.tree.body[0].value, "1" if "2" in code.text else "2", "has another")
        yield Candidate(rewrite, code, code.with_rewrite(rewrite))

    agreeing = SimpleNamespace(of=lambda run, judgement, first: lambda patches: Tried(first, None, 1, 0.0))
    monkeypatch.setattr(module, "candidates", candidates)
    monkeypatch.setattr(module, "Trial", agreeing)
    [cause] = with_causes(None, judge(()), judge, tmp_path).causes
    assert (cause.new, cause.is_proven) == ("a = 2", False)


@pytest.fixture
def traced(tmp_path, monkeypatch):
    """Judges a port whose graph parts at step 3, with `a` and then with `b` changed: where it parts then."""
    file = tmp_path / "port.py"
    file.write_text(TEXT)
    code = Code(str(file), TEXT)

    def judged(at):
        first = None if at is None else row(at, "loss", "loss", BEYOND)
        curve = np.array([0.0, 0.0, 0.0, 0.5 if at == 3 else 0.125])
        series = Series("loss", "loss", np.arange(4), curve, np.full(4, 0.25))
        findings = (module.FROZEN,) if at == 3 else ()
        return Judgement(
            "equivalent" if at is None else "diverged", findings, {"": SimpleNamespace(series=[series])}, first
        )

    def found(*parts_at):
        rewrites = [Rewrite(statement.value, "2", "keeps it") for statement in code.tree.body]
        made = [Candidate(each, code, code.with_rewrite(each)) for each in rewrites]
        outcomes = {each.after.text: judged(at) for each, at in zip(made, parts_at, strict=True)}
        monkeypatch.setattr(module, "candidates_of_graphs", lambda *_: made)
        monkeypatch.setattr(module, "_one_more", lambda *_: None)
        return with_causes(None, judged(3), lambda patches: outcomes[Path(patches[0][1]).read_text()], tmp_path)

    return found


def test_of_what_a_graph_kept_that_change_is_the_cause_with_which_the_whole_port_is_equivalent(traced):
    [cause] = traced(7, None).causes
    assert (cause.line, cause.new, cause.makes_equivalent, cause.closed) == (2, "b = 2", True, 0.125)


def test_a_change_behind_which_a_graph_parts_as_before_or_sooner_is_none(traced):
    assert traced(3, 2).causes == ()
    [cause] = traced(3, 7).causes
    assert (cause.new, cause.is_proven, cause.makes_equivalent) == ("b = 2", True, False)


def test_what_fails_here_costs_no_verdict(searched):
    found = searched(fails=KeyError("x"))
    assert found.verdict == "diverged"
    assert found.causes == ()
    assert "a fault of this program" in found.findings[-1]


def test_nothing_is_searched_where_the_time_is_up(searched, monkeypatch):
    monkeypatch.setattr(module, "SECONDS", -1.0)
    assert searched().causes == ()


def test_a_port_that_is_equivalent_stays_as_it_is(tmp_path):
    right = Judgement("equivalent", (), {}, None)
    assert with_causes(None, right, None, tmp_path) is right


def test_nothing_is_tried_for_a_step_far_behind(searched, monkeypatch):
    monkeypatch.setattr(module, "LATEST", -1)
    assert searched().causes == ()


def test_the_users_file_is_left_as_it_is(searched, tmp_path):
    searched()
    assert (tmp_path / "port.py").read_text() == TEXT
    assert Code.of(str(tmp_path / "port.py")).text == TEXT
