"""A trace reads back what was written, bit by bit, and a file that is not a complete trace is refused by name."""

import json
import zipfile
from array import array

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from compare.traces.step import END
from compare.traces.trace import STAGES, Trace, TraceError, TraceWriter, trace_path
from tests.helpers.synthetic import header

PROPERTY = settings(max_examples=50, deadline=None)
NAMES = st.text(st.sampled_from("ab9_./ -µ()"), min_size=1, max_size=12).filter(lambda name: not name.endswith(".npy"))
DTYPES = st.sampled_from(["float16", "float32", "float64", "int8", "int64", "uint8", "bool"])
TENSORS = arrays(DTYPES, array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=3))
STEPS = st.sampled_from([0, 1, 7, 123_456, END])
KEYS = st.tuples(STEPS, st.sampled_from(STAGES), NAMES)


def write(path, tensors=(), curves=None, **said):
    writer = TraceWriter(path)
    for key, tensor in dict(tensors).items():
        writer.tensor(*key, tensor)
    writer.close({"loss": [2.0, 1.0], **(curves or {})}, header(**said))
    return path


@PROPERTY
@given(st.dictionaries(KEYS, TENSORS, max_size=6))
def test_every_tensor_comes_back_the_same_and_in_order(tmp_path_factory, tensors):
    with Trace(write(tmp_path_factory.mktemp("trace") / "trace.npz", tensors)) as trace:
        assert trace.keys == list(tensors)
        for key, tensor in tensors.items():
            assert key in trace
            assert (trace[key].dtype, trace[key].shape) == (tensor.dtype, tensor.shape)
            assert trace[key].tobytes() == tensor.tobytes()


@PROPERTY
@given(st.dictionaries(NAMES, st.lists(st.floats(), min_size=1, max_size=5), max_size=4))
def test_every_curve_comes_back_the_same_as_float64(tmp_path_factory, curves):
    expected = {"loss": [2.0, 1.0], **curves}
    with Trace(write(tmp_path_factory.mktemp("trace") / "trace.npz", curves=curves)) as trace:
        assert list(trace.curves) == list(expected)
        assert trace.keys == []
        for name, values in expected.items():
            assert trace.curves[name].dtype == np.float64
            np.testing.assert_array_equal(trace.curves[name], values)


def test_what_a_run_that_follows_measured_comes_back_by_stage_and_tensor(tmp_path):
    measured = {("update", "fc/1.weight"): array("d", [0.5, 0.1, np.inf, 0.2]), ("buffer", "bn.mean"): [[0.0, 0.0]] * 2}
    writer = TraceWriter(tmp_path / "trace.npz")
    writer.tensor(0, "loss", "loss", 2.0)
    writer.close({"loss": [2.0, 1.0]}, header(), measured)
    with Trace(tmp_path / "trace.npz") as trace:
        assert list(trace.apart) == list(measured)
        assert trace.apart["update", "fc/1.weight"].tolist() == [[0.5, 0.1], [np.inf, 0.2]]
        assert trace.apart["buffer", "bn.mean"].shape == (2, 2)
        assert trace.keys == [(0, "loss", "loss")]
        assert list(trace.curves) == ["loss"]


def test_a_run_that_follows_none_measured_nothing(tmp_path):
    with Trace(write(tmp_path / "trace.npz")) as trace:
        assert trace.apart == {}


@pytest.mark.parametrize(("rows", "is_smaller"), [(10, True), (1000, False)])
def test_a_large_tensor_that_is_mostly_zero_is_compressed(tmp_path, rows, is_smaller):
    gradient = np.zeros((1000, 200))
    gradient[:rows] = np.random.default_rng(0).normal(size=(rows, 200))
    path = write(tmp_path / "trace.npz", {(0, "gradient", "w"): gradient.T})
    with Trace(path) as trace:
        np.testing.assert_array_equal(trace[0, "gradient", "w"], gradient.T)
    assert (path.stat().st_size < gradient.nbytes / 10) == is_smaller


def test_transposed_tensors_keep_their_layout_of_indices(tmp_path):
    tensor = np.arange(24).reshape(2, 3, 4).transpose(2, 0, 1)
    with Trace(write(tmp_path / "trace.npz", {(0, "weights", "w"): tensor})) as trace:
        np.testing.assert_array_equal(trace[0, "weights", "w"], tensor)


def test_the_header_and_the_number_of_steps_come_back(tmp_path):
    with Trace(write(tmp_path / "trace.npz", side="tf", precision="float64")) as trace:
        assert trace.header == header("tf", precision="float64")
        assert trace.steps == 2


def test_what_was_not_recorded_is_none(tmp_path):
    with Trace(write(tmp_path / "trace.npz", {(0, "weights", "w"): np.ones(1)})) as trace:
        assert (1, "weights", "w") not in trace
        assert trace.get((1, "weights", "w")) is None
        assert trace.get((0, "weights", "w")).tolist() == [1]


