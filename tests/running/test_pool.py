"""Whatever becomes of a worker costs one request, is said in words, and leaves no process behind."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from compare.inputs import cases
from compare.inputs.case_inputs import make_inputs, write_inputs
from compare.running.pool import Pool
from compare.running.request import RequestFailedError, TrainCase, Training
from compare.traces.trace import Trace
from tests.helpers.fake_worker import BETWEEN_REPORTS, LAST_WORDS, MESSAGE, python_that
from tests.helpers.processes import DEADLINE, alive, pids, wait_until

TIMEOUT = 1
STEP = 2
CASE = "linear_regression"


@pytest.fixture
def pool(tmp_path):
    """Makes a Pool of two fakes; `does` as in `python_that`."""

    def make(torch="trains", tf="trains", timeout=DEADLINE):
        pythons = {"torch": python_that(tmp_path, "torch", torch), "tf": python_that(tmp_path, "tf", tf)}
        return Pool(tmp_path, pythons, timeout=timeout)

    return make


@pytest.fixture
def request_of(tmp_path):
    """Makes a request for a few steps; each leaves a trace of its own."""

    def make(name="run", case=CASE, steps=5):
        inputs = tmp_path / f"{case}.npz"
        write_inputs(make_inputs(cases.load(case), steps=steps), inputs)
        return TrainCase(str(tmp_path / f"{name}-trace.npz"), str(inputs), Training("float64"))

    return make


def is_silent_for(workers, timeout):
    """Lets them wait so long from here on: a silent import counts as silence, and may take seconds."""
    for process in workers._processes.values():
        process._timeout = timeout


@pytest.fixture
def imported(pool, request_of):
    """A pool whose workers have imported what they need, and wait for no more than a second from then on."""

    @contextmanager
    def make(**does):
        with pool(**does) as workers:
            workers.fulfil([(side, request_of(f"first of {side}", "mlp_regression")) for side in ("torch", "tf")])
            is_silent_for(workers, TIMEOUT)
            yield workers

    return make


def test_a_request_is_fulfilled_by_a_whole_trace(pool, request_of):
    with pool() as workers:
        workers.fulfil([("torch", request_of())])
    with Trace(request_of().output) as trace:
        assert trace.steps == 5


def test_progress_counts_the_steps_and_says_when_it_is_done(pool, request_of):
    seen = []
    with pool(torch={CASE: ("prints", STEP)}) as workers:
        workers.fulfil([("torch", request_of())], seen.append)
    assert [progress.step for progress in seen if not progress.done][: STEP + 1] == [0, 1, 2]
    assert [progress.done for progress in seen] == [False] * (len(seen) - 1) + [True]


# By the case in which it happens; the words that tell it.
BREAKDOWNS = {
    "linear_regression": ("exits", ["exit status 3", LAST_WORDS]),
    "mlp_regression": ("is killed", ["SIGKILL"]),
    "gru": ("is killed in a hurry", ["SIGKILL"]),
    "binary_classifier": ("is killed by a nameless signal", ["signal"]),
    "vae": ("fails", ["RuntimeError", MESSAGE]),
}


def test_a_worker_that_breaks_down_costs_one_request_and_says_why_and_when(pool, request_of):
    with pool(torch={case: (deed, STEP) for case, (deed, _) in BREAKDOWNS.items()}) as workers:
        for case, (_, said) in BREAKDOWNS.items():
            with pytest.raises(RequestFailedError) as broken:
                workers.fulfil([("torch", request_of("broken", case))])
            for words in ("torch: ", *said, f"step {STEP}"):
                assert words in str(broken.value)
            workers.fulfil([("torch", request_of("whole", "lstm"))])


def test_a_worker_that_hangs_is_ended_and_the_next_request_has_a_new_one(imported, request_of, tmp_path):
    with imported(torch={CASE: ("hangs", STEP)}) as workers:
        with pytest.raises(RequestFailedError, match=rf"--timeout.*step {STEP}"):
            workers.fulfil([("torch", request_of("stuck"))])
        is_silent_for(workers, DEADLINE)
        hanging = set(pids(tmp_path))
        workers.fulfil([("torch", request_of("next", "mlp_regression"))])
        assert len({pid for pid in hanging if alive(pid)}) == 1, "only the other side's lives on"


def test_a_worker_that_keeps_reporting_does_not_hang_however_long_it_takes(imported, request_of):
    steps = int(2 * TIMEOUT / BETWEEN_REPORTS)
    with imported(torch={CASE: ("prints", steps)}) as workers:
        workers.fulfil([("torch", request_of(steps=steps))])


def test_a_worker_that_hangs_is_noticed_while_the_other_is_busy(imported, request_of):
    deeds = {"torch": {CASE: ("hangs", 0)}, "tf": {CASE: ("never ends", 0)}}
    with imported(**deeds) as workers, pytest.raises(RequestFailedError) as failed:
        workers.fulfil([("tf", request_of("busy")), ("torch", request_of("stuck"))])
    assert failed.value.side == "torch"


def test_a_worker_that_dies_between_two_requests_costs_the_next_one(pool, request_of, tmp_path):
    with pool(torch="dies when ready") as workers:
        wait_until(lambda: len(pids(tmp_path)) == 2)
        wait_until(lambda: any(not alive(pid) for pid in pids(tmp_path)))
        with pytest.raises(RequestFailedError, match="exit status 3"):
            workers.fulfil([("torch", request_of())])


@pytest.mark.parametrize("deed", ["prints", "prints before it begins"])
def test_what_a_worker_prints_disturbs_nothing(pool, request_of, deed):
    with pool(torch=deed) as workers:
        workers.fulfil([("torch", request_of())])


def test_where_a_request_fails_those_asked_for_with_it_are_not_begun(pool, request_of, tmp_path):
    with pool(torch={CASE: ("fails", 0)}) as workers:
        with pytest.raises(RequestFailedError):
            workers.fulfil([("torch", request_of("one")), *[("torch", request_of(f"more {n}")) for n in range(20)]])
        workers.fulfil([("torch", request_of("another", "mlp_regression"))])
    assert len(list(tmp_path.glob("more*"))) == 0


def test_what_others_asked_for_goes_on_where_a_request_fails(pool, request_of):
    with pool(torch={CASE: ("fails", STEP)}) as workers, ThreadPoolExecutor() as others:
        failing = others.submit(workers.fulfil, [("torch", request_of("broken"))])
        whole = others.submit(workers.fulfil, [("torch", request_of("whole", "mlp_regression"))])
        whole.result()
        assert isinstance(failing.exception(), RequestFailedError)


def test_an_error_outside_leaves_no_process_behind(pool, request_of, tmp_path):
    def fail():
        with ThreadPoolExecutor() as others, pool(torch="hangs", tf="never ends") as workers:
            both = [("torch", request_of("stuck")), ("tf", request_of("busy"))]
            others.submit(workers.fulfil, both)
            wait_until(lambda: len(pids(tmp_path)) == 2)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert not any(map(alive, pids(tmp_path)))


def test_whoever_waits_when_the_workers_end_is_told_so(pool, request_of, tmp_path):
    workers = pool(torch="hangs")
    with ThreadPoolExecutor() as others:
        waiting = others.submit(workers.fulfil, [("torch", request_of("one")), ("torch", request_of("two"))])
        wait_until(lambda: (tmp_path / "torch-stuck").exists())
        workers.__exit__()
        assert waiting.exception(timeout=DEADLINE) is not None
    with pytest.raises(RuntimeError, match="shutdown"):
        workers.fulfil([("torch", request_of("three"))])
    assert not any(map(alive, pids(tmp_path)))
