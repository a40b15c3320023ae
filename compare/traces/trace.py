"""A trace: what one run leaves for the judge, in one .npz file without pickles.

Its curves hold one value per step. Its tensors are filed under (step, stage, name) for the audited steps, in the order
in which the step produced them; the final weights, buffers and evaluation are filed under END.
"""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from compare.traces.calls import without_call
from compare.traces.files import TraceError, is_file, locked, partial_of
from compare.traces.header import Header, HeaderError
from compare.traces.npy import LARGE, read_npy, write_npy
from compare.traces.operations import FOLDER, Operations, from_arrays, to_arrays
from compare.traces.rates import is_beyond, is_rate
from compare.traces.step import Step, to_step

STAGES = ("batch", "weights", "forward", "loss", "gradient", "rate", "state", "update", "buffer")
EXCHANGED = ("input", "output", "upstream")  # of layers, in an isolated step alone; see exchange.py
HEADER = "meta.json"  # the same since format 1, so that older formats are recognised
EVALUATION = ("evaluation_step", "evaluation_loss")  # two curves: after which steps, and the loss
ONCE_MORE = "first_batch_loss_at_the_end"  # a curve of one value
NOT_METRICS = ("loss", "examples", "seconds", ONCE_MORE, *EVALUATION)  # nor are the curves of learning rates
__all__ = ["Trace", "TraceError", "TracePair", "TraceWriter", "is_file", "trace_path"]
SAMPLED, MOST_NONZERO = 4099, 1 / 8  # values, their share
Key = tuple[Step, str, str]  # (step, stage, tensor)


def trace_path(path: Path | str, nudged: bool = False) -> Path:
    """The file of a trace: "runs/torch" is runs/torch.npz, or runs/torch.nudged.npz; "~" is the home directory."""
    stem = str(Path(path).expanduser()).removesuffix(".npz")
    return Path(f"{stem}{'.nudged' if nudged else ''}.npz")


class TraceWriter:
    """Writes a trace tensor by tensor, so that memory does not grow with the recording.

    The file gets its name only when it is closed: a run that dies leaves no trace.
    """

    def __init__(self, path: Path):
        """Raises TraceError where another process is writing it."""
        self._path = Path(path)
        self._partial = partial_of(self._path)
        self._file = locked(self._partial, self._path)
        self._zip = zipfile.ZipFile(self._file, "w", zipfile.ZIP_STORED)

    def tensor(self, step: Step, stage: str, name: str, array: Any) -> None:
        """File one tensor, under its canonical name and in canonical layout."""
        if stage not in (*STAGES, *EXCHANGED):
            raise ValueError(f"{stage!r} is not a stage; the stages are {', '.join(STAGES)}")
        self._write(f"{step}/{stage}/{name}", np.asarray(array))

    def operations(self, record: Operations) -> None:
        """Add what one step computed, operation by operation."""
        for name, array in to_arrays(record).items():
            self._write(f"{FOLDER}/{name}", array)

    def close(self, curves: Mapping[str, Any], header: Header, apart: Mapping[tuple[str, str], Any] = {}) -> None:
        """Add the curves (one value per step, by name) and the header, and give the file its name.

        `apart` is what a run that follows another measured: by stage and tensor, a gap and a rounding per step.
        """
        for name, values in curves.items():
            self._write(f"curves/{name}", np.asarray(values, dtype=np.float64))
        for (stage, tensor), values in apart.items():
            self._write(f"apart/{stage}/{tensor}", np.asarray(values, dtype=np.float64).reshape(-1, 2))
        self._zip.writestr(HEADER, header.to_json())
        self._zip.close()
        self._file.close()
        self._partial.replace(self._path)

    def discard(self) -> None:
        self._zip.close()
        self._file.close()
        self._partial.unlink(missing_ok=True)

    def flush(self) -> None:
        self._file.flush()

    def abandon(self) -> None:
        """Write nothing more, and leave the file as it is: it is another process'."""
        self._zip.fp = None

    @property
    def written(self) -> int:
        """How many bytes the file has so far."""
        return self._file.tell()

    def _write(self, key: str, array: np.ndarray) -> None:
        name = zipfile.ZipInfo(f"{key}.npy")
        name.compress_type = zipfile.ZIP_DEFLATED if _is_mostly_zero(array) else zipfile.ZIP_STORED
        with self._zip.open(name, "w", force_zip64=True) as member:
            write_npy(member, array)


