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
    "__init__.py", "recorder.py", "runs.py", "runtime.py", "randomness.py", "settings/__init__.py",
    "weights/__init__.py",
)  # fmt: skip
EXCEPTIONS = {
    ("tf_impl/recorder.py", "start_from"): "PyTorch's weights are the ones that a port starts from",
    ("tf_impl/__init__.py", "start_from"): "PyTorch's weights are the ones that a port starts from",
    ("tf_impl/components/checking/called.py", "_channels_first"): "PyTorch's images have their channels first already",
    ("tf_impl/components/checking/called.py", "_to_canonical"): "PyTorch's images have their channels first already",
    ("tf_impl/layers/__init__.py", "BatchNorm"): "PyTorch has a class for each number of dimensions",
    ("tf_impl/layers/normalizations.py", "BatchNorm"): "PyTorch has a class for each number of dimensions",
    ("tf_impl/layers/recurrent.py", "RNNBase"): "torch.nn has what the three have in common",
    (
        "tf_impl/optimizers/lion.py",
        "Lion.__init__",
    ): "PyTorch's optimizers own their parameters and step",
    ("tf_impl/optimizers/lion.py", "Lion.build"): "PyTorch's optimizers own their parameters and step",
    ("tf_impl/optimizers/lion.py", "Lion.update"): "PyTorch's optimizers own their parameters and step",
    ("torch_impl/optimizers/lion.py", "Lion.__init__"): "Keras' optimizers are given their variables",
    ("torch_impl/optimizers/lion.py", "Lion.step"): "Keras' optimizers are given their variables",
    ("torch_impl/optimizers/lion.py", "Lion.update"): "Keras' optimizers are given their variables",
    ("tf_impl/schedules/cosine.py", "LAST_STEP"): "torch.optim.lr_scheduler counts with Python's integers",
    ("tf_impl/schedules/cycles.py", "Phases"): "torch.optim.lr_scheduler has the phases inside of OneCycleLR",
    ("torch_impl/components/steps.py", "_ema"): "Keras has no averaged model: a copy's weights are averaged by hand",
    ("torch_impl/components/steps.py", "_mean"): "Keras has no averaged model: a copy's weights are averaged by hand",
    ("tf_impl/components/normalizations.py", "_WeightNormalized"): "PyTorch has weight_norm",
    ("tf_impl/components/normalizations.py", "_WeightNormalized.__init__"): "PyTorch has weight_norm",
    ("tf_impl/components/normalizations.py", "_WeightNormalized.call"): "PyTorch has weight_norm",
    ("tf_impl/components/embeddings.py", "_PaddedEmbedding"): "PyTorch has padding_idx",
    ("tf_impl/components/embeddings.py", "_PaddedEmbedding.call"): "PyTorch has padding_idx",
    ("tf_impl/components/embeddings.py", "_BoundedEmbedding"): "PyTorch has max_norm",
    ("tf_impl/components/embeddings.py", "_BoundedEmbedding.call"): "PyTorch has max_norm",
    ("torch_impl/components/recurrent.py", "_Outputs"): "Keras' layers return their outputs alone",
    ("torch_impl/components/recurrent.py", "_Outputs.__init__"): "Keras' layers return their outputs alone",
    ("torch_impl/components/recurrent.py", "_Outputs.call"): "Keras' layers return their outputs alone",
    ("torch_impl/components/recurrent.py", "_LstmOneBias"): "Keras' LSTM has one bias",
    ("torch_impl/components/recurrent.py", "_LstmOneBias.__init__"): "Keras' LSTM has one bias",
    ("torch_impl/components/recurrent.py", "_LstmOneBias.call"): "Keras' LSTM has one bias",
    ("torch_impl/components/recurrent.py", "_PaperGru"): "Keras has reset_after=False",
    ("torch_impl/components/recurrent.py", "_PaperGru.__init__"): "Keras has reset_after=False",
    ("torch_impl/components/recurrent.py", "_PaperGru.call"): "Keras has reset_after=False",
    ("tf_impl/components/recurrent.py", "_GruCell"): "PyTorch has the class",
    ("tf_impl/components/recurrent.py", "_GruCell.__init__"): "PyTorch has the class",
    ("tf_impl/components/recurrent.py", "_GruCell.call"): "PyTorch has the class",
    ("tf_impl/components/sequences.py", "_GruCell"): "PyTorch has the class",
    ("tf_impl/components/sequences.py", "_GruCell.__init__"): "PyTorch has the class",
    ("tf_impl/components/sequences.py", "_GruCell.call"): "PyTorch has the class",
    ("tf_impl/components/sequences.py", "_Masked"): "PyTorch packs sequences",
    ("tf_impl/components/sequences.py", "_Masked.__init__"): "PyTorch packs sequences",
    ("tf_impl/components/sequences.py", "_Masked.call"): "PyTorch packs sequences",
    ("tf_impl/components/attention.py", "_attend"): "PyTorch has the function",
    ("tf_impl/components/attention.py", "_causal"): "PyTorch has is_causal",
    ("tf_impl/components/transformers.py", "_Attention"): "torch.nn has the class",
    ("tf_impl/components/transformers.py", "_CrossAttention.__init__"): "torch.nn's is told embed_dim",
    ("tf_impl/components/transformers.py", "_EncoderLayer"): "torch.nn has the class",
    ("tf_impl/components/transformers.py", "_DecoderLayer"): "torch.nn has the class",
    ("tf_impl/optimizers/adafactor.py", "root_mean_square"): "torch.optim has the class",
    ("tf_impl/optimizers/adafactor.py", "axes"): "torch.optim has the class",
    ("tf_impl/components/transformers.py", "_attend"): "PyTorch has the function",
    ("tf_impl/components/transformers.py", "_causal"): "PyTorch has is_causal",
    ("tf_impl/components/transformers.py", "_join_heads"): "PyTorch has flatten",
    ("tf_impl/components/transformers.py", "_gelu"): "PyTorch's is exact in float64",
    ("tf_impl/components/binary_losses.py", "_bounded_cross_entropy"): "PyTorch has the function",
}
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
    own = classes(package, file) & classes(other(package), file)
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
    for file, compared in (("layers/normalizations.py", names), ("recorder.py", called)):
        assert compared("torch_impl", file) != compared("tf_impl", file)
