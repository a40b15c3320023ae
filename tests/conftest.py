"""`pytest -m core` is the part of the suite that starts and imports no framework: some two minutes on two cores.

Notice that every test is core but those named here, and that a core test which reaches for a framework fails.
"""

import os
import sys
from functools import cache
from pathlib import Path, PurePosixPath

import pytest

# Before NumPy is imported, here and in processes that tests start: pytest-xdist uses the cores, and a thread of BLAS
# that waits for a small product keeps one busy.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
# What is compiled is kept, whatever the environment says: else every process of a run compiles all of it again.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

TESTS = Path(__file__).resolve().parent
FRAMEWORKS = {"torch", "tensorflow", "keras"}

# Folders, files, and functions of a file that import a framework or start one.
WITH_FRAMEWORKS = (
    "cases",
    "end_to_end",
    "libraries",
    "side_by_side",
    "components/test_all_agree.py::test_the_two_sides_of_a_component_agree",
    "components/test_all_agree.py::test_what_is_judged_in_float32_says_why_and_is_allowed_no_more_than_rounding",
    "test_layers.py::test_a_side_loads_nothing_of_the_other_and_judges_nothing",
    "test_layers.py::test_the_proof_by_import_can_fail",
    "test_readme.py::test_a_command_prints_what_the_readme_shows",
    "test_readme.py::test_the_port_that_the_readme_follows_comes_to_what_it_shows",
    "test_readme.py::test_the_python_of_the_readme_runs",
    "test_readme.py::test_the_recorders_of_the_readme_record_and_the_second_follows_the_first",
)

# The files that take longest, begun first: one begun last would keep one core busy while the other has no more to do.
LONGEST = (
    "end_to_end/test_ports.py",
    "end_to_end/test_wrong_lines.py",
    "end_to_end/test_mutants.py",
    "libraries/test_libraries.py",
    "end_to_end/test_parity.py",
    "end_to_end/test_scripts.py",
    "components/test_all_agree.py",
    "end_to_end/test_port_troubles.py",
)


@cache
def needs_framework(path: Path, function: str = "") -> bool:
    """Whether what is tested there is named above: the file, a folder that it is in, or its function."""
    place = _place(path)
    names = {place, *map(str, PurePosixPath(place).parents), f"{place}::{function}"}
    return not names.isdisjoint(WITH_FRAMEWORKS)


@cache
def _place(path: Path) -> str:
    """Where a file stands in tests/, or its whole path."""
    return (path.relative_to(TESTS) if path.is_relative_to(TESTS) else path).as_posix()


def core_only(config: pytest.Config) -> bool:
    return config.option.markexpr == "core"


def pytest_configure(config: pytest.Config) -> None:
    """Processes that core tests start find no framework; pytest-xdist keeps the order that is given below, and gives
    the tests of a file to one process, which makes what they share once."""
    config.option.loadscopereorder = False
    if getattr(config.option, "dist", "no") == "load":
        config.option.dist = "loadfile"
    if core_only(config):
        paths = [str(TESTS / "helpers" / "no_framework"), os.environ.get("PYTHONPATH", "")]
        os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, paths))


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """To collect a file is to import it."""
    return True if core_only(config) and needs_framework(collection_path) else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if " at 0x" in item.nodeid:
            raise pytest.UsageError(
                f"{item.nodeid} has an address in its name, which pytest-xdist needs to be the same"
            )
        if not needs_framework(item.path, item.originalname):
            item.add_marker("core")
        if _place(item.path).startswith("libraries/"):
            item.add_marker("libraries")
    items.sort(key=lambda item: LONGEST.index(place) if (place := _place(item.path)) in LONGEST else len(LONGEST))


@pytest.fixture(autouse=True)
def no_framework(request: pytest.FixtureRequest):
    """Fails the first core test behind which a framework is imported."""
    yield
    if core_only(request.config) and (imported := FRAMEWORKS & sys.modules.keys()):
        pytest.fail(f"a core test imports no framework: {', '.join(sorted(imported))} is there after it")
