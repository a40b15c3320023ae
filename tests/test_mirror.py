"""The two sides mirror each other where a reader studies: same files, names, parameters, order and lessons.

Elsewhere (recorder, settings, weights) what both have in common is written once, in compare/, and each side keeps what
its framework needs: there only what the harness calls by name has to be on both sides, with the same parameters.
Read from the source, with neither framework imported. Each exception is one named line with its reason.
"""

import ast
import io
import tokenize
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

STUDIED = ("train.py", "losses.py", "gradients.py", "models/", "layers/", "optimizers/", "schedules/", "components/")
CALLED = (
    "__init__.py", "recorder.py", "prepare.py", "runtime.py", "randomness.py", "operations.py", "settings/__init__.py",
    "weights/__init__.py",
)  # fmt: skip
EXCEPTIONS = {
    ("tf_impl/recorder.py", "Recorder.callback"): "Keras has a loop of its own, PyTorch has none",
    ("tf_impl/recorder.py", "Recorder.set_model"): "Keras has a loop of its own, which calls it of a callback",
    ("tf_impl/recorder.py", "start_from"): "PyTorch's weights are the ones that a port starts from",
    ("tf_impl/__init__.py", "start_from"): "PyTorch's weights are the ones that a port starts from",
    ("tf_impl/weights/__init__.py", "load_optimizer_state"): "TensorFlow's loop follows PyTorch's",
    ("tf_impl/layers/__init__.py", "BatchNorm"): "PyTorch has a class for each number of dimensions",
    ("tf_impl/layers/normalizations.py", "BatchNorm"): "PyTorch has a class for each number of dimensions",
    ("tf_impl/layers/recurrent.py", "RNNBase"): "torch.nn has what the three have in common",
    ("tf_impl/schedules/base.py", "arguments"): "PyTorch saves the state of an optimizer, Keras how it was made, too",
}
# One framework often has a class that the other writes out: what has a private name, and the methods that a base class
# of the framework prescribes, are how a side writes what these folders show, and need no counterpart.
ENTRIES_ONLY = ("components/", "layers/", "optimizers/", "schedules/")
SAME_UNDER_OTHER_NAMES = {"forward": "call"}  # PyTorch's and Keras' names for what a model computes
ONLY_IN_KERAS = {"training"}  # a parameter of every `call`; PyTorch switches the whole model


def files(package: str) -> set[str]:
    """The files of a side that a reader studies."""
    found = {str(path.relative_to(ROOT / package)) for path in (ROOT / package).rglob("*.py")}
    return {file for file in found if file.startswith(STUDIED)}


PAIRS = sorted(files("torch_impl") & files("tf_impl"))


def names(package: str, file: str) -> dict[str, list[str]]:
    """Everything that a file defines, in order, with its parameters; the names in __all__ too.

    Where one side only re-exports a class of its framework, the other side's methods have no counterpart.
    """
    found: dict[str, list[str]] = {}
    entries_only = file.startswith(ENTRIES_ONLY)
    own = set() if entries_only else classes(package, file) & classes(other(package), file)
    for node in ast.parse((ROOT / package / file).read_text()).body:
        if isinstance(node, ast.FunctionDef):
            found[node.name] = parameters(node)
        elif isinstance(node, ast.ClassDef):
            found[node.name] = []
            for method in (inner for inner in node.body if isinstance(inner, ast.FunctionDef) and node.name in own):
                name = SAME_UNDER_OTHER_NAMES.get(method.name, method.name)
                found[f"{node.name}.{name}"] = [one for one in parameters(method) if one not in ONLY_IN_KERAS]
        elif isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
            found |= {name: [] for name in ast.literal_eval(node.value)}
        elif isinstance(node, ast.Assign):
            found[ast.unparse(node.targets[0])] = []
    if entries_only:
        found = {name: given for name, given in found.items() if not name.startswith("_")}
    return {name: given for name, given in found.items() if (f"{package}/{file}", name) not in EXCEPTIONS}


def parameters(function: ast.FunctionDef) -> list[str]:
    return [argument.arg for argument in ast.walk(function.args) if isinstance(argument, ast.arg)]


