"""The two sides mirror each other: same files, same names, same parameters, same order, same lessons.

Read from the source, with neither framework imported. Each exception is one named line with its reason.
"""

import ast
import io
import tokenize
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

EXCEPTIONS = {
    ("tf_impl/weights/kinds.py", "_DIMENSIONS"): "PyTorch's classes bear PyTorch's names",
    ("tf_impl/weights/kinds.py", "ACTIVATIONS"): "PyTorch's activations are layers with names of their own",
    ("tf_impl/weights/layers.py", "KERAS_OWN"): "PyTorch keeps its own attributes apart: named_children",
    ("tf_impl/weights/layers.py", "attributes"): "PyTorch walks the layers of a model itself: named_children",
    ("tf_impl/weights/layers.py", "is_built"): "PyTorch's weights exist from the start",
    ("tf_impl/weights/layers.py", "_inside"): "PyTorch finds no layers in lists and dictionaries",
    ("tf_impl/weights/layers.py", "wrap"): "PyTorch has hooks; Keras' methods are wrapped",
    ("tf_impl/weights/layers.py", "_not_training"): "PyTorch switches a whole model to evaluation",
    ("tf_impl/randomness.py", "_is_keras_own"): "PyTorch's layers with random numbers are a few classes",
    ("tf_impl/recorder.py", "start_from"): "PyTorch's weights are the ones that a port starts from",
    ("tf_impl/__init__.py", "start_from"): "PyTorch's weights are the ones that a port starts from",
    ("tf_impl/weights/layers.py", "own_activation"): "PyTorch's layers end with no activation",
    ("tf_impl/weights/layers.py", "activation_name"): "PyTorch's layers end with no activation",
    ("tf_impl/weights/outputs.py", "FEATURES_LAST"): "PyTorch's outputs lie as they shall",
    ("tf_impl/weights/outputs.py", "IMAGES"): "PyTorch's images have their channels first already",
    ("tf_impl/weights/outputs.py", "GLOBAL_POOLINGS"): "PyTorch's poolings keep the axes that they pool",
    ("tf_impl/weights/outputs.py", "_channels_first"): "PyTorch's images have their channels first already",
    ("tf_impl/weights/layouts.py", "matrix"): "PyTorch's layout is the canonical one",
    ("tf_impl/weights/layouts.py", "convolution"): "PyTorch's layout is the canonical one",
    ("tf_impl/weights/layouts.py", "depthwise"): "PyTorch's layout is the canonical one",
    ("tf_impl/weights/layouts.py", "channels_first"): "PyTorch's layout is the canonical one",
    ("tf_impl/weights/layouts.py", "per_channel"): "PyTorch's layout is the canonical one",
    ("tf_impl/weights/layouts.py", "gates"): "PyTorch's order of the gates is the canonical one",
    ("tf_impl/weights/layouts.py", "gates_matrix"): "PyTorch's order of the gates is the canonical one",
    ("tf_impl/weights/layouts.py", "first_bias"): "PyTorch has two biases in two variables",
    ("tf_impl/weights/layouts.py", "second_bias"): "PyTorch has two biases in two variables",
    ("tf_impl/weights/layouts.py", "heads_in"): "PyTorch keeps the heads in one axis",
    ("tf_impl/weights/layouts.py", "heads_bias"): "PyTorch keeps the heads in one axis",
    ("tf_impl/weights/layouts.py", "heads_out"): "PyTorch keeps the heads in one axis",
    ("tf_impl/weights/roles.py", "BIAS"): "PyTorch's attributes bear the names of the roles",
    ("tf_impl/weights/roles.py", "GATED"): "PyTorch's cells are all alike",
    ("tf_impl/weights/roles.py", "ONE_BIAS"): "PyTorch has two biases in two variables",
    ("tf_impl/weights/roles.py", "TWO_BIASES"): "PyTorch has two biases in two variables",
    ("tf_impl/weights/roles.py", "_einsum"): "PyTorch has no layer of a written-out equation",
    ("tf_impl/weights/rules.py", "separable"): "PyTorch has no separable convolution",
    ("tf_impl/weights/rules.py", "_unit"): "PyTorch's modules keep their parameters in one dictionary",
    ("tf_impl/weights/rules.py", "_owners"): "PyTorch names the parameters inside a layer itself: named_parameters",
    ("tf_impl/weights/rules.py", "_tracked"): "PyTorch's parameters are all attributes",
    ("torch_impl/weights/rules.py", "_own"): "PyTorch's modules keep their parameters in one dictionary",
    ("torch_impl/weights/rules.py", "_rows"): "Keras keeps query, key and value apart",
    ("tf_impl/weights/state.py", "SLOTS"): "PyTorch names the entries of an optimizer's state itself",
    ("tf_impl/weights/state.py", "_rate_inside"): "PyTorch's momentum buffer is the canonical one",
    ("tf_impl/weights/state.py", "_parts"): "PyTorch keeps groups inside of one optimizer",
    ("tf_impl/recorder.py", "Recorder._wrap"): "PyTorch has hooks; Keras' methods are wrapped",
    ("tf_impl/layers/__init__.py", "BatchNorm"): "PyTorch has a class for each number of dimensions",
    ("tf_impl/layers/normalizations.py", "BatchNorm"): "PyTorch has a class for each number of dimensions",
    ("tf_impl/layers/recurrent.py", "RNNBase"): "torch.nn has what the three have in common",
    ("tf_impl/weights/rules.py", "_suffixed"): "PyTorch's recurrent layers are PyTorch's",
    ("tf_impl/settings/recurrent.py", "_after_torch"): "PyTorch's recurrent layers are PyTorch's",
    ("tf_impl/settings/optimizers.py", "AFTER_PYTORCH"): "PyTorch's formulas are known by PyTorch's names",
    ("tf_impl/settings/optimizers.py", "after_pytorch"): "PyTorch's formulas are known by PyTorch's names",
    ("tf_impl/settings/optimizers.py", "decay_excludes"): "PyTorch has groups of parameters for it",
    ("tf_impl/schedules/base.py", "arguments"): "PyTorch saves the state of an optimizer, Keras how it was made, too",
}
# One framework often has a class that the other writes out: what has a private name, and the methods that a base class
# of the framework prescribes, are how a side writes what these folders show, and need no counterpart.
ENTRIES_ONLY = ("components/", "layers/", "optimizers/", "schedules/")
SAME_UNDER_OTHER_NAMES = {"forward": "call"}  # PyTorch's and Keras' names for what a model computes
ONLY_IN_KERAS = {"training"}  # a parameter of every `call`; PyTorch switches the whole model


