"""The tables of ports, wrong and right: each change is found in its file, and all stages and families are covered."""

import pytest

from compare.traces.trace import STAGES
from tests.end_to_end import right_ports, wrong_ports
from tests.end_to_end.right_ports import RIGHT_PORTS, RightPort
from tests.end_to_end.wrong_ports import WRONG_PORTS, WrongPort

FAMILIES = {path.stem for path in wrong_ports.PORTS.glob("*.py")}
# Both sides are given the same batches and initial weights; later ones differ by the update that made them.
STAGES_OF_PORTS = set(STAGES) - {"batch", "weights"}
# A port in float32 only cannot be located in float64; the deep one is there to drift, that of own kernels to be paired.
RIGHT_ONLY = {"single", "deep", "own_kernels", "twins"}


@pytest.mark.parametrize("port", WRONG_PORTS, ids=lambda port: port.name)
def test_a_wrong_port_is_another_file_that_compiles(port):
    text = wrong_ports.text_of(port)
    assert text != (wrong_ports.PORTS / f"{port.family}.py").read_text()
    compile(text, port.name, "exec")


@pytest.mark.parametrize("port", RIGHT_PORTS, ids=lambda port: port.name)
def test_a_right_port_compiles_and_is_changed_where_it_says_so(port):
    text = right_ports.text_of(port)
    assert (text != (right_ports.PORTS / f"{port.family}.py").read_text()) == bool(port.changes)
    compile(text, port.name, "exec")


def test_there_are_as_many_ports_as_were_asked_for():
    assert len(WRONG_PORTS) >= 30
    assert len(RIGHT_PORTS) >= 15


@pytest.mark.parametrize("ports", [WRONG_PORTS, RIGHT_PORTS], ids=["wrong", "right"])
def test_no_two_ports_have_one_name(ports):
    names = [port.name for port in ports]
    assert sorted(set(names)) == sorted(names)


def test_wrong_ports_cover_all_stages_and_families():
    assert {port.place[1] for port in WRONG_PORTS} == STAGES_OF_PORTS
    assert {port.family for port in WRONG_PORTS} == FAMILIES - RIGHT_ONLY


def test_right_ports_cover_all_families_as_they_are():
    assert {port.family for port in RIGHT_PORTS if not port.changes} == FAMILIES


def test_some_wrong_ports_part_late():
    assert sum(port.place[0] > 2 for port in WRONG_PORTS) >= 3


@pytest.mark.parametrize("old", ["no such piece", "import"], ids=["missing", "several times"])
def test_a_change_that_is_not_found_once_is_an_error(old):
    with pytest.raises(ValueError, match="expected once"):
        wrong_ports.text_of(WrongPort("wrong", "dense", old, "", (0, "loss", "loss"), ""))
    with pytest.raises(ValueError, match="expected once"):
        right_ports.text_of(RightPort("right", "dense", ((old, ""),), ""))


def test_a_wrong_port_is_wrong_on_its_tensorflow_side():
    with pytest.raises(ValueError, match="before tf_side"):
        wrong_ports.text_of(WrongPort("wrong", "dense", "nn.Linear(6, 16)", "", (0, "loss", "loss"), ""))
