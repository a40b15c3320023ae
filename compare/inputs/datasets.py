"""Data sets: seeded NumPy generators, the Glorot initialiser, and the reader of CIFAR-10's binary files.

Synthetic images have the real ones' shape and classes, so a case trains without a download.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from compare.inputs.arrays import Arrays, Generators

CIFAR_SHAPE = (3, 32, 32)  # red, green, blue planes, row by row
CIFAR_RECORD = 1 + 3 * 32 * 32  # bytes: a label, then the pixels
CIFAR_CLASSES = 10
CIFAR_TRAINING_FILES = tuple(f"data_batch_{number}.bin" for number in range(1, 6))


class DataError(Exception):
    """A data set that cannot be read; the message names the file, the value and what was expected."""


def noisy_plane(generator: Generators, examples: int, slopes: tuple[float, ...], intercept: float) -> Arrays:
    """x uniform on [0, 1), (examples, len(slopes)); y = x · slopes + intercept + 0.1 · N(0, 1), (examples, 1)."""
    x = generator("x").random((examples, len(slopes)))
    noise = generator("noise").standard_normal((examples, 1))
    return {"x": x, "y": x @ np.array(slopes)[:, None] + intercept + 0.1 * noise}


def synthetic_images(generator: Generators, examples: int, size: int = 32, contrast: float = 15) -> Arrays:
    """Learnable stand-ins for CIFAR-10: x uint8 (examples, 3, size, size), y int64 (examples,).

    Each class is a 4x4 pattern of colours, uniform on ±contrast, enlarged to size x size under noise.
    """
    y = generator("y").integers(0, CIFAR_CLASSES, examples)
    patterns = generator("patterns").uniform(-contrast, contrast, (CIFAR_CLASSES, 3, 4, 4))
    patterns = patterns.repeat(size // 4, axis=2).repeat(size // 4, axis=3)
    noise = generator("noise").normal(128, 60, (examples, 3, size, size))
    return {"x": np.clip(patterns[y] + noise, 0, 255).astype(np.uint8), "y": y}


def glorot_uniform(generator: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Uniform on ±sqrt(6 / (fan_in + fan_out)), for a weight of shape (out, in, *kernel) (Glorot and Bengio, 2010)."""
    receptive_field = int(np.prod(shape[2:]))
    limit = np.sqrt(6 / ((shape[0] + shape[1]) * receptive_field))
    return generator.uniform(-limit, limit, shape)


def glorot_layers(generator: Generators, shapes: Mapping[str, tuple[int, ...]]) -> Arrays:
    """`glorot_uniform` weights of these shapes and biases of zero, by layer: "fc1.weight", "fc1.bias", ..."""
    arrays = {}
    for layer, shape in shapes.items():
        arrays[f"{layer}.weight"] = glorot_uniform(generator(f"{layer}.weight"), shape)
        arrays[f"{layer}.bias"] = np.zeros(shape[0])
    return arrays


def kaiming_normal(generator: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Normal with variance 2 / fan_out, for a weight of shape (out, in, *kernel) (He et al., 2015).

    The distribution of nn.init.kaiming_normal_(mode="fan_out", nonlinearity="relu").
    """
    return generator.normal(0, np.sqrt(2 / (shape[0] * np.prod(shape[2:]))), shape)


def read_cifar10(directory: Path) -> Arrays:
    """The training images of CIFAR-10's official binary version: x uint8 (n, 3, 32, 32), y int64 (n,).

    Reads those of the five files `data_batch_1.bin` ... `data_batch_5.bin` that `directory` holds, in order.
    Raises DataError where there are none, or where one is truncated, of another format, or has a label above 9.
    """
    if not os.path.isdir(directory):  # never an OSError, which Path.is_dir may raise
        raise DataError(
            f"{directory} is not a directory: --data-dir takes the one that holds {CIFAR_TRAINING_FILES[0]}"
        )
    files = [path for name in CIFAR_TRAINING_FILES if (path := directory / name).is_file()]
    if not files:
        raise DataError(_no_training_files(directory))
    records = np.concatenate([_read_records(path) for path in files])
    return {"x": records[:, 1:].reshape(-1, *CIFAR_SHAPE), "y": records[:, 0].astype(np.int64)}


def _no_training_files(directory: Path) -> str:
    nested = next(directory.glob("*/data_batch_*.bin"), None)
    if nested:
        return f"{directory} has no data_batch_*.bin, but {nested.parent} does: give that one with --data-dir"
    python_version = any((directory / name.removesuffix(".bin")).is_file() for name in CIFAR_TRAINING_FILES)
    found = "it holds the Python (pickled) version" if python_version else f"it holds {_listing(directory)}"
    return (
        f"{directory} holds none of data_batch_1.bin ... data_batch_5.bin ({found}): "
        "download CIFAR-10's 'binary version (suitable for C programs)' and unpack it there"
    )


def _listing(directory: Path) -> str:
    names = sorted(path.name for path in directory.iterdir())
    return ", ".join(names[:5]) + (", ..." if len(names) > 5 else "") if names else "nothing"


def _read_records(path: Path) -> np.ndarray:
    """The records of one file, uint8 (n, 3073)."""
    try:
        content = np.fromfile(path, dtype=np.uint8)
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror}") from error
    count, rest = divmod(content.size, CIFAR_RECORD)
    if not count or rest:
        raise DataError(
            f"{path} has {content.size} bytes, not a whole number of {CIFAR_RECORD}-byte records "
            f"({rest} left over after {count}): it is truncated, or not a CIFAR-10 binary file; download it again"
        )
    records = content.reshape(count, CIFAR_RECORD)
    wrong = np.flatnonzero(records[:, 0] >= CIFAR_CLASSES)
    if wrong.size:
        raise DataError(
            f"{path}: record {wrong[0]} has label {records[wrong[0], 0]}, expected 0 to {CIFAR_CLASSES - 1} "
            f"({wrong.size} such labels): the file is damaged, or not a CIFAR-10 binary file; download it again"
        )
    return records
