"""All weights of a model are read and set at once, each variable once, however many weights are parts of it."""

import numpy as np
import pytest

from compare.traces.state import ModelState
from tests.traces.test_parameters import Array


class Counted(Array):
    """Counts how often a variable is read and set, by its identity."""

    read, written = [], []

    def native(self):
        self.read.append(id(self.variable))
        return super().native()

    def set(self, native):
        self.written.append(id(self.variable))
        super().set(native)


def transposed(array):
    return array.T


def upper(array):
    return array[:2]


def lower(array):
    return array[2:]


@pytest.fixture
def model():
    """Two weights that are halves of one variable, and one with a variable of its own; the state of them."""
    both, own = np.arange(8.0).reshape(4, 2), np.arange(6.0, dtype=np.float32).reshape(2, 3)
    Counted.read.clear()
    Counted.written.clear()
    parameters = {"q": Counted(both, upper), "k": Counted(both, lower), "fc": Counted(own, transposed)}
    return ModelState(parameters), both, own


def test_values_are_in_canonical_layout_and_each_variable_is_read_once(model):
    state, both, own = model
    found = state.values()
    assert list(found) == ["q", "k", "fc"]
    for name, expected in {"q": both[:2], "k": both[2:], "fc": own.T}.items():
        np.testing.assert_array_equal(found[name], expected)
        assert found[name].dtype == expected.dtype
    assert sorted(Counted.read) == sorted({id(both), id(own)})


def test_values_do_not_change_when_the_model_does(model):
    state, both, _ = model
    found = state.values()
    both += 1
    assert found["q"].tolist() == [[0, 1], [2, 3]]


def test_what_is_assigned_to_parts_of_a_variable_is_set_together_and_once(model):
    state, both, own = model
    state.assign({"k": np.full((2, 2), 7.0), "q": np.full((2, 2), 5.0)})
    assert both.tolist() == [[5, 5], [5, 5], [7, 7], [7, 7]]
    assert Counted.written == [id(both)]
    assert own.tolist() == np.arange(6.0).reshape(2, 3).tolist()


def test_what_is_not_assigned_stays_though_it_is_part_of_the_same_variable(model):
    state, both, _ = model
    state.assign({"k": np.zeros((2, 2))})
    assert both.tolist() == [[0, 1], [2, 3], [0, 0], [0, 0]]


def test_what_is_assigned_takes_the_dtype_of_its_variable(model):
    state, _, own = model
    state.assign({"fc": np.full((3, 2), 0.1)})
    assert (own == np.float32(0.1)).all()
    assert state.values()["fc"].dtype == np.float32
