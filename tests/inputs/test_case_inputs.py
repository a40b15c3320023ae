"""Both sides start from the same bytes: what a seed draws, and how batches are cut."""

from dataclasses import replace

import numpy as np
import pytest

from compare.inputs import cases
from compare.inputs.arrays import generators, sha256
from compare.inputs.case import Case
from compare.inputs.case_inputs import make_inputs, read_inputs, write_inputs

EXAMPLES = 10
CASE = Case(
    name="linear_regression",  # a name that reads back
    summary="",
    data=lambda generator: {"x": generator("x").random((EXAMPLES, 2)), "y": np.arange(EXAMPLES)},
    weights=lambda generator: {"w": generator("w").standard_normal((1, 2))},
    settings={},
    epochs=3,
    batch_size=4,
)
DROPPING, SHUFFLED = replace(CASE, drop_last=True), replace(CASE, shuffle=True)


def rows(inputs):
    """The examples that each batch holds."""
    return [batch["y"].tolist() for batch in inputs.batches("float64")]


@pytest.mark.parametrize("name", cases.NAMES)
def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(tmp_path, name):
    case = cases.load(name)
    first, second, other = (
        write_inputs(make_inputs(case, seed, steps=2), tmp_path / f"{number}.npz")
        for number, seed in enumerate((5, 5, 6))
    )
    assert first == second == sha256(tmp_path / "0.npz")
    assert (tmp_path / "0.npz").read_bytes() == (tmp_path / "1.npz").read_bytes()
    assert first != other


def test_what_was_written_reads_back(tmp_path):
    inputs = make_inputs(replace(SHUFFLED, name="mlp_regression"), seed=3, steps=5)
    write_inputs(inputs, tmp_path / "inputs.npz")
    again = read_inputs(tmp_path / "inputs.npz")
    assert again.case is cases.load("mlp_regression")
    assert (again.seed, again.steps) == (3, 5)
    for one, other in ((again.data, inputs.data), (again.weights, inputs.weights)):
        assert list(one) == list(other)
        assert all(one[name].tobytes() == other[name].tobytes() for name in one)
        assert all(one[name].dtype == other[name].dtype for name in one)
    np.testing.assert_array_equal(again.order, inputs.order)


STEPWISE = replace(
    CASE,
    per_step=lambda generator, steps: {"noise": generator("noise").random((steps, 3)), "late": np.arange(steps) > 1},
    held_out=lambda generator: {"x": np.ones((2, 2)), "noise": np.full(3, 7.0)},
    prepare=lambda batch: {**batch, "x": 2 * batch["x"]},
)


def test_each_step_has_arrays_of_its_own_beside_its_examples():
    inputs = make_inputs(STEPWISE, steps=5)
    for step, batch in enumerate(inputs.batches("float32")):
        np.testing.assert_array_equal(batch["noise"], generators(0)("noise").random((5, 3))[step].astype("float32"))
        assert batch["late"].shape == ()
        assert batch["late"].dtype == bool
        assert bool(batch["late"]) == (step > 1)
        assert batch["noise"].dtype == "float32"
    assert set(make_inputs(CASE, steps=1).batch(0, "float64")) == {"x", "y"}


def test_the_batch_that_is_held_out_is_prepared_as_every_batch():
    held_out = make_inputs(STEPWISE).held_out("float32")
    np.testing.assert_array_equal(held_out["x"], np.full((2, 2), 2.0))
    assert held_out["x"].dtype == "float32"
    assert make_inputs(CASE).held_out("float64") is None


def test_what_each_step_has_and_what_is_held_out_read_back(tmp_path):
    inputs = make_inputs(STEPWISE, steps=4)
    write_inputs(inputs, tmp_path / "inputs.npz")
    again = read_inputs(tmp_path / "inputs.npz")
    np.testing.assert_array_equal(again.per_step["noise"], inputs.per_step["noise"])
    np.testing.assert_array_equal(again.evaluation["x"], inputs.evaluation["x"])


