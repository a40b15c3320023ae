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
    ("tf_impl/weights/layers.py", "_inside"): "PyTorch finds no layers in lists and dictionaries",
    ("tf_impl/weights/layers.py", "wrap"): "PyTorch has hooks; Keras' methods are wrapped",
    ("tf_impl/weights/layers.py", "_not_training"): "PyTorch switches a whole model to evaluation",
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
    ("tf_impl/optimizers.py", "SGD.__init__"): "torch.optim has the class",
    ("tf_impl/optimizers.py", "SGD.update_step"): "torch.optim has the class",
    ("tf_impl/optimizers.py", "Adam.__init__"): "torch.optim has the class",
    ("tf_impl/optimizers.py", "Adam.build"): "torch.optim has the class",
    ("tf_impl/optimizers.py", "Adam.update_step"): "torch.optim has the class",
}
SAME_UNDER_OTHER_NAMES = {"forward": "call"}  # PyTorch's and Keras' names for what a model computes


def files(package: str) -> set[str]:
    return {str(path.relative_to(ROOT / package)) for path in (ROOT / package).rglob("*.py")}


PAIRS = sorted(files("torch_impl") & files("tf_impl"))


def names(package: str, file: str) -> dict[str, list[str]]:
    """Everything that a file defines, in order, with its parameters; the names in __all__ too."""
    found: dict[str, list[str]] = {}
    for node in ast.parse((ROOT / package / file).read_text()).body:
        if isinstance(node, ast.FunctionDef):
            found[node.name] = [argument.arg for argument in ast.walk(node.args) if isinstance(argument, ast.arg)]
        elif isinstance(node, ast.ClassDef):
            found[node.name] = []
            for method in (inner for inner in node.body if isinstance(inner, ast.FunctionDef)):
                name = SAME_UNDER_OTHER_NAMES.get(method.name, method.name)
                found[f"{node.name}.{name}"] = [arg.arg for arg in ast.walk(method.args) if isinstance(arg, ast.arg)]
        elif isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
            found |= {name: [] for name in ast.literal_eval(node.value)}
        elif isinstance(node, ast.Assign):
            found[ast.unparse(node.targets[0])] = []
    return {name: given for name, given in found.items() if (f"{package}/{file}", name) not in EXCEPTIONS}


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
        other = "torch_impl" if package == "tf_impl" else "tf_impl"
        assert name not in names(other, file), f"{name} stands on both sides: no exception is needed"


def test_the_mirror_can_break(monkeypatch):
    monkeypatch.setattr("tests.test_mirror.EXCEPTIONS", {})
    assert names("torch_impl", "weights/layouts.py") != names("tf_impl", "weights/layouts.py")
