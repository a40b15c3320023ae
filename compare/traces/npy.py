"""Reads the .npy members of an archive, as NumPy does, but fast where they are small and many.

Notice that NumPy parses each header as Python source, which for a small array takes longer than all else.
"""

from __future__ import annotations

import zipfile
from functools import lru_cache
from io import BytesIO

import numpy as np

SMALL = 2**16  # bytes: to read a larger array takes far longer than to parse its header


def read_npy(archive: zipfile.ZipFile, name: str) -> np.ndarray:
    """The array of a member; KeyError where there is none, ValueError where it is not of numbers."""
    member = archive.getinfo(name)
    if member.file_size <= SMALL:
        return _array(bytearray(archive.read(member)))
    with archive.open(member) as file:
        return np.lib.format.read_array(file, allow_pickle=False)


def _array(npy: bytearray) -> np.ndarray:
    """What an .npy file holds; writable, as NumPy's is."""
    end = 10 + int.from_bytes(npy[8:10], "little")  # magic, version, length of the header; the header
    shape, is_fortran, dtype = _layout(bytes(npy[:end]))
    return np.frombuffer(npy, dtype, offset=end).reshape(shape, order="F" if is_fortran else "C")


@lru_cache(maxsize=1024)
def _layout(header: bytes) -> tuple[tuple[int, ...], bool, np.dtype]:
    """Shape, order and dtype of an .npy file of version 1, which NumPy writes."""
    file = BytesIO(header)
    if (version := np.lib.format.read_magic(file)) != (1, 0):
        raise ValueError(f"an array of version {version}, expected (1, 0)")
    return np.lib.format.read_array_header_1_0(file)
