"""Who may import whom: one table, read off the source, and proven in bare processes."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
FRAMEWORKS = {"torch", "tensorflow", "keras"}

# From the bottom up: a layer imports itself and those above it in this table, and no framework.
LAYERS = {
    "what is shared": {
        "case", "cases", "datasets", "side", "inputs", "trace", "recording", "ports.units", "ports.expressions",
        "ports.model", "ports.leftovers", "ports.pairing", "ports.inputs", "ports.file", "ports.batches",
        "components.spec", "components.specs", "components.given", "components.problem",
    },
    "judging": {
        "rounding", "gap", "curves", "divergence", "verdict", "runs", "locate", "stability", "study", "settings",
        "settings.notes", "settings.values", "ports.views", "ports.probe", "ports.initial", "ports.eager",
        "ports.unlike", "ports.study", "logs.log", "logs.table", "logs.pair", "logs.likeness", "logs.growth",
        "logs.shapes", "logs.texts", "logs.reading", "components.source", "components.names", "components.draws",
        "components.judge",
    },
    "working": {"jobs", "alone", "worker", "components.run"},
    "reporting": {"report.files", "report.tables", "report.plot", "report.settings_table", "components.table"},
    "running": {
        "workers", "result", "trial", "open_study", "runner", "ports.recorded", "testing", "pytest_plugin",
        "components.runner",
    },
    "talking": {
        "report.terminal", "exits", "console", "diffing", "components.finding", "components.console", "__main__",
    },
}  # fmt: skip
# A file for users to copy: it is read by nobody here, and imports frameworks, as every port does.
NO_MODULE = {"compare.ports.template"}
PACKAGES = {"compare", "compare.report", "compare.ports", "compare.logs", "compare.components"}
# Worker processes judge nothing.
FORBIDDEN = {"working": LAYERS["judging"]}
SIDES_MAY_IMPORT = LAYERS["what is shared"]


def modules(package: str) -> dict[str, Path]:
    """Every module of a package by its dotted name; a package by its own."""
    found = {}
    for path in (ROOT / package).rglob("*.py"):
        parts = path.relative_to(ROOT).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imports(path: Path) -> set[str]:
    """The modules that a file imports, wherever in it, but for type checking."""
    tree = ast.parse(path.read_text())
    for_types = {
        inner
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        for inner in ast.walk(node)
    }
    found = set()
    for node in set(ast.walk(tree)) - for_types:
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def layer_of(module: str) -> str | None:
    """The layer of a module of compare; the cases belong together, and so do the specs of components."""
    name = module.removeprefix("compare.")
    name = next((whole for whole in ("cases", "components.specs") if name.startswith(f"{whole}.")), name)
    return next((layer for layer, members in LAYERS.items() if name in members), None)


@pytest.mark.parametrize(
    "module",
    sorted(set(modules("compare")) - PACKAGES - NO_MODULE),
)
def test_a_module_of_compare_imports_only_its_layer_and_those_below(module):
    layer = layer_of(module)
    assert layer, f"{module} stands in no layer"
    order = list(LAYERS)
    for imported in imports(modules("compare")[module]):
        assert imported.split(".")[0] not in FRAMEWORKS | {"torch_impl", "tf_impl"}, imported
        if (other := layer_of(imported)) and imported.startswith("compare."):
            assert order.index(other) <= order.index(layer), f"{module} imports {imported}"
            assert imported.removeprefix("compare.") not in FORBIDDEN.get(layer, ()), f"{module} imports {imported}"


@pytest.mark.parametrize(("package", "foreign"), [("torch_impl", {"tensorflow", "keras"}), ("tf_impl", {"torch"})])
def test_a_side_imports_the_shared_part_its_own_framework_and_itself(package, foreign):
    other = "tf_impl" if package == "torch_impl" else "torch_impl"
    for module, path in modules(package).items():
        allowed = SIDES_MAY_IMPORT | ({"worker"} if module.endswith("__main__") else set())
        for imported in imports(path):
            assert imported.split(".")[0] not in foreign | {other}, f"{module} imports {imported}"
            if imported.startswith("compare."):
                parts = imported.split(".")
                assert {parts[1], ".".join(parts[1:3])} & allowed, f"{module} imports {imported}"


def loaded_after(statement: str) -> set[str]:
    """The top-level modules that a fresh process has after a statement."""
    code = f"{statement}\nimport sys\nprint(*{{name.split('.')[0] for name in sys.modules}})"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_compare_loads_no_framework_and_no_side():
    every = ", ".join(sorted(set(modules("compare")) - {"compare.__main__"} - NO_MODULE))
    assert not loaded_after(f"import {every}, compare.__main__") & (FRAMEWORKS | {"torch_impl", "tf_impl"})


def test_listing_loads_neither_pandas_nor_matplotlib():
    assert not loaded_after("import compare.__main__; compare.__main__.list_cases()") & {"pandas", "matplotlib", "rich"}


@pytest.mark.parametrize(
    ("package", "foreign"), [("torch_impl", {"tensorflow", "keras", "tf_impl"}), ("tf_impl", {"torch", "torch_impl"})]
)
def test_a_side_loads_nothing_of_the_other(package, foreign):
    loaded = loaded_after(f"import {package}.runs, {package}.recorder, {package}.models.cifar10_cnn, compare.worker")
    assert not loaded & foreign


def test_the_proof_by_import_can_fail():
    assert "torch" in loaded_after("import compare, torch_impl.runtime")
