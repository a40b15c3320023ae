"""Wrong ports are found where they part, and right ones are left in peace.

`python -m tests.port_proof` tries all of them, and prints both figures.
"""

import pytest

from compare.running.options import Options
from tests.end_to_end.right_ports import RIGHT_PORTS
from tests.end_to_end.wrong_ports import WRONG_PORTS, WrongPort
from tests.port_proof import is_right, judged

# Most of the time goes into tracing graphs: the suite tries some of each family, the proof every one.
WRONG_OF_A_FAMILY, RIGHT_OF_A_FAMILY = 2, 1


def some(ports: tuple, of_a_family: int) -> list:
    """Of each family the first ports, before them the first that part at another stage."""
    by_family: dict[str, list] = {}
    for port in ports:
        by_family.setdefault(port.family, []).append(port)
    return [port for family in by_family.values() for port in _by_stage(family)[:of_a_family]]


def _by_stage(family: list) -> list:
    """A right port has no place where it parts: all of them stay in their order."""
    stages = [port.place[1] if isinstance(port, WrongPort) else "" for port in family]
    turns = [stages[:number].count(stage) for number, stage in enumerate(stages)]
    return [port for _, port in sorted(zip(turns, family, strict=True), key=lambda pair: pair[0])]


@pytest.fixture(scope="module")
def wrong():
    return {
        port.name: result
        for port, result in judged(
            some(WRONG_PORTS, WRONG_OF_A_FAMILY), Options("float64", nudged=False, differences="never")
        )
    }


@pytest.fixture(scope="module")
def right():
    return {port.name: result for port, result in judged(some(RIGHT_PORTS, RIGHT_OF_A_FAMILY), Options("float64"))}


@pytest.mark.parametrize("port", some(WRONG_PORTS, WRONG_OF_A_FAMILY), ids=lambda port: port.name)
def test_a_wrong_port_is_diverged_and_located(wrong, port):
    result = wrong[port.name]
    assert is_right(port, result), (result.verdict, *result.findings)


@pytest.mark.parametrize("port", some(RIGHT_PORTS, RIGHT_OF_A_FAMILY), ids=lambda port: port.name)
def test_a_right_port_is_equivalent(right, port):
    result = right[port.name]
    assert is_right(port, result), (result.verdict, *result.findings)
