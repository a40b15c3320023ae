"""A decoder of 25 million parameters, recorded, compared and located: how long it takes, and how much memory.

`python -m tests.large_trace` prints a line a process. The wrong port has Keras' epsilon in its layer normalisations.
"""

import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.helpers.transformer import LARGE, tf_decoder, tokens, torch_decoder

ROOT = Path(__file__).resolve().parent.parent
STEPS = 5
KERAS_EPSILON = 1e-3


def record_torch(directory: str) -> None:
    import torch

    import torch_impl

    model, optimizer, step = torch_decoder(LARGE)
    recorder = torch_impl.Recorder(f"{directory}/torch", model, optimizer)
    for x, y in tokens(LARGE, STEPS):
        batch = torch.from_numpy(x), torch.from_numpy(y)
        recorder.step(step(*batch), batch)


def record_tf(directory: str, name: str = "tf", epsilon: float = 1e-5) -> None:
    import tensorflow as tf

    import tf_impl

    model, optimizer, step = tf_decoder(LARGE, epsilon)
    tf_impl.start_from(model, f"{directory}/torch")
    recorder = tf_impl.Recorder(f"{directory}/{name}", model, optimizer)
    for x, y in tokens(LARGE, STEPS):
        batch = tf.constant(x), tf.constant(y)
        recorder.step(step(*batch), batch)


def record_wrong(directory: str) -> None:
    record_tf(directory, "wrong", KERAS_EPSILON)


def compare_right(directory: str) -> None:
    _compare(directory, "tf")


def compare_wrong(directory: str) -> None:
    _compare(directory, "wrong")


def _compare(directory: str, name: str) -> None:
    from compare import diff

    result = diff(Path(directory, "torch"), Path(directory, name))
    print(result.verdict, *result.findings[:1], sep="; ", end="; ")


WORK = (record_torch, record_tf, record_wrong, compare_right, compare_wrong)


def measured() -> list[tuple[str, float, float, str]]:
    """Of each process: what it does, its seconds, the peak of its memory in GB, and what it said."""
    rows = []
    with tempfile.TemporaryDirectory() as directory:
        for work in WORK:
            began = time.perf_counter()
            command = [sys.executable, "-m", "tests.large_trace", work.__name__, directory]
            done = subprocess.run(command, cwd=ROOT, check=True, text=True, stdout=subprocess.PIPE)
            said, _, peak = done.stdout.rpartition("peak ")
            rows.append((work.__name__, time.perf_counter() - began, int(peak) / 1e6, said.strip()))
    return rows


if __name__ == "__main__":
    match sys.argv[1:]:
        case [name, directory]:
            {work.__name__: work for work in WORK}[name](directory)
            [peak] = re.findall(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
            print("peak", peak)
        case _:
            for name, seconds, gigabytes, said in measured():
                print(f"{name:15} {seconds:5.1f} s  {gigabytes:4.2f} GB  {said}", flush=True)
