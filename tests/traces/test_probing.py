"""Expressions of others are evaluated where a file asks for them, of the last step alone, and harm nothing."""

import numpy as np
import pytest

from compare.traces import probing as module
from compare.traces.fingerprints import fingerprint
from compare.traces.probing import probe, probing, read_probed

TWO = np.array([1.0, 2.0])


@pytest.fixture
def found(tmp_path):
    """What is found in so many steps, in each of which a function of its number is called."""

    def run(step, steps=1):
        path = tmp_path / "probed.json"
        with probing(str(path), [{}] * steps) as batches:
            for number, _ in enumerate(batches):
                step(number)
        return read_probed(path)

    return run


def test_each_expression_is_known_by_what_it_gives(found):
    prints = found(lambda _: probe([3, 5], [lambda: TWO, lambda: (TWO, 2 * TWO)]))
    assert prints == {3: [fingerprint(TWO)], 5: [fingerprint(TWO), fingerprint(2 * TWO)]}


def test_what_fails_or_is_no_number_gives_nothing_and_the_others_do(found):
    prints = found(lambda _: probe([0, 1, 2], [lambda: TWO / [], lambda: "text", lambda: TWO]))
    assert list(prints) == [2]


def test_the_last_step_alone_is_known(found):
    prints = found(lambda number: probe([0], [lambda: number * TWO]), steps=3)
    assert prints == {0: [fingerprint(2 * TWO)]}


def test_a_place_is_asked_a_few_times_and_not_by_what_is_asked_there(found):
    def place():
        probe([0], [lambda: place() or TWO])

    prints = found(lambda _: [place() for _ in range(5)])
    assert prints == {0: [fingerprint(TWO)] * module.TIMES}


def test_what_takes_long_is_left_out(found, monkeypatch):
    monkeypatch.setattr(module, "OF_A_PLACE", 0.0)
    assert found(lambda _: probe([0, 1], [lambda: TWO, lambda: TWO])) == {}


def test_where_nobody_asks_nothing_is_evaluated():
    asked = []
    with probing(None, [{}]) as batches:
        assert list(batches) == [{}]
        probe([0], [lambda: asked.append(1)])
    assert asked == []


def test_an_error_of_the_step_is_not_lost_and_ends_the_asking(tmp_path):
    def fail(batches):
        for _ in batches:
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), probing(str(tmp_path / "probed.json"), [{}]) as batches:
        fail(batches)
    asked = []
    probe([0], [lambda: asked.append(1)])
    assert asked == []
