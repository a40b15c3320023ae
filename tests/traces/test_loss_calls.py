"""The losses of a step are seen by their calls, wherever they are kept; what they call themselves does not count."""

import sys
from functools import partial
from threading import Thread

import pytest

from compare.traces.header import Setting
from compare.traces.settings.loss_calls import LossCalls, with_called


def squared(prediction, target, reduction="mean"):
    return (prediction - target) ** 2


def smoothed(prediction, target, smoothing=0.0):
    return squared(prediction, target, "sum")


def metric(prediction, target):
    return squared(prediction, target)


def raising(prediction):
    raise RuntimeError(prediction)


def read(kind, *names):
    return lambda arguments: (kind, {name: arguments[name] for name in names})


READERS = {
    squared.__code__: read("Squared", "reduction"),
    smoothed.__code__: read("Smoothed", "smoothing"),
    raising.__code__: read("Raising"),
}


@pytest.fixture
def calls():
    calls = LossCalls(READERS, {metric.__code__})
    yield calls
    calls.stop()
    assert sys.getprofile() is None


def test_a_call_is_seen_with_its_arguments_and_their_defaults_each_once(calls):
    kept = {"criterion": partial(squared, reduction="sum")}
    calls.start()
    for _ in range(2):
        kept["criterion"](1, 2)
        squared(1, 2)
    calls.stop()
    smoothed(1, 2)
    assert calls.found == [("Squared", {"reduction": "sum"}), ("Squared", {"reduction": "mean"})]


def test_what_a_loss_or_a_metric_calls_itself_does_not_count(calls):
    calls.start()
    smoothed(1, 2, smoothing=0.5)
    metric(1, 2)
    assert calls.found == [("Smoothed", {"smoothing": 0.5})]


def test_a_loss_that_raises_hides_no_later_one(calls):
    calls.start()
    with pytest.raises(RuntimeError):
        raising(1)
    squared(1, 2)
    assert [kind for kind, _ in calls.found] == ["Raising", "Squared"]


def test_a_call_that_cannot_be_read_is_looked_into():
    calls = LossCalls({smoothed.__code__: read("Smoothed", "missing"), squared.__code__: read("Squared")})
    calls.start()
    smoothed(1, 2)
    calls.stop()
    assert calls.found == [("Squared", {})]


def test_it_watches_once_and_replaces_no_profiler(calls):
    def profiler(*_):
        return None

    sys.setprofile(profiler)
    calls.start()
    calls.stop()
    assert sys.getprofile() is profiler
    sys.setprofile(None)
    calls.start()
    assert sys.getprofile() is not None
    calls.stop()
    calls.start()
    assert sys.getprofile() is None


def test_what_is_stopped_from_another_thread_ends_at_the_next_call(calls):
    calls.start()
    thread = Thread(target=calls.stop)
    thread.start()
    thread.join()
    squared(1, 2)
    assert (calls.found, sys.getprofile()) == ([], None)


def test_called_losses_replace_those_that_were_only_found():
    said = [Setting("loss", "MSELoss", "reduction", "mean"), Setting("precision", "", "default dtype", "float32")]
    called = [("L1Loss", {"reduction": "sum"}), ("CTCLoss", {"blank": 0})]
    assert with_called(said, []) == said
    assert with_called(said, called) == [
        said[1], Setting("loss", "L1Loss", "reduction", "sum"), Setting("loss 2", "CTCLoss", "blank", 0)
    ]  # fmt: skip


def test_what_runs_in_a_pause_is_not_watched_and_what_runs_behind_it_is(calls):
    calls.start()
    with calls.paused():
        assert sys.getprofile() is None
        squared(1.0, 2.0)
    assert calls.found == []
    squared(1.0, 2.0)
    assert [kind for kind, _ in calls.found] == ["Squared"]


def test_a_pause_of_what_does_not_watch_leaves_anothers_profiler_at_work(calls):
    def profiler(*_):
        return None

    sys.setprofile(profiler)
    try:
        with calls.paused():
            assert sys.getprofile() is profiler
        assert sys.getprofile() is profiler
    finally:
        sys.setprofile(None)
