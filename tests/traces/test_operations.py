"""Operations: the record of a step, bounded, and read back as it was written."""

import numpy as np
import pytest

from compare.traces import operations
from compare.traces.operations import OperationLog, from_arrays, to_arrays
from compare.traces.places import Called, Place
from tests.helpers.recorded_operations import Recorded


def step():
    recorded = Recorded()
    x, mask = recorded.enter(np.arange(6.0).reshape(2, 3)), recorded.enter(np.array([True, False]))
    y = recorded.run(3, [x, mask], np.ones((2, 3)) / 3, "mul")
    recorded.run(4, [y], 2.0, "sum", of=0, stops=True)
    recorded.back(y, recorded.weight("w", np.zeros(3)), np.ones(3))
    return recorded.end()


def test_a_record_is_read_back_as_it_was_written():
    record = step()
    again = from_arrays(to_arrays(record))
    assert again.operations == record.operations
    assert (again.edges, again.weights, again.asked) == (record.edges, record.weights, record.asked)
    assert again.capped == record.capped
    for one, other in zip(again.values, record.values, strict=True):
        assert (one.shape, one.dtype, one.print) == (other.shape, other.dtype, other.print)
        assert np.array_equal(one.whole, other.whole)


def test_a_value_comes_from_one_operation_and_goes_into_others():
    record = step()
    assert record.producer == {2: 0, 3: 1}
    assert record.consumers == {0: [0], 1: [0], 2: [1]}


def test_of_a_large_value_only_the_fingerprint_is_kept(monkeypatch):
    monkeypatch.setattr(operations, "WHOLE", 4)
    log = OperationLog()
    small, large = log.value(lambda: np.arange(4.0)), log.value(lambda: np.arange(5.0))
    assert log.values[small].whole is not None
    assert log.values[large].whole is None
    assert log.values[large].print.total == 10


def test_all_whole_values_together_are_bounded(monkeypatch):
    monkeypatch.setattr(operations, "MOST_WHOLE", 6)
    log = OperationLog()
    kept = [log.value(lambda: np.arange(4.0)) for _ in range(2)]
    assert [log.values[each].whole is not None for each in kept] == [True, False]


def test_a_value_without_a_content_has_its_shape():
    log = OperationLog()
    assert log.values[log.value(None, (2, 3))].shape == (2, 3)
    assert log.values[log.value(lambda: np.array("text"))].print is None


def test_a_step_of_too_many_operations_is_recorded_in_part_and_says_so(monkeypatch):
    monkeypatch.setattr(operations, "MOST_OPERATIONS", 2)
    log = OperationLog()
    for _ in range(2):
        assert not log.full
        log.operation("op", [], [], Called((Place("f", 1, "g"),)))
    assert log.full
    assert log.end().capped == "the step has more than 2 operations"


def test_a_step_that_takes_too_long_to_record_says_so(monkeypatch):
    monkeypatch.setattr(operations, "MOST_SECONDS", 0.0)
    log = OperationLog()
    log.value(lambda: np.arange(4.0))
    assert log.full
    assert "takes longer than 0 s" in log.end().capped


def test_the_place_is_that_of_who_called():
    [first, *_] = OperationLog().place().own
    assert (first.file, first.function) == (__file__, "test_the_place_is_that_of_who_called")


@pytest.mark.parametrize("value", [np.array([1, 2]), np.array([True]), np.float32(0.5)])
def test_the_dtype_is_that_of_the_value(value):
    log = OperationLog()
    assert log.values[log.value(lambda: value)].dtype == value.dtype.name


def test_a_value_that_cannot_be_read_is_one_without_content():
    log = OperationLog()

    def fail():
        raise RuntimeError("no memory")

    value = log.values[log.value(fail, (2, 3), "float32")]
    assert (value.shape, value.dtype, value.print, value.whole) == ((2, 3), "float32", None, None)
