"""Ctrl-C, SIGTERM, SIGKILL: what had finished is reported, and nothing is left behind, no process and no half file."""

import os
import signal

import pytest

from tests.helpers.processes import alive, assert_consistent, fakes, finish, pids, start, verdicts, wait_until

SHORT = ("--steps=12", "--precision=float64")


@pytest.fixture
def running(tmp_path):
    """Starts a run of two cases; both sides hang in the second, so the first is done and judged by then.

    They hang while they follow: a worker is given those runs only behind all runs of the first case.
    """
    started = []
    temporary = tmp_path / "temporary"
    temporary.mkdir()

    def run(does):
        arguments = ("run", "mlp_regression", "linear_regression", *SHORT, f"--out={tmp_path / 'out'}")
        started.append(start(*arguments, *fakes(tmp_path, does, does), temporary=temporary))
        wait_until(lambda: len(list(tmp_path.glob("*-stuck"))) == 2)
        assert all(map(alive, pids(tmp_path)))
        return started[-1]

    yield run
    for process in started:
        process.kill()
        process.wait()


HANGS_IN_THE_SECOND = {"linear_regression": ("hangs while following", 1)}


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_reports_what_had_finished_and_leaves_nothing_behind(running, tmp_path, how):
    process = running(HANGS_IN_THE_SECOND)
    os.killpg(process.pid, how)
    outcome = finish(process)
    assert outcome.status == 2
    assert "interrupted: 1 of 2 cases had finished" in outcome.message
    assert verdicts(tmp_path / "out") == {"mlp_regression": "equivalent"}
    assert_consistent(tmp_path / "out")
    assert not any(map(alive, pids(tmp_path)))
    assert list((tmp_path / "temporary").iterdir()) == []


def test_a_run_interrupted_while_the_frameworks_are_imported_leaves_nothing_behind(running, tmp_path):
    process = running("hangs while importing")
    os.killpg(process.pid, signal.SIGINT)
    outcome = finish(process)
    assert outcome.status == 2
    assert "interrupted: 0 of 2 cases had finished" in outcome.message
    assert list((tmp_path / "out").iterdir()) == []
    assert not any(map(alive, pids(tmp_path)))
    assert list((tmp_path / "temporary").iterdir()) == []


@pytest.mark.parametrize("does", [HANGS_IN_THE_SECOND, "hangs while importing"], ids=["working", "importing"])
def test_no_worker_outlives_a_run_that_is_killed(running, tmp_path, does):
    process = running(does)
    process.kill()
    process.wait()
    wait_until(lambda: not any(map(alive, pids(tmp_path))))
    assert list((tmp_path / "out").iterdir()) == []
