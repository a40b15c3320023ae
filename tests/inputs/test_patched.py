"""Ports that are read as if their files were changed."""

import sys

import pytest

from compare.inputs import port_file
from compare.inputs.patched import patched

PORT = """from beside_the_port import NUMBER
def batches(rng): return NUMBER
def torch_side(): pass
def tf_side(): pass
"""


@pytest.fixture
def port(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "path", list(sys.path))
    (tmp_path / "beside_the_port.py").write_text("NUMBER = 1\n")
    (tmp_path / "port.py").write_text(PORT)
    yield tmp_path / "port.py"
    sys.modules.pop("beside_the_port", None)


def test_another_file_is_read_in_the_ports_place_and_thinks_that_it_is_the_port(port, tmp_path):
    (tmp_path / "changed.py").write_text(PORT.replace("return NUMBER", "return __file__"))
    module = port_file.load(str(port), {str(port): str(tmp_path / "changed.py")})
    assert module.batches(None) == str(port)
    assert port_file.load(str(port)).batches(None) == 1


def test_a_module_beside_the_port_is_read_from_another_file_and_only_inside(port, tmp_path):
    (tmp_path / "changed.py").write_text("NUMBER = 2\n")
    patches = {str(tmp_path / "beside_the_port.py"): str(tmp_path / "changed.py")}
    assert port_file.load(str(port)).batches(None) == 1
    with patched(str(port), patches):
        assert port_file.load(str(port), patches).batches(None) == 2
    assert port_file.load(str(port)).batches(None) == 1


def test_what_is_no_part_of_the_port_is_not_imported_again(port, tmp_path):
    import compare

    with patched(str(port), {str(tmp_path / "beside_the_port.py"): str(tmp_path / "beside_the_port.py")}):
        assert sys.modules["compare"] is compare
    assert sys.modules["compare"] is compare
