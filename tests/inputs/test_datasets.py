"""What is drawn is drawn as the formulas say, and CIFAR-10's files are read or refused by name."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compare.inputs.arrays import generators
from compare.inputs.datasets import (
    DataError,
    glorot_uniform,
    kaiming_normal,
    noisy_plane,
    read_cifar10,
    synthetic_images,
)

PROPERTY = settings(max_examples=50, deadline=None)
RECORD = 1 + 3 * 32 * 32


@pytest.fixture
def records():
    """Makes the bytes of a file: a label and 3072 pixels an image, from a counter that tells all bytes apart."""

    def make(labels, start=0):
        pixels = (start + np.arange(len(labels))[:, None] * 7 + np.arange(RECORD - 1)) % 251
        return np.column_stack([labels, pixels]).astype(np.uint8).tobytes()

    return make


def test_a_file_reads_as_labels_and_planes_of_red_green_and_blue(tmp_path, records):
    (tmp_path / "data_batch_1.bin").write_bytes(records([3, 0, 9]))
    data = read_cifar10(tmp_path)
    assert data["y"].tolist() == [3, 0, 9]
    assert (data["y"].dtype, data["x"].dtype, data["x"].shape) == (np.int64, np.uint8, (3, 3, 32, 32))
    for image, channel, row, column in [(0, 0, 0, 1), (1, 0, 1, 0), (2, 1, 0, 0), (2, 2, 31, 31)]:
        assert data["x"][image, channel, row, column] == (7 * image + 1024 * channel + 32 * row + column) % 251


def test_files_are_read_in_the_order_of_their_numbers_whichever_there_are(tmp_path, records):
    for number in (5, 1, 3):
        (tmp_path / f"data_batch_{number}.bin").write_bytes(records([number, 0], start=number))
    (tmp_path / "test_batch.bin").write_bytes(records([8]))
    data = read_cifar10(tmp_path)
    assert data["y"].tolist() == [1, 0, 3, 0, 5, 0]
    assert data["x"][:, 0, 0, 0].tolist() == [1, 8, 3, 10, 5, 12]


def test_a_missing_directory_is_said_to_be_none(tmp_path):
    with pytest.raises(DataError, match=r"nowhere is not a directory: --data-dir takes .*data_batch_1\.bin"):
        read_cifar10(tmp_path / "nowhere")


def test_an_empty_directory_is_said_to_hold_nothing_and_what_to_download(tmp_path):
    with pytest.raises(DataError, match=r"it holds nothing.*binary version"):
        read_cifar10(tmp_path)


def test_a_directory_of_other_files_is_said_to_hold_them(tmp_path):
    for name in "gfedcba":
        (tmp_path / name).touch()
    with pytest.raises(DataError, match=r"it holds a, b, c, d, e, \.\.\.\)"):
        read_cifar10(tmp_path)


def test_files_one_directory_below_are_pointed_to(tmp_path, records):
    below = tmp_path / "cifar-10-batches-bin"
    below.mkdir()
    (below / "data_batch_1.bin").write_bytes(records([1]))
    with pytest.raises(DataError, match=r"but .*cifar-10-batches-bin does: give that one with --data-dir"):
        read_cifar10(tmp_path)


def test_the_pickled_version_is_recognised_and_not_opened(tmp_path):
    (tmp_path / "data_batch_1").write_bytes(b"never unpickled")
    with pytest.raises(DataError, match=r"it holds the Python \(pickled\) version.*binary version"):
        read_cifar10(tmp_path)


@pytest.mark.parametrize(("size", "whole", "rest"), [(2 * RECORD - 1, 1, RECORD - 1), (RECORD + 1, 1, 1), (7, 0, 7)])
def test_a_truncated_file_is_refused_with_its_size(tmp_path, records, size, whole, rest):
    (tmp_path / "data_batch_1.bin").write_bytes(records([1, 2])[:size])
    with pytest.raises(DataError, match=rf"data_batch_1\.bin has {size} bytes, .*\({rest} left over after {whole}\)"):
        read_cifar10(tmp_path)


def test_an_empty_file_is_refused_among_good_ones(tmp_path, records):
    (tmp_path / "data_batch_1.bin").write_bytes(records([1]))
    (tmp_path / "data_batch_2.bin").touch()
    with pytest.raises(DataError, match=r"data_batch_2\.bin has 0 bytes"):
        read_cifar10(tmp_path)


def test_a_wrong_label_is_refused_with_its_record(tmp_path, records):
    (tmp_path / "data_batch_1.bin").write_bytes(records([9, 0]))
    (tmp_path / "data_batch_2.bin").write_bytes(records([1, 10, 255]))
    with pytest.raises(DataError, match=r"data_batch_2\.bin: record 1 has label 10, expected 0 to 9 \(2 such labels\)"):
        read_cifar10(tmp_path)


SHAPES = st.lists(st.integers(1, 12), min_size=2, max_size=4).map(tuple)


@PROPERTY
@given(SHAPES, st.integers(0, 1000))
def test_glorot_weights_stay_within_their_bounds(shape, seed):
    fan_out, fan_in, *kernel = shape
    limit = np.sqrt(6 / (fan_in * np.prod(kernel) + fan_out * np.prod(kernel)))
    weight = glorot_uniform(np.random.default_rng(seed), shape)
    assert (weight.shape, weight.dtype) == (shape, np.float64)
    assert np.abs(weight).max() <= limit


@pytest.mark.parametrize("shape", [(200, 100), (40, 20, 5, 5)])
def test_glorot_weights_have_the_moments_of_their_distribution(shape):
    weight = glorot_uniform(np.random.default_rng(1), shape)
    variance = 2 / ((shape[0] + shape[1]) * np.prod(shape[2:]))
    # Five standard errors each; a uniform distribution has the fourth moment 9/5 of its squared variance.
    assert abs(weight.mean()) < 5 * np.sqrt(variance / weight.size)
    assert abs(weight.var() - variance) < 5 * variance * np.sqrt((9 / 5 - 1) / weight.size)


@pytest.mark.parametrize("shape", [(200, 100), (40, 20, 5, 5)])
def test_kaiming_weights_have_the_moments_of_their_distribution(shape):
    weight = kaiming_normal(np.random.default_rng(1), shape)
    variance = 2 / (shape[0] * np.prod(shape[2:]))
    # Five standard errors each; a normal distribution has the fourth moment 3 of its squared variance.
    assert abs(weight.mean()) < 5 * np.sqrt(variance / weight.size)
    assert abs(weight.var() - variance) < 5 * variance * np.sqrt((3 - 1) / weight.size)
    assert abs((weight**4).mean() / variance**2 - 3) < 5 * np.sqrt((105 - 9) / weight.size)


@PROPERTY
@given(st.integers(1, 40), st.lists(st.floats(-10, 10), min_size=1, max_size=4), st.floats(-10, 10))
def test_a_noisy_plane_is_its_formula(examples, slopes, intercept):
    data = noisy_plane(generators(7), examples, tuple(slopes), intercept)
    noise = generators(7)("noise").standard_normal((examples, 1))
    flat = sum(slope * data["x"][:, [index]] for index, slope in enumerate(slopes))
    assert data["x"].shape == (examples, len(slopes))
    np.testing.assert_array_equal(data["x"], generators(7)("x").random((examples, len(slopes))))
    np.testing.assert_allclose(data["y"], flat + intercept + 0.1 * noise, rtol=1e-13, atol=1e-13)


def test_synthetic_images_are_those_of_their_seed():
    one, same, other = (synthetic_images(generators(seed), 32) for seed in (0, 0, 1))
    assert (one["x"].dtype, one["x"].shape, one["y"].dtype) == (np.uint8, (32, 3, 32, 32), np.int64)
    assert one["x"].tobytes() == same["x"].tobytes()
    assert one["y"].tolist() == same["y"].tolist()
    assert one["x"].tobytes() != other["x"].tobytes()


def test_synthetic_images_of_any_size_show_blocks_of_their_classes_colours():
    data = synthetic_images(generators(2), 4000, size=8, contrast=40)
    assert (data["x"].dtype, data["x"].shape) == (np.uint8, (4000, 3, 8, 8))
    for label in range(10):
        images = data["x"][data["y"] == label].astype(float)
        mean = images.mean(axis=0)
        # Five standard errors; the noise of 60 is clipped at the ends of a byte, which brings a mean nearer to 128.
        assert np.abs(mean - mean[:, ::2, ::2].repeat(2, 1).repeat(2, 2)).max() < 5 * 60 * np.sqrt(2 / len(images))
        assert 20 < np.abs(mean - 128).max() < 40 + 5 * 60 / np.sqrt(len(images))


def test_synthetic_classes_can_be_told_apart():
    data = synthetic_images(generators(0), 600)
    assert set(data["y"]) == set(range(10))
    images, half = data["x"].reshape(600, -1).astype(float), 300
    means = np.stack([images[:half][data["y"][:half] == label].mean(axis=0) for label in range(10)])
    nearest = np.argmin(((images[half:, None] - means) ** 2).sum(axis=2), axis=1)
    assert np.mean(nearest == data["y"][half:]) > 0.9
