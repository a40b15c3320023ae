"""Whatever becomes of a worker costs one job, is said in words, and leaves no process behind."""

import itertools
import time

import pytest

from compare.inputs import cases
from compare.inputs.case_inputs import make_inputs, write_inputs
from compare.running.execute import Job
from compare.running.pool import Workers
from compare.traces.trace import Trace
from tests.fake_worker import BETWEEN_REPORTS, LAST_WORDS, MESSAGE, python_that
from tests.processes import DEADLINE, alive, pids, wait_until

# A silent import counts as silence: a second would do on an idle machine only.
TIMEOUT = 4
STEP = 2
CASE = "linear_regression"


@pytest.fixture
def workers(tmp_path):
    """Makes Workers of two fakes; `does` as in `python_that`."""

    def make(torch="trains", tf="trains", timeout=DEADLINE):
        pythons = {"torch": python_that(tmp_path, "torch", torch), "tf": python_that(tmp_path, "tf", tf)}
        return Workers(tmp_path, pythons, timeout=timeout)

    return make


@pytest.fixture
def job(tmp_path):
    """Makes a job of a few steps; each has a name and a trace of its own."""

    def make(name="job", case=CASE, steps=5):
        inputs = tmp_path / f"{case}.npz"
        write_inputs(make_inputs(cases.load(case), steps=steps), inputs)
        return Job(name, str(inputs), str(tmp_path / f"{name}-trace.npz"), "float64")

    return make


def ends(events):
    """What became of each job, without the progress."""
    return [event for event in events if event.kind != "progress"]


def test_a_job_ends_in_done_with_a_whole_trace(workers, job):
    with workers() as both:
        both.submit("torch", job())
        [event] = ends(both.events())
    assert (event.side, event.kind, event.job.id) == ("torch", "done", "job")
    with Trace(job().trace) as trace:
        assert trace.steps == 5


def test_progress_counts_the_steps(workers, job):
    with workers(torch={CASE: ("prints", STEP)}) as both:
        both.submit("torch", job())
        steps = [event.step for event in both.events() if event.kind == "progress"]
    assert steps[: STEP + 1] == [0, 1, 2]


@pytest.mark.parametrize(
    ("deed", "said"),
    [
        ("exits", ["exit status 3", LAST_WORDS]),
        ("is killed", ["SIGKILL"]),
        ("is killed by a nameless signal", ["signal"]),
        ("fails", ["RuntimeError", MESSAGE]),
    ],
)
def test_a_worker_that_breaks_down_costs_one_job_and_says_why_and_when(workers, job, deed, said):
    with workers(torch={CASE: (deed, STEP)}) as both:
        both.submit("torch", job("broken"))
        both.submit("torch", job("whole", "mlp_regression"))
        broken, whole = ends(both.events())
    assert (broken.kind, broken.job.id) == ("failed", "broken")
    assert (whole.kind, whole.job.id) == ("done", "whole")
    for words in (*said, f"step {STEP}"):
        assert words in broken.message


def test_a_worker_that_hangs_is_ended_and_the_next_job_has_a_new_one(workers, job, tmp_path):
    with workers(torch={CASE: ("hangs", STEP)}, timeout=TIMEOUT) as both:
        both.submit("torch", job("stuck"))
        both.submit("torch", job("next", "mlp_regression"))
        events = both.events()
        stuck = next(event for event in events if event.kind != "progress")
        hanging = {pid for pid in pids(tmp_path) if alive(pid)}
        [following] = ends(events)
        assert len(hanging & {pid for pid in pids(tmp_path) if alive(pid)}) == 1, "only the other side's lives on"
    assert (stuck.kind, following.kind) == ("failed", "done")
    assert "--timeout" in stuck.message
    assert f"step {STEP}" in stuck.message


def test_a_worker_that_keeps_reporting_does_not_hang_however_long_it_takes(workers, job):
    steps = int(1.2 * TIMEOUT / BETWEEN_REPORTS)
    with workers(torch={CASE: ("prints", steps)}, timeout=TIMEOUT) as both:
        both.submit("torch", job(steps=steps))
        [event] = ends(both.events())
    assert event.kind == "done", event.message


def test_a_worker_that_hangs_is_noticed_while_the_other_is_busy(workers, job):
    end = time.monotonic() + 3 * TIMEOUT
    with workers(torch="hangs", tf="never ends", timeout=TIMEOUT) as both:
        both.submit("torch", job("stuck"))
        both.submit("tf", job("busy"))
        events = itertools.takewhile(lambda event: time.monotonic() < end, both.events())
        assert next((event.job.id for event in events if event.kind == "failed"), "nothing") == "stuck"


def test_a_worker_that_dies_between_two_jobs_costs_the_next_one(workers, job, tmp_path):
    with workers(torch="dies when ready") as both:
        wait_until(lambda: len(pids(tmp_path)) == 2)
        wait_until(lambda: any(not alive(pid) for pid in pids(tmp_path)))
        both.submit("torch", job())
        [event] = ends(both.events())
    assert event.kind == "failed"
    assert "exit status 3" in event.message


@pytest.mark.parametrize("deed", ["prints", "prints before it begins"])
def test_what_a_worker_prints_disturbs_nothing(workers, job, deed):
    with workers(torch=deed, timeout=TIMEOUT) as both:
        both.submit("torch", job())
        [event] = ends(both.events())
    assert event.kind == "done", event.message


def test_dropped_jobs_are_not_begun(workers, job):
    with workers() as both:
        for name in ("one", "two", "three"):
            both.submit("torch", job(name))
        both.drop({"one", "three"})
        assert [event.job.id for event in ends(both.events())] == ["two"]


def test_an_error_outside_leaves_no_process_behind(workers, job, tmp_path):
    def fail():
        with workers(torch="hangs", tf="never ends") as both:
            both.submit("torch", job("stuck"))
            both.submit("tf", job("busy"))
            for _ in both.events():
                wait_until(lambda: len(pids(tmp_path)) == 2)
                raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert not any(map(alive, pids(tmp_path)))