def files(package: str) -> set[str]:
    return {str(path.relative_to(ROOT / package)) for path in (ROOT / package).rglob("*.py")}


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


@pytest.mark.parametrize("file", PAIRS)
def test_a_lesson_stands_on_both_sides(file):
    assert lessons("torch_impl", file) == lessons("tf_impl", file)


def test_the_two_loops_carry_the_same_comments_up_to_tracing():
    torch, tf = comments("torch_impl", "train.py"), comments("tf_impl", "train.py")
    assert len(torch) >= 8
    assert torch == [comment for comment in tf if comment in torch]


def test_no_exception_has_outlived_its_reason():
    for (path, name), reason in EXCEPTIONS.items():
        package, file = path.split("/", 1)
        last = name.split(".")[-1]
        assert last in (ROOT / package / file).read_text(), f"{name} is gone: {reason}"
        assert name not in names(other(package), file), f"{name} stands on both sides: no exception is needed"


def test_the_mirror_can_break(monkeypatch):
    monkeypatch.setattr("tests.test_mirror.EXCEPTIONS", {})
    assert names("torch_impl", "weights/layouts.py") != names("tf_impl", "weights/layouts.py")


@pytest.mark.parametrize(("file", "differ"), [("components/x.py", False), ("models/x.py", True)])
def test_a_private_helper_needs_a_counterpart_except_beside_entries(tmp_path, monkeypatch, file, differ):
    sides(tmp_path, monkeypatch, file, "def entry(x): ...", "def entry(x): ...\ndef _helper(): ...")
    assert (names("torch_impl", file) != names("tf_impl", file)) is differ


def test_an_entry_needs_a_counterpart_with_the_same_parameters(tmp_path, monkeypatch):
    sides(tmp_path, monkeypatch, "components/x.py", "def entry(x): ...", "def entry(y): ...")
    assert names("torch_impl", "components/x.py") != names("tf_impl", "components/x.py")


def sides(root, monkeypatch, file, torch, tf):
    """Two packages of one file each, in place of the real ones."""
    for package, source in (("torch_impl", torch), ("tf_impl", tf)):
        path = root / package / file
        path.parent.mkdir(parents=True)
        path.write_text(source)
    monkeypatch.setattr("tests.test_mirror.ROOT", root)
