"""The sources that the table and the search show are what stands in the files, and the search finds them."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest
from rich.console import Console

from compare.cli import find_component as finding
from compare.components import source, specs
from tests.processes import python

ROOT = Path(__file__).resolve().parents[2]
SIDES = ("torch", "tf")
MODULE = '''"""A file of entries."""

import keras

from tf_impl.losses import mean_squared_error
from tf_impl.optimizers import SGD, Adam, AdamW

_SCALE = 3


def _double(x):
    return 2 * x


def _unused(x):
    return x


class _Layer(keras.Layer):
    def call(self, x):
        return _double(x)


def plain(x):
    """One sentence."""
    return keras.ops.relu(x)


def with_helpers():
    """One sentence,
    over two lines."""
    return keras.Sequential(
        [
            _Layer(),  # which doubles
        ]
    )


def of_several_lines(x):
    """One sentence."""
    # Why it is so.
    y = _SCALE * x

    return y


def with_imports(x):
    """One sentence."""
    return AdamW(_rate(x)), SGD(0.1)


def _rate(x):
    return mean_squared_error(x, x)


def without_docstring(
    x,
):
    return x
'''


def function(side, kind, key):
    """The definition of an entry, by itself."""
    tree = ast.parse((ROOT / f"{side}_impl" / "components" / f"{kind}.py").read_text())
    return next(node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == key)


@pytest.mark.parametrize("kind", specs.KINDS)
@pytest.mark.parametrize("side", SIDES)
def test_the_code_of_an_entry_is_the_body_that_stands_in_the_file(side, kind):
    for key, entry in source.entries(side, kind).items():
        body = function(side, kind, key).body[1:]
        *_, own = entry.code.split("\n\n") if len(body) == 1 else (entry.code,)
        shown = ast.parse(own).body
        if len(body) == 1 and isinstance(body[0], ast.Return):
            assert ast.dump(shown[0].value) == ast.dump(body[0].value), key
        else:
            wrapped = ast.parse("def entry():\n" + "\n".join(f"    {line}" for line in entry.code.splitlines())).body[0]
            assert [ast.dump(node) for node in wrapped.body[-len(body) :]] == [ast.dump(node) for node in body], key


@pytest.mark.parametrize("kind", specs.KINDS)
@pytest.mark.parametrize("side", SIDES)
def test_the_code_holds_every_helper_of_the_file_that_it_names(side, kind):
    text = (ROOT / f"{side}_impl" / "components" / f"{kind}.py").read_text()
    private = {name for name in defined(text) if name.startswith("_")}
    for key, entry in source.entries(side, kind).items():
        named = {node.id for node in ast.walk(ast.parse(entry.code)) if isinstance(node, ast.Name)}
        assert named & private == defined(entry.code) & private, key


def defined(text):
    """The names of functions, classes and constants."""
    nodes = ast.parse(text).body
    assigned = {ast.unparse(target) for node in nodes if isinstance(node, ast.Assign) for target in node.targets}
    return assigned | {node.name for node in nodes if isinstance(node, (ast.FunctionDef, ast.ClassDef))}


def test_an_expression_alone_is_shown_without_its_return():
    assert source.read(MODULE)["plain"].code == "keras.ops.relu(x)"
    assert source.read(MODULE)["without_docstring"].code == "x"


def test_the_helpers_that_are_named_come_first_and_no_others():
    assert source.read(MODULE)["with_helpers"].code == (
        "def _double(x):\n    return 2 * x\n\n"
        "class _Layer(keras.Layer):\n    def call(self, x):\n        return _double(x)\n\n"
        "keras.Sequential(\n    [\n        _Layer(),  # which doubles\n    ]\n)"
    )


def test_several_lines_keep_their_comments_and_a_constant_is_shown():
    assert source.read(MODULE)["of_several_lines"].code == "_SCALE = 3\n\n# Why it is so.\ny = _SCALE * x\n\nreturn y"


def test_what_comes_from_this_project_is_shown_with_its_import_and_no_other_name():
    assert source.read(MODULE)["with_imports"].code == (
        "from tf_impl.losses import mean_squared_error\nfrom tf_impl.optimizers import SGD, AdamW\n\n"
        "def _rate(x):\n    return mean_squared_error(x, x)\n\n"
        "AdamW(_rate(x)), SGD(0.1)"
    )


def test_a_docstring_is_one_line_and_private_names_are_no_entries():
    found = source.read(MODULE)
    assert found["with_helpers"].mind == "One sentence, over two lines."
    assert list(found) == ["plain", "with_helpers", "of_several_lines", "with_imports", "without_docstring"]


@pytest.mark.parametrize(
    ("words", "first"),
    [
        ("gelu", "gelu"),
        ("GELU tanh", "gelu_tanh"),
        ("tanh gelu", "gelu_tanh"),
        ("leaky_relu", "leaky_relu"),
        ("kaiming fan out", "kaiming_normal_fan_out"),
        ("softplus(x, beta", "softplus_beta"),
        ("GPT-2", "gelu_tanh"),
        ("HeNormal", "kaiming_normal"),
    ],
)
def test_the_words_are_looked_for_everywhere_in_any_order_and_names_come_first(words, first):
    assert finding.find(words)[0].key == first


def test_every_word_must_be_there():
    every = {one.key for one in finding.find("softmax")}
    few = {one.key for one in finding.find("softmax channels")}
    assert few < every
    assert "softmax_channels" in few


def test_whole_words_of_the_name_come_before_parts_and_these_before_texts():
    ranks = {one.key: one.rank for one in finding.find("relu")}
    assert ranks["relu"] == ranks["relu_by_maximum"] < ranks["prelu"] < ranks["rrelu_evaluation"] + 1
    assert ranks["prelu"] < {one.key: one.rank for one in finding.find("softmax")}["softmin"]
    assert list(ranks.values()) == sorted(ranks.values())


def test_short_words_are_not_found_inside_of_longer_ones_but_in_names():
    assert "celu" in {one.key for one in finding.find("elu")}
    assert "geglu" not in {one.key for one in finding.find("elu")}  # whose code has gelu


@pytest.mark.parametrize("words", ["", "   ", "no_such_thing_at_all", "relu no_such_thing"])
def test_without_a_match_nothing_is_found(words):
    assert finding.find(words) == []


def shown(words, width):
    console = Console(width=width, color_system=None)
    with console.capture() as capture:
        assert finding.show(words, console) == 0
    return capture.get().splitlines()


def test_pairs_are_shown_side_by_side_with_the_sentence_under_them():
    lines = shown("glu channels", 140)
    assert lines[0] == "glu_channels (activations)"
    [pair] = [line for line in lines if "F.glu(x, dim=1)" in line]
    assert "keras.activations.glu(x)" in pair
    assert lines[-1].startswith("PyTorch's GLU takes the last axis by default;")
    assert max(map(len, lines)) <= 140


def test_where_the_terminal_is_narrow_the_pair_is_stacked_and_nothing_is_cut_off():
    lines = shown("glu channels", 40)
    assert not [line for line in lines if "dim=1" in line and "keras" in line]
    text = " ".join(" ".join(lines).split())
    for words in ("F.glu(x, dim=1)", "keras.activations.glu(x)", "which is the last axis in Keras."):
        assert words in text
    assert max(map(len, lines)) <= 40


@pytest.mark.parametrize("width", [80, 140])
@pytest.mark.parametrize("kind", specs.KINDS)
def test_no_line_of_code_is_cut_at_any_width(kind, width):
    for key in source.entries("torch", kind):
        console = Console(width=width, color_system=None)
        with console.capture() as capture:
            console.print(finding.rendered(finding.Found(key, kind, finding.every_pair()[key][1], 0), width))
        text = "".join(capture.get().split()).replace("│", "")
        for side in SIDES:
            for line in source.entries(side, kind)[key].code.splitlines():
                assert line.replace(" ", "").replace("│", "") in text, (key, line)


def test_of_many_only_the_best_are_shown_in_full_and_the_others_named():
    lines = shown("x", 80)
    found = finding.find("x")
    assert len(found) > finding.MOST
    assert f"and {len(found) - finding.MOST} more: " in " ".join(lines)
    assert sum(line.startswith("╭─ PyTorch") for line in lines) == finding.MOST


def test_the_command_shows_them_and_ends_well():
    outcome = python("components", "--find", "leaky relu")
    assert outcome.status == 0
    assert outcome.stdout.startswith("leaky_relu (activations)")
    assert "F.leaky_relu(x, 0.01)" in outcome.stdout


def test_the_command_says_that_nothing_fits_and_what_is_near():
    outcome = python("components", "--find", "sofplus")
    assert (outcome.status, outcome.stdout) == (2, "")
    [line] = outcome.stderr.splitlines()
    assert "'sofplus'" in line
    assert "'softplus'" in line


def test_searching_and_checking_at_once_is_refused():
    outcome = python("components", "relu", "--find", "gelu")
    assert (outcome.status, outcome.stdout) == (2, "")
    assert "leave relu out" in outcome.stderr


def test_searching_imports_no_framework_and_not_even_numpy():
    code = "from compare.cli import find_component; find_component.show('relu'); import sys; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert not set(done.stdout.splitlines()[-1].split()) & {"numpy", "torch", "tensorflow", "keras", "pandas"}