def test_an_array_that_is_added_changes_no_other():
    more = replace(CASE, data=lambda generator: {"new": generator("new").random(EXAMPLES), **CASE.data(generator)})
    np.testing.assert_array_equal(make_inputs(more).data["x"], make_inputs(CASE).data["x"])


def test_a_partial_batch_is_kept_or_dropped_as_the_case_says():
    assert rows(make_inputs(CASE, epochs=1)) == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]]
    assert rows(make_inputs(DROPPING, epochs=1)) == [[0, 1, 2, 3], [4, 5, 6, 7]]
    assert make_inputs(CASE).steps_per_epoch == 3
    assert make_inputs(DROPPING).steps_per_epoch == 2


def test_a_case_without_batch_size_has_one_batch_an_epoch():
    assert rows(make_inputs(replace(CASE, batch_size=None), epochs=2)) == [list(range(EXAMPLES))] * 2


def test_each_epoch_is_a_permutation_of_its_own():
    order = make_inputs(SHUFFLED, epochs=5).order
    np.testing.assert_array_equal(np.sort(order, axis=1), np.tile(np.arange(EXAMPLES), (5, 1)))
    assert len({tuple(epoch) for epoch in order}) == 5
    batches = rows(make_inputs(SHUFFLED, epochs=2))
    assert [example for batch in batches[3:] for example in batch] == order[1].tolist()


def test_a_batch_takes_the_same_examples_of_every_array():
    inputs = make_inputs(SHUFFLED)
    for batch in inputs.batches("float64"):
        np.testing.assert_array_equal(batch["x"], inputs.data["x"][batch["y"]])


@pytest.mark.parametrize(
    ("epochs", "steps", "expected"),
    [(None, None, 9), (2, None, 6), (None, 2, 2), (None, 11, 11), (2, 4, 4), (2, 100, 6)],
)
def test_steps_alone_are_exact_and_with_epochs_the_lesser_counts(epochs, steps, expected):
    inputs = make_inputs(CASE, epochs=epochs, steps=steps)
    assert inputs.steps == len(rows(inputs)) == expected


def test_more_steps_than_the_cases_epochs_go_on_with_new_permutations():
    longer = make_inputs(SHUFFLED, steps=20)
    assert len(longer.order) == 7
    assert len({tuple(epoch) for epoch in longer.order}) == 7


@pytest.mark.parametrize("options", [{"epochs": 0}, {"steps": 0}, {"epochs": -1}, {"steps": -3}])
def test_nothing_to_train_is_refused(options):
    with pytest.raises(ValueError, match="leave nothing to train, expected at least 1"):
        make_inputs(CASE, **options)


def test_too_few_examples_for_one_batch_are_refused_with_both_numbers():
    with pytest.raises(ValueError, match="10 examples are less than one batch of 11"):
        make_inputs(replace(DROPPING, batch_size=11))


def test_a_data_directory_for_a_case_that_reads_none_is_refused(tmp_path):
    with pytest.raises(ValueError, match="linear_regression generates its data and reads none"):
        make_inputs(CASE, data_dir=tmp_path)


def test_a_data_directory_is_read_and_only_the_weights_drawn(tmp_path):
    reading = replace(CASE, read_data=lambda path: {"x": np.full((4, 1), float(path == tmp_path)), "y": np.arange(4)})
    inputs = make_inputs(reading, data_dir=tmp_path)
    assert inputs.data["x"].all()
    assert inputs.steps == 3
    np.testing.assert_array_equal(inputs.weights["w"], make_inputs(CASE).weights["w"])


def test_a_batch_is_prepared_in_float64_and_then_cast():
    thirds = replace(CASE, prepare=lambda batch: {"x": batch["x"] / 3, "y": batch["y"]})
    inputs = make_inputs(thirds)
    [single, double] = (inputs.batch(1, precision) for precision in ("float32", "float64"))
    np.testing.assert_array_equal(double["x"], inputs.data["x"][4:8] / 3)
    np.testing.assert_array_equal(single["x"], (inputs.data["x"][4:8] / 3).astype(np.float32))
    assert single["x"].dtype == np.float32
