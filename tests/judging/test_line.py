"""A line of code, and what is said of its value."""

import numpy as np
import pytest

from compare.judging.line import PARTS, as_made, compared, line, place_of, shown
from compare.traces.operations import OperationLog
from compare.traces.places import Called, Place
from tests.helpers.recorded_operations import Recorded

X = np.random.default_rng(2).normal(size=(8, 3))


def recorded(library=None):
    log = OperationLog()
    x = log.value(lambda: X)
    y = log.value(lambda: X.mean())
    number = log.operation("mean", [x], [y], Called((Place("/home/user/port.py", 12, "loss"),), library))
    return log.end(), y, number


@pytest.mark.parametrize(
    ("value", "text"), [(np.float64(0.70310049), "0.7031"), (X, f"mean magnitude {np.abs(X).mean():.4g}")]
)
def test_a_number_is_shown_as_it_is_and_several_by_their_mean_magnitude(value, text):
    log = OperationLog()
    assert shown(log.values[log.value(lambda: value)]) == text


def test_a_line_has_its_place_its_value_and_its_shape():
    record, value, number = recorded()
    step = compared(record, Recorded().end(), 1e-10)
    found = line(step, "the loss", "torch", PARTS, place_of(record, number), value, "= 8 x")
    assert (found.where, found.shape, found.note, found.in_library) == ("port.py:12", "scalar", "= 8 x", "")
    assert found.value == f"{X.mean():.6g}"


def test_a_line_of_a_library_is_said_from_the_library_on():
    library = Place("/env/lib/python3.11/site-packages/torch/nn/functional.py", 3494, "cross_entropy")
    record, value, number = recorded(library)
    step = compared(record, Recorded().end(), 1e-10)
    found = line(step, "the loss", "torch", PARTS, place_of(record, number), value)
    assert found.in_library == "torch/nn/functional.py:3494 cross_entropy"


@pytest.mark.parametrize(("name", "others", "same"), [("Cast", 0, True), ("SelectV2", 2, True), ("AddV2", 1, False)])
def test_a_value_was_made_before_it_was_passed_on_or_chosen_as_it_is(name, others, same):
    recorded = Recorded()
    made = recorded.run(3, [recorded.enter(X)], np.exp(X), "Exp")
    beside = [recorded.run(2, [recorded.enter(X + n)], np.cos(X + n), "Cos") for n in range(others)]
    passed = recorded.run(4, [made, *beside, recorded.enter(1.0)], np.exp(X), name)
    step = compared(Recorded().end(), recorded.end(), 1e-10)
    assert as_made(step, "tf", passed) == (made if same else passed)
    assert as_made(step, "tf", 0) == 0
