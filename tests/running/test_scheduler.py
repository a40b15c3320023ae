"""Several studies are open at once, no more than so many; their answers come as they are there."""

import threading
import time

import pytest

from compare.running.scheduler import at_once

DEADLINE = 10


def _waiting_at(barrier):
    return lambda begun: begun() or barrier.wait()


def test_every_study_answers_once():
    assert sorted(at_once(3, [lambda begun, n=n: n for n in range(20)])) == list(range(20))


def test_as_many_are_open_at_once_as_are_asked_for():
    together = threading.Barrier(3, timeout=DEADLINE)
    assert set(at_once(3, [_waiting_at(together)] * 6)) == {0, 1, 2}


def test_no_more_are_open_at_once():
    together = threading.Barrier(3, timeout=0.2)
    with pytest.raises(threading.BrokenBarrierError):
        list(at_once(2, [_waiting_at(together)] * 3))


def test_an_answer_comes_before_slower_ones():
    slow = threading.Event()
    answers = at_once(2, [lambda begun: begun() or slow.wait(DEADLINE), lambda begun: "quick"])
    assert next(answers) == "quick"
    slow.set()
    assert next(answers) is True


def test_what_a_study_raises_is_raised_where_answers_are_awaited():
    with pytest.raises(ZeroDivisionError):
        list(at_once(2, [lambda begun: 1 / 0]))


def test_who_stops_listening_has_no_further_study_begun():
    begun_ones, go_on = [], threading.Event()

    def study(begun):
        begun_ones.append(1)
        return go_on.wait(DEADLINE) if len(begun_ones) > 1 else None

    answers = at_once(1, [study] * 10)
    next(answers)
    answers.close()
    go_on.set()
    assert len(begun_ones) <= 2, "one may have been on its way"


def test_studies_begin_in_their_order_one_after_another():
    order = []

    def study(number):
        def work(begun):
            order.append(f"{number} begins")
            time.sleep(0.01 * (5 - number))
            order.append(f"{number} has begun")
            begun()

        return work

    list(at_once(5, [study(number) for number in range(5)]))
    assert order == [f"{number} {what}" for number in range(5) for what in ("begins", "has begun")]


def test_a_study_that_fails_before_it_has_begun_holds_up_no_other():
    def fail(begun):
        raise ZeroDivisionError

    answers = at_once(2, [lambda begun: 1, fail, lambda begun: begun()])
    with pytest.raises(ZeroDivisionError):
        list(answers)


def test_nothing_to_study_gives_no_answer():
    assert list(at_once(3, [])) == []
