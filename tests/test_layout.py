"""tests/ is laid out as compare/: a module is tested in the file of its name, in the folder of its name.

That core tests start no framework is proven here too, by tests that do.
"""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import LONGEST, TESTS, WITH_FRAMEWORKS, needs_framework

ROOT = TESTS.parent
COMPARE = ROOT / "compare"

# Folders whose modules are tested in another folder, or all in one file.
ELSEWHERE = {
    "inputs/cases": "cases",  # a case together with both sides' models of it
    "components/specs": None,  # tables, whose every entry components/test_all_agree.py has both sides run
    "judging/settings": None,  # judging/test_settings.py
    "traces/settings": None,  # traces/test_gathered_settings.py
}

PITFALLS = "pitfalls"  # ports, which end_to_end/test_pitfalls.py runs

# Modules without a test file of their name, and where they are tested.
WITHOUT = {
    "inputs/port_template.py": "test_readme.py",
    "pytest_plugin.py": "test_testing.py",
    "inputs/cases/binary_classifier.py": "inputs/test_cases.py",
    "inputs/cases/cifar10_cnn.py": "inputs/test_cases.py",
    "inputs/cases/linear_regression.py": "inputs/test_cases.py",
    "inputs/cases/mlp_regression.py": "inputs/test_cases.py",
    "traces/settings/__init__.py": "traces/test_gathered_settings.py",
    "components/check.py": "side_by_side/test_components_checking.py",
    "components/optimizer_problem.py": "side_by_side/test_components_checking.py",
    "components/specs/__init__.py": "components/test_all_agree.py",
    "reporting/rows.py": "reporting/test_tables.py",
    "traces/paired.py": "traces/test_pairing.py",
    "traces/unpaired.py": "traces/test_pairing.py",
    "traces/layers.py": "side_by_side/test_weight_groups.py",
    "traces/model.py": "traces/test_pairing.py",
    "traces/weights.py": "traces/test_parameters.py",
    "traces/watching.py": "traces/test_recorder.py",
}


def has_code(source: str) -> bool:
    """Whether any function of a module does something, or the module itself: a declaration is no code."""
    functions = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef)]
    return any(not isinstance(node, ast.Expr) for function in functions for node in function.body)


def expected_test(module: Path) -> Path | None:
    """Where a module's tests are to be found; None where its folder has one file for all."""
    folder, name = module.parent.as_posix(), module.stem
    if name == "__init__":
        folder, name = module.parent.parent.as_posix(), module.parent.name or COMPARE.name
    folder = ELSEWHERE.get(folder, folder)
    return None if folder is None else TESTS / folder / f"test_{name}.py"


MODULES = [
    path.relative_to(COMPARE)
    for path in sorted(COMPARE.rglob("*.py"))
    if path.relative_to(COMPARE).as_posix() not in WITHOUT and path.relative_to(COMPARE).parts[0] != PITFALLS
]


@pytest.mark.parametrize("module", MODULES, ids=str)
def test_a_module_with_code_has_a_test_file_of_its_name_in_the_folder_of_its_name(module):
    expected = expected_test(module)
    if expected is not None and has_code((COMPARE / module).read_text()):
        assert expected.is_file(), f"{expected.relative_to(ROOT)} is missing"


@pytest.mark.parametrize(("module", "tested_in"), WITHOUT.items())
def test_an_exception_is_of_a_module_that_is_there_tested_where_it_says_and_needed(module, tested_in):
    assert (COMPARE / module).is_file()
    assert (TESTS / tested_in).is_file()
    assert not expected_test(Path(module)).is_file(), "it has a test file of its name: take it out of WITHOUT"


def test_a_declaration_is_no_code_and_a_function_is():
    assert not has_code('"""Words."""\nNAMES = ("a", "b")\nclass Run:\n    def __call__(self): ...\n')
    assert has_code("def double(x):\n    return 2 * x\n")
    assert len(MODULES) > 50


def test_every_folder_of_compare_has_a_folder_of_tests():
    folders = {path.name for path in COMPARE.iterdir() if (path / "__init__.py").is_file()}
    assert {name for name in folders if not (TESTS / name / "__init__.py").is_file()} == set()


# The core


@pytest.mark.parametrize("name", [*WITH_FRAMEWORKS, *LONGEST])
def test_what_is_said_to_need_a_framework_or_to_take_long_is_there(name):
    path, _, function = name.partition("::")
    assert (TESTS / path).exists()
    assert not function or f"def {function}(" in (TESTS / path).read_text()


@pytest.mark.parametrize(
    ("path", "function", "needs"),
    [
        ("cases/test_vae.py", "", True),
        ("judging/test_study.py", "", False),
        ("test_layers.py", "", False),
        ("test_layers.py", "test_the_proof_by_import_can_fail", True),
        ("test_layers.py", "test_a_circle_is_found", False),
    ],
)
def test_core_is_told_by_folder_file_and_function(path, function, needs):
    assert needs_framework(TESTS / path, function) == needs


def core_run(directory: Path) -> str:
    options = ["-p", "tests.conftest", "-m", "core", "-c", str(ROOT / "pyproject.toml"), "--rootdir", str(directory)]
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *options, str(directory)]
    said = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    return subprocess.run(command, cwd=ROOT, env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}, **said).stdout


def test_a_core_test_that_reaches_for_a_framework_fails_and_another_passes_and_keeps_what_is_compiled(tmp_path):
    tests = (
        "import os, sys; assert not (sys.dont_write_bytecode or 'PYTHONDONTWRITEBYTECODE' in os.environ)",
        "import subprocess, sys; subprocess.run([sys.executable, '-c', 'import torch'], check=True)",
        "import sys; sys.modules['keras'] = sys",
    )
    functions = [f"def test_{number}():\n    {test}\n" for number, test in enumerate(tests)]
    (tmp_path / "test_some.py").write_text("\n".join(functions))
    said = core_run(tmp_path)
    assert "1 failed, 2 passed, 1 error" in said, said
    assert "'import torch']' returned non-zero exit status 1" in said
    assert "a core test imports no framework: keras is there after it" in said


def test_a_name_that_every_process_makes_anew_is_refused_before_anything_runs(tmp_path):
    (tmp_path / "test_one.py").write_text(
        "import pytest\n@pytest.mark.parametrize('f', [len], ids=['<lambda> at 0x7f'])\ndef test_one(f):\n    pass\n"
    )
    assert "has an address in its name" in core_run(tmp_path)
