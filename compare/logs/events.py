"""Losses in TensorBoard's event files, read by TensorBoard's own reader, which is installed only where it is used."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from compare.logs.parse import Line, LogError


def event_files(path: Path) -> list[Path]:
    """The event files that a path is, or has below it."""
    if path.is_dir():
        return sorted(path.rglob("*tfevents*"))
    return [path] if "tfevents" in path.name else []


def read_events(files: list[Path]) -> tuple[list[str], list[Line]]:
    """One line for each scalar: the folder that it is in as its run, its tag, step and value."""
    try:
        # The part of TensorBoard's reader that does not start TensorFlow.
        from tensorboard.compat.proto.event_pb2 import Event
        from tensorboard.compat.tensorflow_stub.pywrap_tensorflow import PyRecordReader_New
        from tensorboard.util.tensor_util import make_ndarray
    except ImportError:
        raise LogError(
            f"{files[0]} is an event file, and TensorBoard, which reads it, is not installed here: "
            "pip install tensorboard, or export the curve as CSV from its page"
        ) from None
    lines: list[Line] = []
    for file in files:
        for record in _records(PyRecordReader_New, file):
            event = Event.FromString(record)
            for value in event.summary.value:
                if (scalar := _scalar(value, make_ndarray)) is not None:
                    lines.append((len(lines) + 1, [str(file.parent), value.tag, str(event.step), scalar]))
    if not lines:
        raise LogError(f"{files[0]} has no scalars: expected a loss written by add_scalar or tf.summary.scalar")
    return ["run", "tag", "step", "value"], lines


def _records(reader_of: Any, file: Path) -> Any:
    reader = reader_of(str(file))
    while True:
        try:
            reader.GetNext()
        except Exception:  # the end, which it shows by an error of its own, or a record that was not written out
            return
        yield reader.record()


def _scalar(value: Any, make_ndarray: Any) -> str | None:
    """A float32 with as many digits as it has; None of images and texts."""
    if value.HasField("simple_value"):
        return str(np.float32(value.simple_value))
    if not value.HasField("tensor"):
        return None
    array = make_ndarray(value.tensor)
    return str(array.reshape(())) if array.size == 1 and array.dtype.kind == "f" else None
