"""Learning rates become curves: one an optimizer, one a group where they differ, and none where none is known."""

import numpy as np
import pytest

from compare.traces.rates import EveryRate, Rates, is_rate, named_curves

NAN = np.nan


class Told(Rates):
    """Rates that are told from outside; an exception is raised."""

    def __init__(self, *rates):
        super().__init__()
        self.rates, self.attached = list(rates), True

    def _used(self):
        rate = self.rates.pop(0)
        if isinstance(rate, Exception):
            raise rate
        return rate

    def values(self):
        return np.array(self._steps, dtype=float)

    def detach(self):
        self.attached = False


def curves(**by_optimizer):
    found = named_curves({name.strip("_"): np.array(values) for name, values in by_optimizer.items()})
    return {name: values.tolist() for name, values in found.items()}


def test_a_single_optimizer_has_one_curve():
    assert curves(_=[[0.1], [0.2]]) == {"learning_rate": [0.1, 0.2]}


def test_several_are_told_apart_by_their_names():
    assert curves(maker=[[0.1]], critic=[[0.2]]) == {"learning_rate (maker)": [0.1], "learning_rate (critic)": [0.2]}


def test_groups_of_one_rate_have_one_curve_and_else_one_each():
    assert curves(_=[[0.1, 0.1], [NAN, NAN]])["learning_rate"] == pytest.approx([0.1, NAN], nan_ok=True)
    assert curves(_=[[0.1, 0.1], [0.1, 0.2]]) == {
        "learning_rate (group 0)": [0.1, 0.1],
        "learning_rate (group 1)": [0.1, 0.2],
    }
    assert list(curves(two=[[0.1, 0.2]])) == ["learning_rate (two, group 0)", "learning_rate (two, group 1)"]


def test_each_step_has_its_value_and_what_is_never_known_has_no_curve():
    told = Told([0.1], [NAN]), Told([NAN], [NAN])
    every = EveryRate(dict(enumerate(told)).get, {"a": 0, "b": 1, "an object of one's own": 2})
    for _ in range(2):
        every.end_step()
    [(name, values)] = every.curves().items()
    assert name == "learning_rate (a)"
    np.testing.assert_array_equal(values, [0.1, NAN])
    every.detach()
    assert not any(one.attached for one in told)


def test_a_rate_that_cannot_be_read_stops_no_loop():
    told = Told([0.1], ValueError("no such thing"), [0.1])
    every = EveryRate({0: told}.__getitem__, {"": 0, "cannot be watched": 1})
    for _ in range(3):
        every.end_step()
    assert (every.curves(), told.attached) == ({}, False)


@pytest.mark.parametrize(("name", "is_one"), [
    ("learning_rate", True), ("learning_rate (2)", True), ("learning_rates", False), ("loss", False),
])  # fmt: skip
def test_its_name_says_that_a_curve_is_a_rate(name, is_one):
    assert is_rate(name) is is_one
