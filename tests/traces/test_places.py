"""Places: the user's lines, without those of libraries and of this project."""

import sys
import sysconfig
from pathlib import Path

import pytest

from compare.traces import places
from compare.traces.places import stack

ROOT = Path(places.__file__).resolve().parents[2]


def called(file: str, inner):
    """What `inner()` returns where it is called from a function `outer` on line 2 of a file."""
    scope = {"inner": inner}
    exec(compile("def outer():\n    return inner()\n", file, "exec"), scope)
    return scope["outer"]


def test_the_innermost_line_of_the_user_comes_first():
    outermost = called("/home/user/train.py", called("/home/user/losses.py", stack))
    found = outermost()
    assert [(place.file, place.line, place.function) for place in found.own[:2]] == [
        ("/home/user/losses.py", 2, "outer"),
        ("/home/user/train.py", 2, "outer"),
    ]


def test_code_of_libraries_is_folded_to_the_line_that_called_it():
    library = called(str(Path(sysconfig.get_path("purelib")) / "keras" / "ops.py"), stack)
    assert called("/home/user/losses.py", library)().own[0].file == "/home/user/losses.py"


@pytest.mark.parametrize(
    ("files", "told"),
    [
        (
            ("torchvision/models/vgg.py", "torch/nn/modules/module.py", "torch/nn/functional.py"),
            "torch/nn/functional.py",
        ),
        (("timm/vit.py", "torch/nn/modules/module.py"), "timm/vit.py"),
        (
            ("keras/src/losses/losses.py", "keras/src/ops/math.py", "tensorflow/python/ops.py"),
            "keras/src/losses/losses.py",
        ),
        (("torch/_tensor.py",), None),
    ],
)
def test_of_libraries_the_innermost_line_that_says_more_than_how_it_was_run_is_kept(files, told):
    inner = stack
    for file in reversed(files):
        inner = called(str(Path(sysconfig.get_path("purelib")) / file), inner)
    library = called("/home/user/losses.py", inner)().library
    assert (None if library is None else library.file.partition("-packages/")[2]) == told


@pytest.mark.parametrize("package", ["keras/src/optimizers", "torch/optim"])
def test_what_a_library_s_optimizer_does_has_no_line(package):
    library = called(str(Path(sysconfig.get_path("purelib")) / package / "adam.py"), stack)
    assert called("/home/user/train.py", library)().own == ()


def test_what_only_the_recording_computes_has_no_place():
    reading = called(str(ROOT / "tf_impl" / "weights" / "outputs.py"), stack)
    assert called("/home/user/losses.py", reading)() is None


def test_a_layer_that_is_watched_keeps_its_place():
    watching = called(str(ROOT / "tf_impl" / "recorder.py"), stack)
    assert called("/home/user/losses.py", watching)().own[0].file == "/home/user/losses.py"


def test_calls_of_a_function_are_told_apart_by_their_numbers_and_lines_of_one_call_are_not():
    def called_twice():
        return [(stack(), stack()) for _ in range(2)], stack()

    def call():
        return stack()

    (first, again), (other, _) = (call(), call()), (call(), call())
    assert first.own == again.own
    assert len({each.calls[0] for each in (first, again, other)}) == 3
    assert first.calls[1:] == again.calls[1:], "the test itself is one call"
    loop, behind = called_twice()
    assert len({each.calls[-1] for pair in loop for each in pair} | {behind.calls[-1]}) == 1


def test_under_a_debugger_calls_have_no_numbers():
    before = sys.gettrace()
    sys.settrace(lambda *_: None)
    try:
        assert stack().calls == ()
    finally:
        sys.settrace(before)


def test_what_a_container_of_pytorchs_runs_has_the_line_that_made_it(monkeypatch):
    made = places.Place("/home/user/port.py", 7, "side")
    monkeypatch.setattr(places, "made_at", lambda module: made if module == "layer" else None)
    layer = called(str(Path(sysconfig.get_path("purelib")) / "torch/nn/modules/linear.py"), stack)

    def outermost(module, file="torch/nn/modules/container.py"):
        scope = {"layer": layer}
        text = "def forward(module):\n    return layer()\n"
        exec(compile(text, str(Path(sysconfig.get_path("purelib")) / file), "exec"), scope)
        return called("/home/user/loop.py", lambda: scope["forward"](module))()

    found = outermost("layer")
    assert found.own[0] == made
    assert "/home/user/loop.py" in [place.file for place in found.own]
    assert len(found.calls) == len(found.own)
    assert made not in outermost("another").own
    assert made not in outermost("layer", "torch/nn/modules/transformer.py").own
