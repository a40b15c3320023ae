"""Who may import whom: the folders in one order, read off the source, and proven in bare processes."""

import ast
import subprocess
import sys
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
FRAMEWORKS = {"torch", "tensorflow", "keras"}

# The folders of compare/ are the flow: each imports itself and those before it.
ORDER = ("inputs", "traces", "running", "judging", "reporting", "logs", "components", "cli")
TOP = {"compare", "compare.__main__", "compare.testing", "compare.pytest_plugin"}

# Sides run and record, and judge nothing; their dictionary is checked with what compare/components says of it.
OF_SIDES = ("inputs", "traces", "running")
OF_THE_DICTIONARY = (*OF_SIDES, "components")

# A file for users to copy, and the pitfalls: nobody here imports them, and they import frameworks, as every port does.
TEMPLATE = "compare.inputs.port_template"
PITFALLS = "compare.pitfalls."


@cache
def modules(package: str) -> dict[str, Path]:
    """Every module of a package by its dotted name; a package by its own."""
    found = {}
    for path in (ROOT / package).rglob("*.py"):
        parts = path.relative_to(ROOT).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return {module: path for module, path in found.items() if not module.startswith(PITFALLS)}


@cache
def imports(source: str) -> set[str]:
    """Whatever a source imports, wherever in it: lazily and for type checking too. A name may be a module."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def folder(module: str) -> str | None:
    """The folder of a module of compare; None of one at the top."""
    return module.split(".")[1] if module.startswith("compare.") and module not in TOP else None


def misplaced(module: str, source: str) -> list[str]:
    """What a module of compare imports though it may not."""
    own = folder(module)
    reachable = ORDER if own is None else ORDER[: ORDER.index(own) + 1]
    frameworks = [name for name in imports(source) if name.split(".")[0] in FRAMEWORKS | {"torch_impl", "tf_impl"}]
    known = imports(source) & set(modules("compare"))
    top = [] if own is None else sorted(known & TOP)
    return frameworks + top + [name for name in known if folder(name) not in (None, *reachable)]


COMPARE = sorted(set(modules("compare")) - {TEMPLATE})


def test_at_the_top_stand_the_entrances_only():
    assert {module for module in modules("compare") if module.count(".") < 2} - TOP == {
        f"compare.{name}" for name in ORDER
    }


@pytest.mark.parametrize("module", COMPARE)
def test_a_module_imports_only_its_own_folder_and_those_before_it(module):
    assert not misplaced(module, modules("compare")[module].read_text())


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("compare.inputs.case", "import torch"),
        ("compare.running.pool", "from compare.judging import tolerances"),
        ("compare.judging.study", "def lazily():\n    from compare.reporting.result import Result"),
        ("compare.cli.diff", "import compare"),
        ("compare.traces.trace", "if TYPE_CHECKING:\n    from compare.judging.stages import StageRow"),
    ],
)
def test_the_order_can_be_broken(module, source):
    assert misplaced(module, source)


def graph(sources: dict[str, str]) -> dict[str, set[str]]:
    """The modules that each imports; a package's own file only where nothing inside of it is named."""
    return {module: imports(source) & set(sources) - {module} for module, source in sources.items()}


def test_no_imports_run_in_a_circle():
    sources = {module: modules("compare")[module].read_text() for module in COMPARE}
    TopologicalSorter(graph(sources)).prepare()


def test_a_circle_is_found():
    with pytest.raises(CycleError):
        TopologicalSorter(graph({"a": "import b", "b": "def f():\n    import a"})).prepare()


@pytest.mark.parametrize(("package", "foreign"), [("torch_impl", {"tensorflow", "keras"}), ("tf_impl", {"torch"})])
def test_a_side_imports_what_comes_before_judging_its_own_framework_and_itself(package, foreign):
    other = "tf_impl" if package == "torch_impl" else "torch_impl"
    for module, path in modules(package).items():
        allowed = OF_THE_DICTIONARY if module.startswith(f"{package}.components") else OF_SIDES
        for imported in imports(path.read_text()):
            assert imported.split(".")[0] not in foreign | {other}, f"{module} imports {imported}"
            assert folder(imported) in (None, *allowed), f"{module} imports {imported}"


def loaded_after(statement: str) -> set[str]:
    """The modules that a fresh process has after a statement."""
    code = f"{statement}\nimport sys\nprint(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_compare_loads_no_framework_and_no_side():
    every = ", ".join(module for module in COMPARE if module != "compare.__main__")
    assert not loaded_after(f"import {every}, compare.__main__") & (FRAMEWORKS | {"torch_impl", "tf_impl"})


def test_a_report_loads_what_draws_plots_only_when_it_draws_one():
    assert not loaded_after("import compare.cli.report, compare.cli.diff") & {"matplotlib", "pandas"}


def test_listing_loads_neither_pandas_nor_matplotlib():
    assert not loaded_after("import compare.cli.app; compare.cli.app.list_cases()") & {"pandas", "matplotlib", "rich"}


@pytest.mark.parametrize(
    ("package", "foreign"), [("torch_impl", {"tensorflow", "keras", "tf_impl"}), ("tf_impl", {"torch", "torch_impl"})]
)
def test_a_side_loads_nothing_of_the_other_and_judges_nothing(package, foreign):
    side = f"{package}.prepare, {package}.recorder, {package}.models.cifar10_cnn"
    loaded = loaded_after(f"import {side}, compare.running.worker")
    assert not loaded & foreign
    assert not {module for module in loaded if folder(module) in ORDER[ORDER.index("judging") :]}


def test_the_proof_by_import_can_fail():
    assert "torch" in loaded_after("import compare, torch_impl.runtime")