def test_no_file_has_its_own_name_until_it_is_closed(tmp_path):
    path = tmp_path / "trace.npz"
    writer = TraceWriter(path)
    writer.tensor(0, "loss", "loss", 1.0)
    assert not path.exists()
    writer.close({"loss": [1.0]}, header())
    assert [file.name for file in tmp_path.iterdir()] == ["trace.npz"]


def test_an_older_trace_stands_until_the_new_one_is_whole(tmp_path):
    path = write(tmp_path / "trace.npz", side="tf")
    writer = TraceWriter(path)
    writer.tensor(0, "loss", "loss", 1.0)
    with Trace(path) as trace:
        assert trace.header.side == "tf"
    writer.discard()
    with Trace(path) as trace:
        assert trace.header.side == "tf"


def test_a_discarded_trace_leaves_nothing(tmp_path):
    writer = TraceWriter(tmp_path / "trace.npz")
    writer.tensor(0, "loss", "loss", 1.0)
    writer.discard()
    assert list(tmp_path.iterdir()) == []


def test_an_array_of_objects_is_refused_and_nothing_pickled(tmp_path):
    writer = TraceWriter(tmp_path / "trace.npz")
    with pytest.raises(ValueError, match="Object arrays cannot be saved"):
        writer.tensor(0, "batch", "x", np.array([{}, None]))
    writer.discard()
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_stage_is_refused_with_the_stages_that_there_are(tmp_path):
    writer = TraceWriter(tmp_path / "trace.npz")
    with pytest.raises(ValueError, match=r"'backward' is not a stage; the stages are batch, weights, .*, buffer"):
        writer.tensor(0, "backward", "w", 1.0)
    writer.discard()


@pytest.mark.parametrize("share", [0.01, 0.5, 0.9, 0.999])
def test_a_truncated_file_is_no_whole_trace(tmp_path, share):
    path = write(tmp_path / "trace.npz", {(0, "weights", "w"): np.ones(1000)})
    content = path.read_bytes()
    path.write_bytes(content[: int(share * len(content))])
    with pytest.raises(TraceError, match=r"trace\.npz is not a complete trace .*: record it again"):
        Trace(path)


@pytest.mark.parametrize("content", [b"loss,1\n", b"\x80\x04N."])
def test_a_file_of_another_kind_is_no_whole_trace(tmp_path, content):
    (tmp_path / "trace.npz").write_bytes(content)
    with pytest.raises(TraceError, match="is not a complete trace"):
        Trace(tmp_path / "trace.npz")


def test_a_missing_file_and_an_archive_without_a_header_are_no_whole_traces(tmp_path):
    np.savez(tmp_path / "other.npz", x=np.ones(1))
    for name, said in (("none.npz", "does not exist: record it first"), ("other.npz", "is not a complete trace")):
        with pytest.raises(TraceError, match=f"{name} {said}"):
            Trace(tmp_path / name)


def test_a_trace_of_another_format_is_refused_with_both_numbers(tmp_path):
    with zipfile.ZipFile(tmp_path / "trace.npz", "w") as file:
        file.writestr("meta.json", json.dumps({"format": 1, "framework": "torch"}))
    with pytest.raises(TraceError, match=r"trace\.npz is a trace of format 1; this version reads 4: record it again"):
        Trace(tmp_path / "trace.npz")


@pytest.mark.parametrize("member", ["-1/loss/loss", "1.5/loss/loss", "End/loss/loss", "loss"])
def test_a_tensor_of_no_step_makes_it_no_whole_trace(tmp_path, member):
    path = write(tmp_path / "trace.npz")
    with zipfile.ZipFile(path, "a") as file:
        file.writestr(f"{member}.npy", b"")
    with pytest.raises(TraceError, match="is not a complete trace"):
        Trace(path)


@pytest.mark.parametrize("content", [b"", b"PK", b"\x93NUMPY\x01\x00"])
def test_a_file_that_is_no_archive_is_refused(tmp_path, content):
    (tmp_path / "trace.npz").write_bytes(content)
    with pytest.raises(TraceError, match="is not a complete trace"):
        Trace(tmp_path / "trace.npz")


def test_a_header_that_is_not_a_mapping_is_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "trace.npz", "w") as file:
        file.writestr("meta.json", "[]")
    with pytest.raises(TraceError, match="is not a complete trace"):
        Trace(tmp_path / "trace.npz")


def test_a_path_may_begin_with_the_home_directory(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    assert trace_path("~/runs/torch") == tmp_path / "runs" / "torch.npz"


@pytest.mark.parametrize("just_written", [False, True])
def test_a_damaged_tensor_is_refused_unless_it_was_just_written(tmp_path, just_written):
    path = tmp_path / "a.npz"
    writer = TraceWriter(path)
    writer.tensor(0, "weights", "w", np.ones(2**18))
    writer.close({"loss": [1.0]}, header())
    content = bytearray(path.read_bytes())
    content[2**20] ^= 1
    path.write_bytes(content)
    with Trace(path, just_written) as trace:
        if just_written:
            assert np.count_nonzero(trace[0, "weights", "w"] != 1) == 1
        else:
            with pytest.raises(zipfile.BadZipFile, match=r"0/weights/w\.npy is damaged"):
                trace[0, "weights", "w"]
