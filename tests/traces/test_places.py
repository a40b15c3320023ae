"""Places: the user's lines, without those of libraries and of this project."""

import sys
import sysconfig
from pathlib import Path

import pytest

from compare.traces import places
from compare.traces.places import FOLDED, LEFT_OUT, OWN, kind_of, stack

ROOT = Path(places.__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("file", "kind"),
    [
        ("/home/user/my_port.py", OWN),
        (str(ROOT / "tests" / "end_to_end" / "ports" / "dense.py"), OWN),
        (str(ROOT / "torch_impl" / "models" / "vae.py"), OWN),
        (str(ROOT / "torch_impl" / "train.py"), FOLDED),
        (str(ROOT / "tf_impl" / "losses.py"), FOLDED),
        (str(ROOT / "tf_impl" / "weights" / "outputs.py"), LEFT_OUT),
        (str(Path(sysconfig.get_path("purelib")) / "keras" / "layers.py"), FOLDED),
        (str(Path(sysconfig.get_path("stdlib")) / "functools.py"), FOLDED),
        ("<string>", FOLDED),
    ],
)
def test_a_file_is_the_users_or_folded_or_left_out(file, kind):
    assert kind_of(file) == kind


def test_what_was_installed_into_a_folder_of_the_users_is_a_library_and_what_lies_beside_it_is_not(tmp_path):
    (tmp_path / "einops-0.8.dist-info").mkdir()
    (tmp_path / "einops-0.8.dist-info" / "RECORD").write_text("einops/layers/torch.py,sha256=x,1\nsix.py,sha256=y,1\n")
    for file, kind in (
        ("einops/einops.py", FOLDED),
        ("einops/layers/torch.py", FOLDED),
        ("six.py", FOLDED),
        ("einops_of_mine.py", OWN),
        ("port/einops/own.py", OWN),
        ("six.py.py", OWN),
    ):
        assert kind_of(str(tmp_path / file)) == kind, file


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
