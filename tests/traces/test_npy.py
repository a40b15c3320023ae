"""An array comes back as NumPy reads it, whatever its size, and what is not an array of numbers is refused."""

import io
import zipfile

import numpy as np
import pytest

from compare.traces import npy as own
from compare.traces.npy import read_npy, write_npy

SMALL = 2**12
SHAPES = [(), (0,), (3, 0, 2), (1,), (5, 7), (SMALL // 8 - 16,), (SMALL // 8 - 15,), (SMALL, 3)]
DTYPES = ["float16", "float32", "float64", "int64", "uint8", "bool", ">f8", "U3"]


@pytest.fixture(autouse=True)
def _what_is_large_is_not_so_here(monkeypatch):
    monkeypatch.setattr(own, "LARGE", SMALL)


def archive(path, content: bytes) -> zipfile.ZipFile:
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("x.npy", content)
    return zipfile.ZipFile(path)


def npy(array, **options) -> bytes:
    file = io.BytesIO()
    np.lib.format.write_array(file, array, **options)
    return file.getvalue()


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("order", ["C", "F"])
def test_an_array_comes_back_as_numpy_reads_it(tmp_path, shape, dtype, order):
    content = npy((np.arange(np.prod(shape, dtype=int)) % 100).reshape(shape).astype(dtype, order=order))
    expected = np.lib.format.read_array(io.BytesIO(content))
    with archive(tmp_path / "a.npz", content) as file:
        found = read_npy(file, "x.npy")
    assert (found.dtype, found.shape, found.flags.writeable) == (expected.dtype, expected.shape, True)
    np.testing.assert_array_equal(found, expected)
    assert found.flags.c_contiguous == expected.flags.c_contiguous


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("order", ["C", "F", "neither"])
def test_an_array_is_written_as_numpy_writes_it(shape, dtype, order):
    array = (np.arange(np.prod(shape, dtype=int)) % 100).reshape(shape)
    array = np.repeat(array[..., None], 2, -1)[..., 0] if order == "neither" else array
    array = array.astype(dtype, order="K" if order == "neither" else order, copy=False)
    file = io.BytesIO()
    write_npy(file, array)
    assert file.getvalue() == npy(array)


@pytest.mark.parametrize("size", [3, SMALL])
def test_what_is_not_an_array_of_numbers_is_not_written(size):
    with pytest.raises(ValueError, match="Object arrays cannot be saved"):
        write_npy(io.BytesIO(), np.array([None] * size))


@pytest.mark.parametrize("size", [3, SMALL])
def test_what_is_damaged_is_refused(tmp_path, size):
    archive(tmp_path / "a.npz", npy(np.arange(float(size)))).close()
    content = bytearray((tmp_path / "a.npz").read_bytes())
    content[150] ^= 1  # of a value
    (tmp_path / "a.npz").write_bytes(content)
    with zipfile.ZipFile(tmp_path / "a.npz") as file, pytest.raises(zipfile.BadZipFile):
        read_npy(file, "x.npy")


def test_a_large_one_that_was_checked_need_not_be_again(tmp_path, monkeypatch):
    with archive(tmp_path / "a.npz", npy(np.ones(SMALL))) as file:
        monkeypatch.setattr(own, "crc32", lambda content: pytest.fail("it was checked"))
        assert read_npy(file, "x.npy", check=False).tolist() == [1] * SMALL


def test_arrays_of_equal_headers_share_no_memory(tmp_path):
    with archive(tmp_path / "a.npz", npy(np.zeros(3))) as file:
        read_npy(file, "x.npy")[:] = 1
        assert read_npy(file, "x.npy").tolist() == [0, 0, 0]


WHOLE = npy(np.ones(4))
NOT_ARRAYS = {
    "empty": b"",
    "short": WHOLE[:-3],
    "long": WHOLE + b"\0",
    "header": WHOLE[:40],
    "other": b"x" * 200,
    "objects": npy(np.array([{}, None]), allow_pickle=True),
    "version": npy(np.ones(4), version=(2, 0)),
}


@pytest.mark.parametrize("kind", NOT_ARRAYS)
def test_what_is_not_an_array_of_numbers_is_refused(tmp_path, kind):
    with archive(tmp_path / "a.npz", NOT_ARRAYS[kind]) as file, pytest.raises(ValueError, match=r"\S"):
        read_npy(file, "x.npy")


def test_a_member_that_is_not_there_is_a_key_error(tmp_path):
    with archive(tmp_path / "a.npz", WHOLE) as file, pytest.raises(KeyError):
        read_npy(file, "y.npy")
