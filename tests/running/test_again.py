"""A run that makes its first step again and again."""

import numpy as np
import pytest

from compare.running.again import Again, first_again, reseeding
from tests.helpers.synthetic import entries

BEGUN = {"w": np.array([8.0, 4.0]), "mean": np.array(1.0)}


@pytest.fixture
def repeat():
    """The gaps of steps that move the weight and the buffer by these."""

    def make(*steps):
        values = dict(BEGUN)
        weights = entries(values)
        again = Again(lambda: values.update(BEGUN), weights, {"mean": weights.pop("mean")})
        for weight, mean in steps:
            again.begin()
            assert (values["w"].tolist(), values["mean"]) == ([8, 4], 1)
            values |= {"w": values["w"] - weight, "mean": values["mean"] + mean}
            again.measure()
        return {key: list(found)[::2] for key, found in again.apart.items()}

    return make


def test_steps_that_do_the_same_are_not_apart(repeat):
    assert repeat((2, 1), (2, 1)) == {("update", "w"): [0, 0], ("buffer", "mean"): [0, 0]}


def test_each_step_is_measured_by_the_update_and_the_buffers_of_the_first(repeat):
    assert repeat((2, 1), (1, 1), (2, 3)) == {("update", "w"): [0, 0.5, 0], ("buffer", "mean"): [0, 0, 0.5]}


def test_each_step_has_the_first_batch_and_no_other_is_drawn():
    drawn = iter([{"x": 1}, {"x": 2}])
    assert list(first_again(drawn, 3)) == [{"x": 1}] * 3
    assert next(drawn) == {"x": 2}


def test_without_batches_there_is_nothing_to_run():
    assert list(first_again([], 3)) == []


def test_random_numbers_begin_anew_before_each_batch():
    seeds = []
    for batch in reseeding([{"x": 1}, {"x": 2}], seeds.append):
        assert len(seeds) == batch["x"]
    assert len(set(seeds)) == 2
