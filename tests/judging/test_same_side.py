"""Two loops of one framework are judged as two sides are, and what is said names their files."""

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from compare import diff
from compare.judging.judgement import Judgement
from compare.judging.same_side import as_sides, by_name, in_words_of, is_of_one_side, names_of, versions_apart
from compare.judging.settings import SettingRow
from compare.traces.model import RecordedModel
from compare.traces.trace import TracePair
from compare.traces.weights import Tensor, WeightGroup
from tests.helpers.fake_port_worker import Network, batches, record
from tests.helpers.synthetic import from_step, header


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        ("runs/old", "runs/new", ("old", "new")),
        ("runs/old/torch", "runs/new/torch.npz", ("old/torch", "new/torch")),
        ("a/run.v1", "a/run.v2", ("run.v1", "run.v2")),
        ("torch", "deeper/torch", None),
    ],
)
def test_two_paths_are_told_apart_by_their_shortest_ends(left, right, expected):
    names = names_of(Path(left), Path(right))
    assert names == expected or (expected is None and names[0] != names[1] and names[1].endswith("deeper/torch"))


def model(**shapes):
    tensors = {name: Tensor(name, shape, False, True) for name, shape in shapes.items()}
    return RecordedModel([WeightGroup("Linear", "layer", tensors)], {}, [], [])


@pytest.mark.parametrize(
    ("tf", "expected"),
    [
        ({"b": (2,), "a": (3,)}, (("a", "a"), ("b", "b"))),
        ({"b": (2,), "c": (3,)}, ()),
        ({"a": (2,), "b": (3,)}, ()),
    ],
)
def test_weights_are_paired_by_name_where_every_name_agrees_and_its_shape(tf, expected):
    assert by_name(model(a=(3,), b=(2,)), model(**tf)) == expected


def trace(side, **versions):
    return SimpleNamespace(header=replace(header(side), versions=versions))


def test_two_traces_of_one_side_play_both_parts_in_their_order():
    traces = [trace("tf"), trace("tf")]
    assert is_of_one_side(traces)
    assert [each.header.side for each in as_sides(traces)] == ["torch", "tf"]
    assert not is_of_one_side(traces)
    assert [each.header.side for each in as_sides([None, trace("torch")])] == ["tf"]


def test_other_versions_are_said():
    pair = TracePair(trace("torch", torch="2.3", numpy="2.0"), trace("tf", torch="2.6", numpy="2.0", cuda="12"))
    assert versions_apart(pair, ("old", "new")) == [
        "versions differ: torch 2.3 and 2.6, cuda none and 12 (old and new)"
    ]
    assert versions_apart(TracePair(pair.torch, pair.torch), ("old", "new")) == []


@pytest.mark.parametrize(
    ("finding", "said"),
    [
        ("(gap 1, torch 0.1, tf 0.2)", "(gap 1, old 0.1, new 0.2)"),
        ("missing in tf; tf's schedule", "missing in new; new's schedule"),
        ("parts at tf.dense and torch_impl", "parts at tf.dense and torch_impl"),
        (
            "call tf_impl.start_from on the tf side, and record again",
            "load the same weights into both, and record again",
        ),
        ("tf_impl.Recorder(..., audits=[3]) shows", "Recorder(..., audits=[3]) shows"),
    ],
)
def test_what_is_said_names_the_files(finding, said):
    judgement = in_words_of(Judgement("diverged", (finding,), {}, None), ("old", "new"))
    assert (judgement.findings, judgement.sides) == ((said,), ("old", "new"))


def test_a_note_that_explains_how_the_frameworks_differ_is_left_out():
    rows = [
        SettingRow("fc", "Linear", "eps", 1, 2, "differs", note) for note in ("Keras' default", "a different fraction")
    ]
    judgement = in_words_of(Judgement("diverged", (), {}, None, tuple(rows)), ("old", "new"))
    assert [row.note for row in judgement.settings] == ["", "a different fraction"]


@pytest.mark.parametrize("side", ["torch", "tf"])
def test_two_loops_of_one_framework_are_equivalent_or_part_where_they_do(tmp_path, side):
    for name, fault in (("old", {}), ("new", {}), ("wrong", {"fault": from_step(1, "gradient", 1.5)})):
        record(tmp_path / f"{name}.npz", Network(side, **fault), batches(12))
    assert diff(str(tmp_path / "old"), str(tmp_path / "new")).verdict == "equivalent"
    result = diff(tmp_path / "old", tmp_path / "wrong")
    assert (result.verdict, result.judgement.first_divergence.key[:2]) == ("diverged", (1, "gradient"))
    assert (result.case, result.judgement.sides) == ("old_wrong", ("old", "wrong"))
    assert "old " in result.findings[0]
    assert "torch" not in result.findings[0]
    assert result.summary["findings"]
    assert result.plot().axes[0].get_legend_handles_labels()[1][:2] == ["old", "wrong"]


def test_layers_in_another_order_are_paired_by_their_names(tmp_path):
    record(tmp_path / "old.npz", Network(order=(0, 1)), batches(12))
    record(tmp_path / "new.npz", Network(order=(1, 0)), batches(12))
    assert diff(tmp_path / "old", tmp_path / "new").verdict == "equivalent"


@pytest.mark.parametrize("wrong", [False, True])
def test_rounding_is_measured_by_nudged_runs_of_either(tmp_path, wrong):
    for name in ("old", "new"):
        record(tmp_path / f"{name}.npz", Network(), batches(12))
        record(tmp_path / f"{name}.nudged.npz", Network(), batches(12, seed=wrong), nudged="float64")
    findings = diff(tmp_path / "old", tmp_path / "new").findings
    unused = [said for finding in findings for said, found, _ in [finding.partition(" was not used")] if found]
    assert unused == (["the nudged run of old", "the nudged run of new"] if wrong else [])
