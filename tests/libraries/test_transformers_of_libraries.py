"""Transformers that nobody here wrote, the two sides of different libraries: paired without being asked, and equal.

The libraries are installed into an environment of the tests' own; where they cannot be, this is left out.
"""

from pathlib import Path

import pytest

from compare.judging.experiments import PortExperiment
from compare.reporting.experiments import run_experiment
from compare.running.options import Options
from tests.libraries.environment import python_with

PORTS = {"gpt2_port": ("keras_hub", "transformers"), "vision_transformer_port": ("torchvision", "timm")}


@pytest.mark.parametrize("port", PORTS)
def test_the_same_transformer_is_equivalent_though_query_key_and_value_are_kept_otherwise(port, tmp_path):
    python = str(python_with(tmp_path / "environment", PORTS[port]))
    options = Options("float64", timeout=300, torch_python=python, tf_python=python)
    result = run_experiment(PortExperiment(Path(__file__).with_name(f"{port}.py")), options)
    assert result.verdict == "equivalent", result.findings
    assert any(finding.startswith("query, key and value, which one side keeps") for finding in result.findings)
    assert [row for row in result.settings.itertuples() if row.verdict == "differs" and row.setting == "kind"] == []
