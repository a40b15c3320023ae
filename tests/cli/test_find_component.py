"""The search finds components by any words, the best matches first, and shows both sides in full."""

import subprocess
import sys
from pathlib import Path

import pytest
from rich.console import Console

from compare.cli import find_component as finding
from compare.components import source, specs
from tests.helpers.processes import python

ROOT = Path(__file__).resolve().parents[2]
SIDES = ("torch", "tf")


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


def test_both_sides_are_shown_beside_each_other_with_the_lesson_under_them():
    lines = shown("glu channels", 140)
    assert lines[0] == "glu_channels (activations)"
    [line] = [line for line in lines if "F.glu(x, dim=1)" in line]
    assert "keras.activations.glu(x)" in line
    assert lines[-1].startswith("PyTorch's GLU takes the last axis by default;")
    assert max(map(len, lines)) <= 140


def test_in_a_narrow_terminal_the_sides_are_stacked_and_nothing_is_cut_off():
    lines = shown("glu channels", 40)
    assert not [line for line in lines if "dim=1" in line and "keras" in line]
    text = " ".join(" ".join(lines).split())
    for words in ("F.glu(x, dim=1)", "keras.activations.glu(x)", "which is the last axis in Keras."):
        assert words in text
    assert max(map(len, lines)) <= 40


def longest_line(kind, key):
    return max(len(line) for side in SIDES for line in source.entries(side, kind)[key].code.splitlines())


@pytest.mark.parametrize("width", [80, 140])
@pytest.mark.parametrize("kind", specs.KINDS)
def test_no_line_of_code_is_cut_at_any_width_not_even_the_longest(kind, width):
    for key in sorted(source.entries("torch", kind), key=lambda key: longest_line(kind, key))[-5:]:
        console = Console(width=width, color_system=None)
        with console.capture() as capture:
            console.print(finding.render(finding.Match(key, kind, finding.all_sources()[key][1], 0), width))
        text = "".join(capture.get().split()).replace("│", "")
        for side in SIDES:
            for line in source.entries(side, kind)[key].code.splitlines():
                assert line.replace(" ", "").replace("│", "") in text, (key, line)


def test_of_many_only_the_best_are_shown_in_full_and_the_others_named():
    lines = shown("x", 80)
    found = finding.find("x")
    assert len(found) > finding.SHOWN_IN_FULL
    assert f"and {len(found) - finding.SHOWN_IN_FULL} more: " in " ".join(lines)
    assert sum(line.startswith("╭─ PyTorch") for line in lines) == finding.SHOWN_IN_FULL


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