class Trace:
    """A trace read back: `header`, `curves` (float64 arrays by name), and tensors, read on demand.

    `apart`, by stage and tensor, is how far each step of a run that follows another came from it: (steps, 2), the
    relative gap and what one ulp makes of it.
    """

    def __init__(self, path: Path, just_written: bool = False):
        """Raises TraceError where `path` is not a complete trace of this format.

        What a worker has `just_written` is not looked at for damage.
        """
        self.path = path
        self._just_written = just_written
        self._checked: set[str] = set()  # a tensor is read for one comparison after another
        try:
            self._zip = zipfile.ZipFile(path)
            self.header = Header.from_json(self._zip.read(HEADER))
            names = [name.removesuffix(".npy") for name in self._zip.namelist() if name != HEADER]
            self.curves = {rest: self._read(name) for name, rest in _inside("curves", names)}
            self.steps = len(self.curves["loss"])
            self.apart = {_followed(rest): self._read(name) for name, rest in _inside("apart", names)}
            self._operations = dict(_inside(FOLDER, names))
            others = ("curves/", "apart/", f"{FOLDER}/")
            self._members = {_key(name): name for name in names if not name.startswith(others)}
        except FileNotFoundError as error:
            raise TraceError(f"{path} does not exist: record it first, or correct the path") from error
        except HeaderError as error:
            raise TraceError(f"{path} {error}") from error
        except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile) as error:
            raise TraceError(f"{path} is not a complete trace ({error}): record it again") from error

    @cached_property
    def operations(self) -> Operations | None:
        """What one step computed, operation by operation; None where that was not recorded."""
        arrays = {rest: self._read(name) for name, rest in self._operations.items()}
        return from_arrays(arrays) if arrays else None

    @property
    def keys(self) -> list[Key]:
        """(step, stage, tensor) of everything recorded, in the order in which it was produced."""
        return list(self._members)

    def __contains__(self, key: Key) -> bool:
        return key in self._members

    def __getitem__(self, key: Key) -> np.ndarray:
        return self._read(self._members[key])

    def get(self, key: Key) -> np.ndarray | None:
        """The tensor, or None where it was not recorded."""
        return self[key] if key in self._members else None

    def outputs_of(self, step: Step, layer: str) -> list[np.ndarray]:
        """What a layer put out in a step, call by call; of a renamed trace, in all its calls."""
        return [self[key] for key in self.keys if key[:2] == (step, "forward") and without_call(key[2]) == layer]

    def close(self) -> None:
        self._zip.close()

    def _read(self, name: str) -> np.ndarray:
        array = read_npy(self._zip, f"{name}.npy", check=not self._just_written and name not in self._checked)
        self._checked.add(name)
        return array

    def __enter__(self) -> Trace:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class TracePair(NamedTuple):
    """The traces of one run on both sides; None for a side that was not run."""

    torch: Trace
    tf: Trace

    def nudges(self, nudged: TracePair | None) -> list[tuple[Trace, Trace]]:
        """(plain, nudged), one pair per side; empty where there was no nudged run."""
        return [(plain, twin) for plain, twin in zip(self, nudged or (), strict=False) if twin is not None]

    @property
    def loss_is_rounded(self) -> bool:
        """Whether losses are plain numbers, and each of one side's is a float32 (`loss.item()`, a metric of Keras')."""
        if not any(trace.header.loss_is_number for trace in self):
            return False
        losses = [trace.curves["loss"] for trace in self]
        with np.errstate(over="ignore"):
            return any(np.array_equal(values, values.astype(np.float32), equal_nan=True) for values in losses)

    @property
    def metrics(self) -> list[str]:
        """The names of the metrics that either side recorded."""
        return [
            name
            for name in {**self.torch.curves, **self.tf.curves}
            if name not in NOT_METRICS and not is_rate(name) and not is_beyond(name)
        ]


def _is_mostly_zero(array: np.ndarray) -> bool:
    """Whether an array is large and has few other values, as an embedding's gradient: all else takes long to compress.

    Judged by a sample.
    """
    if array.nbytes < LARGE:
        return False
    sample = array.ravel("K")[:: array.size // SAMPLED]
    return int(np.count_nonzero(sample)) < MOST_NONZERO * sample.size


def _inside(folder: str, names: list[str]) -> list[tuple[str, str]]:
    """The members of a folder, and their names in it."""
    return [(name, name.removeprefix(f"{folder}/")) for name in names if name.startswith(f"{folder}/")]


def _followed(name: str) -> tuple[str, str]:
    stage, _, tensor = name.partition("/")
    return stage, tensor


def _key(member: str) -> Key:
    step, stage, name = member.split("/", 2)
    return to_step(step), stage, name