def classes(package: str, file: str) -> set[str]:
    """The classes that a file defines itself."""
    return {node.name for node in ast.parse((ROOT / package / file).read_text()).body if isinstance(node, ast.ClassDef)}


def other(package: str) -> str:
    return "torch_impl" if package == "tf_impl" else "tf_impl"


def comments(package: str, file: str) -> list[str]:
    source = (ROOT / package / file).read_text()
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    return [token.string.lstrip("# ") for token in tokens if token.type == tokenize.COMMENT]


def lessons(package: str, file: str) -> list[str]:
    """Every line that begins with "differs:", in comments and docstrings."""
    lines = (line.strip().lstrip("# ") for line in (ROOT / package / file).read_text().splitlines())
    return sorted(line for line in lines if line.startswith("differs:"))


def test_both_sides_have_the_same_files():
    assert files("torch_impl") == files("tf_impl")


@pytest.mark.parametrize("file", PAIRS)
def test_both_sides_define_the_same_names_with_the_same_parameters_in_the_same_order(file):
    torch, tf = names("torch_impl", file), names("tf_impl", file)
    assert list(torch.items()) == list(tf.items())


def called(package: str, file: str) -> dict[str, list[str]]:
    """The public functions of a file with their parameters, and the names that it gives out; in any order."""
    found = names(package, file).items()
    return {name: given for name, given in found if not (name.split(".")[-1].startswith("_") or name.isupper())}


@pytest.mark.parametrize("file", CALLED)
def test_what_the_harness_calls_is_on_both_sides_with_the_same_parameters(file):
    assert called("torch_impl", file)
    assert called("torch_impl", file) == called("tf_impl", file)


@pytest.mark.parametrize("file", PAIRS)
def test_a_lesson_stands_on_both_sides(file):
    assert lessons("torch_impl", file) == lessons("tf_impl", file)


def test_the_two_loops_carry_the_same_comments_in_the_same_order():
    torch, tf = comments("torch_impl", "train.py"), comments("tf_impl", "train.py")
    assert len(torch) >= 8
    assert torch == tf


def test_no_exception_has_outlived_its_reason():
    for (path, name), reason in EXCEPTIONS.items():
        package, file = path.split("/", 1)
        last = name.split(".")[-1]
        assert last in (ROOT / package / file).read_text(), f"{name} is gone: {reason}"
        assert name not in names(other(package), file), f"{name} stands on both sides: no exception is needed"


def test_the_mirror_can_break(monkeypatch):
    monkeypatch.setattr("tests.test_mirror.EXCEPTIONS", {})
    for file, compared in (("layers/normalizations.py", names), ("recorder.py", called)):
        assert compared("torch_impl", file) != compared("tf_impl", file)


@pytest.mark.parametrize(("file", "differ"), [("components/x.py", False), ("models/x.py", True)])
def test_a_private_helper_needs_a_counterpart_except_beside_entries(tmp_path, monkeypatch, file, differ):
    sides(tmp_path, monkeypatch, file, "def entry(x): ...", "def entry(x): ...\ndef _helper(): ...")
    assert (names("torch_impl", file) != names("tf_impl", file)) is differ


def test_an_entry_needs_a_counterpart_with_the_same_parameters(tmp_path, monkeypatch):
    sides(tmp_path, monkeypatch, "components/x.py", "def entry(x): ...", "def entry(y): ...")
    assert names("torch_impl", "components/x.py") != names("tf_impl", "components/x.py")


@pytest.mark.parametrize(
    ("tf", "differ"), [("def mute(model): ...\ndef _own(): ...", False), ("def mute(layers): ...", True), ("", True)]
)
def test_what_the_harness_calls_is_compared_by_its_public_names(tmp_path, monkeypatch, tf, differ):
    sides(tmp_path, monkeypatch, "randomness.py", "def _other(): ...\ndef mute(model): ...", tf)
    assert (called("torch_impl", "randomness.py") != called("tf_impl", "randomness.py")) is differ


def sides(root, monkeypatch, file, torch, tf):
    """Two packages of one file each, in place of the real ones."""
    for package, source in (("torch_impl", torch), ("tf_impl", tf)):
        path = root / package / file
        path.parent.mkdir(parents=True)
        path.write_text(source)
    monkeypatch.setattr("tests.test_mirror.ROOT", root)
