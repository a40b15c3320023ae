"""Both sides get the same bytes: inputs, weights and cotangents, in the precision of the run, nudged if asked."""

import numpy as np
import pytest

from compare.components.arrays import POOL, read, write
from compare.components.spec import Spec, labels, normal

SPEC = Spec(x=normal(4, 5), n=labels(3, below=9))


@pytest.fixture
def path(tmp_path):
    write({"key": SPEC, "other": Spec(x=normal(2))}, tmp_path / "inputs.npz")
    return tmp_path / "inputs.npz"


def test_the_inputs_are_those_of_the_component_in_the_precision_of_the_run(path):
    arrays = read(path, "key", "float32")
    drawn = SPEC.draw("key")
    assert np.array_equal(arrays.inputs["x"], drawn["x"].astype(np.float32))
    assert np.array_equal(arrays.inputs["n"], drawn["n"])
    assert {arrays.inputs["x"].dtype, arrays.weight_pool.dtype, arrays.cotangent_pool.dtype} == {np.dtype(np.float32)}


def test_weights_follow_each_other_in_the_pool(path):
    arrays = read(path, "key", "float64")
    first, second = arrays.weights([(2, 3), (4,)])
    assert np.array_equal(np.concatenate([first.ravel(), second]), arrays.weight_pool[:10])


def test_a_side_that_writes_into_its_arrays_changes_them_for_nobody_else(path):
    arrays = read(path, "key", "float64")
    arrays.inputs["x"][:] = arrays.weights([(3,)])[0][:] = 0
    again = read(path, "key", "float64")
    assert again.inputs["x"].any()
    assert again.weights([(3,)])[0].all()


def test_buffers_are_positive(path):
    [buffer] = read(path, "key", "float64").buffers([(1000,)])
    assert (buffer >= 0.5).all()


def test_a_nudge_moves_inputs_and_weights_by_one_ulp_and_neither_labels_nor_cotangents(path):
    plain, nudged = read(path, "key", "float32"), read(path, "key", "float32", "float32")
    for left, right in ((plain.inputs["x"], nudged.inputs["x"]), (plain.weight_pool, nudged.weight_pool)):
        assert (np.abs(left - right) == np.spacing(np.abs(left))).all()
    assert np.array_equal(plain.inputs["n"], nudged.inputs["n"])
    assert np.array_equal(plain.cotangent_pool, nudged.cotangent_pool)


def test_more_weights_than_the_pool_has_are_refused(path):
    with pytest.raises(ValueError, match=f"{POOL + 1} values are needed, the pool has {POOL}"):
        read(path, "key", "float64").weights([(POOL,), (1,)])


def test_a_file_that_is_written_anew_is_read_anew(tmp_path):
    path = tmp_path / "inputs.npz"
    for spec in (Spec(x=normal(3)), Spec(x=normal(4))):
        write({"key": spec}, path)
        assert np.array_equal(read(path, "key", "float64").inputs["x"], spec.draw("key")["x"])
