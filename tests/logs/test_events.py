"""TensorBoard's event files are found, and read where TensorBoard is installed."""

import sys

import pytest

from compare.logs.events import event_files, read_events
from compare.logs.loss_log import read_log
from compare.logs.parse import LogError


def test_event_files_are_found_below_a_folder(tmp_path):
    file = tmp_path / "train" / "events.out.tfevents.1"
    file.parent.mkdir()
    file.touch()
    assert event_files(tmp_path) == event_files(file) == [file]
    assert event_files(tmp_path / "log.csv") == []


def test_without_tensorboard_it_is_said_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "tensorboard", None)
    with pytest.raises(LogError, match="pip install tensorboard, or export"):
        read_events([tmp_path / "events.out.tfevents.1"])


def test_scalars_are_read(tmp_path):
    writers = pytest.importorskip("tensorboard.summary.writer.event_file_writer")
    protos = pytest.importorskip("tensorboard.compat.proto.event_pb2")
    summaries = pytest.importorskip("tensorboard.compat.proto.summary_pb2")
    writer = writers.EventFileWriter(str(tmp_path))
    for step, loss in enumerate((2.5, 1.25)):
        values = [summaries.Summary.Value(tag=tag, simple_value=loss) for tag in ("Loss/train", "accuracy")]
        writer.add_event(protos.Event(step=step, summary=summaries.Summary(value=values)))
    writer.close()
    log = read_log(tmp_path)
    assert (log.losses.tolist(), log.steps.tolist()) == ([2.5, 1.25], [0, 1])
