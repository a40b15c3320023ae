"""Loops as users write them, recorded as they are: right ports are equivalent, and of wrong ones the place is named."""

import subprocess
import sys

import pytest

from compare import diff
from tests.side_by_side.loops.data import NAMES


@pytest.fixture(scope="module")
def recorded(tmp_path_factory):
    """A folder with the traces of all loops."""
    folder = tmp_path_factory.mktemp("loops")
    for side in ("torch", "tf"):
        script = [sys.executable, "-m", f"tests.side_by_side.loops.in_{side}", str(folder)]
        ran = subprocess.run(script, capture_output=True, text=True)
        assert ran.returncode == 0, ran.stderr[-3000:]
    return folder


@pytest.mark.parametrize("name", NAMES)
def test_a_right_port_of_a_loop_is_equivalent(recorded, name):
    result = diff(recorded / f"{name}_torch", recorded / f"{name}_tf")
    assert (result.verdict, result.judgement.first_divergence) == ("equivalent", None), result.findings


@pytest.mark.parametrize(
    ("right", "wrong", "stage", "tensor"),
    [
        ("clipped", "clipped_each", "gradient", "0.weight"),
        ("averaged", "averaged_too_fast", "update", "average.0.weight"),
    ],
)
def test_a_wrong_port_of_a_loop_parts_where_it_is_wrong(recorded, right, wrong, stage, tensor):
    result = diff(recorded / f"{right}_torch", recorded / f"{wrong}_tf")
    assert result.verdict == "diverged"
    assert result.judgement.first_divergence.key == (0, stage, tensor)


def test_where_both_recorded_the_operations_of_a_step_the_lines_that_differ_are_named(recorded):
    result = diff(recorded / "clipped_torch", recorded / "clipped_each_tf")
    parting = result.lines[result.lines.role == "parts"]
    sources = parting.groupby("side")["source"].first()
    assert "clip_grad_norm_" in sources["torch"]
    assert "clip_by_norm" in sources["tf"]
    assert any("then they part" in finding or "parts here" in finding for finding in result.findings)


def test_where_they_did_not_the_report_says_how_to_record_them(recorded):
    result = diff(recorded / "called_twice_torch", recorded / "called_for_one_tf")
    assert result.judgement.first_divergence.stage == "loss"
    assert any("lines=True" in finding for finding in result.findings)
