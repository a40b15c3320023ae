"""A line of code, and what is said of its value."""

import numpy as np
import pytest

from compare.judging.line import PARTS, compared, line, place_of, shown
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
