"""Models that nobody here wrote: torchvision's beside those of keras.applications, and every difference that there is.

torchvision is installed into an environment of the tests' own; where it cannot be, or does not import, it is left out.
"""

import subprocess
from pathlib import Path

import pytest

from compare.judging.experiments import PortExperiment
from compare.reporting.answer import answer
from compare.reporting.experiments import run_experiment
from compare.running.options import Options
from tests.libraries.environment import python_with

PORT = Path(__file__).with_name("zoo_port.py").read_text()


@pytest.fixture(scope="module")
def python(tmp_path_factory):
    found = python_with(tmp_path_factory.mktemp("environment"), ("torchvision",))
    stub = "import sys, types; sys.modules['torchvision._meta_registrations'] = types.ModuleType('stub')"
    done = subprocess.run([found, "-c", f"{stub}; from torchvision import models"], capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"torchvision does not import beside this torch: {done.stderr.strip().splitlines()[-1]}")
    return str(found)


def judged(python, directory, name, keras_name):
    path = directory / f"{name}.py"
    path.write_text(PORT.replace("mobilenet_v2", name).replace("MobileNetV2", keras_name))
    options = Options("float64", timeout=600, torch_python=python, differences="always")
    return run_experiment(PortExperiment(path), options)


def test_mobilenet_has_four_differences_and_no_other(python, tmp_path):
    result = judged(python, tmp_path, "mobilenet_v2", "MobileNetV2")
    assert result.verdict == "diverged", result.findings
    found = result.differences.set_index("difference")
    padded = [words for words in found.index if words.startswith("what ")]  # Keras pads before the strided convolutions
    others = {"Conv2d padding", "BatchNorm eps", "BatchNorm momentum and running variance"}
    assert set(found.index) == {*padded, *others}
    assert found["count"][padded].tolist() == [4]
    assert found["count"]["BatchNorm eps"] == 52
    assert len(answer(result)) <= 12


def test_vgg_has_none(python, tmp_path):
    result = judged(python, tmp_path, "vgg16", "VGG16")
    assert result.verdict == "equivalent", result.findings
    assert list(result.differences["difference"]) == []
