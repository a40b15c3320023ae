"""What is warned of in a run is a line that names the user's own; what concerns no training is left out."""

import sys
import warnings
from pathlib import Path

import pytest

from compare.running.warned import MARK, found_in, once_each, warnings_in_lines

LIBRARY = str(Path(warnings.__file__).parent / "a_library.py")


def call(filename, body, **names):
    """Run code as if it stood in that file."""
    exec(compile(body, filename, "exec"), names)


def warned(capsys, run):
    with warnings_in_lines():
        run()
    return found_in(capsys.readouterr().err)


def test_a_warning_is_a_line_with_the_users_own(capsys):
    def library():
        call(LIBRARY, "import warnings\nwarnings.warn('shapes\\n broadcast')")

    user = "\n\n\nlibrary()"
    found = warned(capsys, lambda: call("/home/me/my_port.py", user, library=library))
    assert found[0].endswith("UserWarning: shapes broadcast")
    alone = warned(capsys, lambda: call("/home/me/my_port.py", "import warnings\n\nwarnings.warn('mine')"))
    assert alone == ["my_port.py, line 3: UserWarning: mine"]


def test_the_model_of_a_case_is_where_its_warnings_are_and_no_other_code_of_ours(capsys):
    code = "import warnings\nwarnings.warn('w')"
    root = Path(sys.modules["compare"].__file__).parents[1]
    for place, said in (("models/lstm.py", "lstm.py, line 2: UserWarning: w"), ("train.py", "UserWarning: w")):
        found = warned(capsys, lambda place=place: call(str(root / "torch_impl" / place), code))
        assert found[0].endswith(said)
        assert ("train.py" in found[0]) is False


def test_what_a_library_says_of_the_future_is_left_out(capsys):
    for category in ("DeprecationWarning", "PendingDeprecationWarning"):
        assert warned(capsys, lambda c=category: call("/me/port.py", f"import warnings\nwarnings.warn('w', {c})")) == []


def test_what_was_warned_of_before_is_warned_of_again_in_the_next_run(capsys):
    names = {}

    def twice():
        for _ in range(2):
            exec(compile("import warnings\nwarnings.warn('w')", "/me/port.py", "exec"), names)

    assert [len(warned(capsys, twice)) for _ in range(2)] == [1, 1]


def test_after_a_run_warnings_are_what_they_were(capsys):
    shown = warnings.showwarning
    warned(capsys, lambda: None)
    assert warnings.showwarning is shown


@pytest.mark.parametrize(
    ("line", "found"),
    [
        (f"{MARK}port.py, line 3: UserWarning: of a GPU", ["port.py, line 3: UserWarning: of a GPU"]),
        ("WARNING:tensorflow:Gradients do not exist", ["tensorflow:Gradients do not exist"]),
        ("2026-11-29 23:12:20.1: W tensorflow/core/x.cc:31] the output overflows", ["the output overflows"]),
        ("2026-11-29 23:12:20.1: I tensorflow/core/x.cc:31] optimised", []),
        ("W0000 00:00:1795994105.610667   11665 x.cc:31] the shapes differ", ["the shapes differ"]),
        ("[W1129 23:12:20.123 x.cpp:123] Warning: lazy", ["Warning: lazy"]),
        ("I0000 00:00:1795994105.610667   11665 cudart_stub.cc:31] Could not find cuda drivers", []),
        ("E0000 00:00:1795994105.610667   11665 cuda_fft.cc:31] Unable to register cuFFT factory", []),
        ("2026-11-29 23:12:20.1: W x.cc:31] oneDNN custom operations are on", []),
        ("WARNING:tensorflow:5 out of the last 5 calls triggered tf.function retracing", []),
        ("WARNING: all messages before absl::InitializeLog() is called are written to STDERR", []),
        ("epoch 1, loss 0.5", []),
        ("a user's line that says WARNING:tensorflow:", []),
    ],
)  # fmt: skip
def test_of_a_log_the_warnings_of_training_are_found(line, found):
    assert found_in(f"before\n{line}\nafter\n") == found


def test_warnings_that_differ_in_numbers_only_are_one():
    assert once_each(["size 16 and 1", "other", "size 4 and 1", "other"]) == ("size 16 and 1", "other")
