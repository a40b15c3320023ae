"""What a seed draws for each array, what a cast leaves alone, and what a nudge moves."""

import hashlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from compare.inputs.arrays import cast, generators, nudge, sha256

PROPERTY = settings(max_examples=50, deadline=None)
NAMES = st.text("ab1.", max_size=3)


@PROPERTY
@given(st.integers(0, 2**32), NAMES, NAMES)
def test_a_generator_is_of_its_seed_and_name(seed, name, other):
    draws = generators(seed)(name).random(4).tolist()
    assert draws == generators(seed)(name).random(4).tolist()
    assert draws != generators(seed + 1)(name).random(4).tolist()
    assert (draws == generators(seed)(other).random(4).tolist()) == (name == other)


@PROPERTY
@given(st.integers(0, 2**70) | st.sampled_from([2**32 - 1, 2**32]), st.text(max_size=8))
def test_a_generator_is_numpys_of_the_seed_and_the_bytes_of_the_name(seed, name):
    expected = np.random.default_rng([seed, *name.encode()]).random(4)
    assert generators(seed)(name).random(4).tolist() == expected.tolist()


def test_a_cast_leaves_what_is_no_float():
    arrays = {"x": np.ones(2), "y": np.arange(2), "image": np.zeros(2, np.uint8), "mask": np.array([True])}
    dtypes = {name: array.dtype.name for name, array in cast(arrays, "float32").items()}
    assert dtypes == {"x": "float32", "y": "int64", "image": "uint8", "mask": "bool"}


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@PROPERTY
@given(data=st.data())
def test_a_nudge_moves_every_nonzero_weight_by_exactly_one_ulp(dtype, data):
    width = 8 * np.dtype(dtype).itemsize
    weight = data.draw(arrays(dtype, 6, elements=st.floats(-(2.0**30), 2.0**30, width=width)))
    moved = nudge({"w": weight}, 0, dtype)["w"]
    assert moved.dtype == weight.dtype
    apart = np.abs(moved.astype(np.longdouble) - weight.astype(np.longdouble))
    np.testing.assert_array_equal(apart, np.where(weight == 0, 0, np.spacing(np.abs(weight))))


def test_a_float32_nudge_of_float64_weights_moves_them_by_a_float32_ulp_and_keeps_their_dtype():
    weight = np.array([1.0, -3.0, 0.0, 0.1])
    moved = nudge({"w": weight}, 0, "float32")["w"]
    assert moved.dtype == np.float64
    assert np.abs(moved - weight) == pytest.approx([2.0**-23, 2.0**-22, 0, 2.0**-27], rel=1e-7, abs=0)


@pytest.mark.parametrize(("half", "bits"), [("float16", 10), ("bfloat16", 7)])
def test_a_nudge_of_a_half_moves_what_is_stored_as_float32_by_an_ulp_of_the_half(half, bits):
    weight = np.array([1.0, -3.0, 0.0, 0.125], np.float32)
    moved = nudge({"w": weight}, 0, half)["w"]
    assert moved.dtype == np.float32
    assert (np.abs(moved - weight) == np.array([1.0, 2.0, 0.0, 0.125]) * 2.0**-bits).all()
    if half == "float16":
        assert (moved.astype(half) != weight).tolist() == [True, True, False, True]


def test_a_nudge_goes_both_ways_by_a_coin_of_its_own_for_each_seed_and_name():
    ones = np.ones(400)
    moved = nudge({"a": ones, "b": ones}, 0, "float64")
    assert 100 < np.count_nonzero(moved["a"] > 1) < 300
    assert (moved["a"] != moved["b"]).any()
    assert (moved["a"] != nudge({"a": ones}, 1, "float64")["a"]).any()
    np.testing.assert_array_equal(moved["b"], nudge({"b": ones}, 0, "float64")["b"])
    assert (ones == 1).all()


def test_a_nudge_of_a_single_number_is_an_array():
    """As CLIP's temperature, a parameter without axes."""
    moved = nudge({"scale": np.array(2.6)}, 0, "float64")["scale"]
    assert isinstance(moved, np.ndarray)
    assert moved.shape == ()


def test_a_file_is_known_by_the_sha256_of_its_bytes(tmp_path):
    (tmp_path / "file").write_bytes(b"\x00weights")
    assert sha256(tmp_path / "file") == hashlib.sha256(b"\x00weights").hexdigest()
