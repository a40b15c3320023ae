"""An error is told by the last line of the port that it went through, else by the file."""

import pytest

from compare.inputs.port_errors import NoEvaluationError, PortError, no_evaluation, one_line, pointing_into, what


def run(path, text, where="in its loss"):
    with pytest.raises(PortError) as caught, pointing_into(str(path), where):
        exec(compile(text, str(path), "exec"), {})
    return str(caught.value)


def test_the_line_is_the_last_of_the_file_whoever_raises(tmp_path):
    text = "import json\n\n\ndef loss():\n    return json.loads('{')\n\n\nloss()\n"
    assert run(tmp_path / "my_port.py", text).startswith("my_port.py, line 5, in its loss: JSONDecodeError: ")


def test_an_error_that_went_through_no_line_of_the_file_names_the_file(tmp_path):
    said = r"^my_port.py, in its loss: KeyError: 'x'$"
    with pytest.raises(PortError, match=said), pointing_into(str(tmp_path / "my_port.py"), "in its loss"):
        raise KeyError("x")


def test_a_message_has_no_codes_of_a_terminal():
    assert one_line(ValueError("\x1b[1mshapes\x1b[0m\n  differ [16,8]")) == "shapes differ [16,8]"


def test_what_points_already_is_left_as_it_is(tmp_path):
    with pytest.raises(PortError, match=r"^said$"), pointing_into(str(tmp_path / "my_port.py"), "in its loss"):
        raise PortError("said")


@pytest.mark.parametrize(("value", "said"), [(3, "int"), ((1, "a"), "2 values (int, str)"), ([], "0 values ()")])
def test_a_value_is_described_by_its_type(value, said):
    assert what(value) == said


@pytest.mark.parametrize("error", [KeyError("boxes"), PortError("my_port.py: loss returns list")])
def test_whatever_goes_wrong_in_an_evaluation_is_why_there_is_none(tmp_path, error):
    with pytest.raises(NoEvaluationError) as caught, no_evaluation(str(tmp_path / "my_port.py")):
        raise error
    said = "my_port.py, in evaluation: KeyError: 'boxes'" if isinstance(error, KeyError) else str(error)
    assert str(caught.value) == said
