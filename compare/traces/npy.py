"""Reads and writes the .npy members of an archive, as NumPy does, but fast: the small and many, and the large.

Notice that NumPy parses each header as Python source, which for a small array takes longer than all else, and that it
takes a large one in many pieces, of which `zipfile` computes the checksum at each reading.
"""

from __future__ import annotations

import zipfile
from functools import lru_cache
from io import BytesIO
from typing import IO
from zlib import crc32

import numpy as np

LARGE = 2**20  # bytes
LOCAL_HEADER = 30  # bytes of a member's own header in an archive, before its name and what is extra


def read_npy(archive: zipfile.ZipFile, name: str, check: bool = True) -> np.ndarray:
    """The array of a member; KeyError where there is none, ValueError where it is not of numbers.

    BadZipFile where it is damaged, which one reading may `check` for all.
    """
    member = archive.getinfo(name)
    if member.compress_type != zipfile.ZIP_STORED or member.file_size < LARGE:
        return _array(bytearray(archive.read(member)))
    npy = _stored(archive, member)
    if check and crc32(npy.data) != member.CRC:
        raise zipfile.BadZipFile(f"{name} is damaged")
    return _array(npy)


def write_npy(member: IO[bytes], array: np.ndarray) -> None:
    """Write an array of numbers; ValueError for any other."""
    if array.nbytes < LARGE or array.dtype.hasobject:
        np.lib.format.write_array(member, array, allow_pickle=False)
        return
    header = np.lib.format.header_data_from_array_1_0(array)
    np.lib.format.write_array_header_1_0(member, header)
    member.write(np.ascontiguousarray(array.T if header["fortran_order"] else array).reshape(-1).view(np.uint8).data)


def _stored(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> np.ndarray:
    """The bytes of a member that is not compressed, in memory of their own."""
    content = np.empty(member.file_size, np.uint8)
    with open(str(archive.filename), "rb") as file:
        file.seek(member.header_offset)
        header = file.read(LOCAL_HEADER)
        name, extra = (int.from_bytes(header[place : place + 2], "little") for place in (26, 28))
        file.seek(name + extra, 1)
        file.readinto(content.data)
    return content


def _array(npy: bytearray | np.ndarray) -> np.ndarray:
    """What an .npy file holds; writable, as NumPy's is."""
    end = 10 + int.from_bytes(bytes(npy[8:10]), "little")  # magic, version, length of the header; the header
    shape, is_fortran, dtype = _layout(bytes(npy[:end]))
    return np.frombuffer(npy, dtype, offset=end).reshape(shape, order="F" if is_fortran else "C")


@lru_cache(maxsize=1024)
def _layout(header: bytes) -> tuple[tuple[int, ...], bool, np.dtype]:
    """Shape, order and dtype of an .npy file of version 1, which NumPy writes."""
    file = BytesIO(header)
    if (version := np.lib.format.read_magic(file)) != (1, 0):
        raise ValueError(f"an array of version {version}, expected (1, 0)")
    return np.lib.format.read_array_header_1_0(file)
