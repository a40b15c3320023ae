"""The commands for ports, `new` and `port`: their exit status, their report, and errors in one line."""

import pytest

from compare.inputs.port_batches import draw
from tests.helpers.fake_port_worker import PORT, python_that
from tests.helpers.processes import called, pids, refused, table

TOO_LONG = "x" * 300  # for a file system, as a name


# new


def test_new_writes_a_port_that_loads_and_says_how_to_run_it(invoke, tmp_path):
    result = invoke("new", "my_port.py")
    assert result.exit_code == 0
    assert result.stdout == "my_port.py is written; next: python -m compare port my_port.py\n"
    drawn = draw(str(tmp_path / "my_port.py"), 0, 100)
    assert drawn.steps > 1
    assert list(drawn.drawn[0]) == ["x", "y"]


def test_new_does_not_write_over_what_is_there(invoke, tmp_path):
    (tmp_path / "my_port.py").write_text("mine")
    assert refused(invoke("new", "my_port.py")).startswith("my_port.py exists already")
    assert (tmp_path / "my_port.py").read_text() == "mine"
    (tmp_path / "directory.py").mkdir()
    assert "directory.py exists already" in refused(invoke("new", "directory.py"))


@pytest.mark.parametrize("name", ["my_port", "my_port.txt", "my_port.PY "])
def test_new_wants_the_name_of_a_python_file(invoke, tmp_path, name):
    assert refused(invoke("new", name)) == f"{name} is not a name for a Python file: it must end in .py"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["no/such/directory/my_port.py", f"{TOO_LONG}.py"])
def test_new_says_why_a_file_cannot_be_written(invoke, name):
    assert refused(invoke("new", name)).startswith(f"{name} cannot be written: ")


# port


def test_port_names_a_file_that_is_not_there_with_the_command_that_writes_one(invoke, tmp_path):
    message = refused(invoke("port", "my_port.py"))
    assert message == "my_port.py is not a file: `python -m compare new my_port.py` writes one to start from"
    assert "is not a file" in refused(invoke("port", tmp_path))
    assert list(tmp_path.iterdir()) == [], "no report of nothing"


def test_port_wants_a_python_file(invoke, tmp_path):
    (tmp_path / "my_port.txt").write_text(PORT)
    assert refused(invoke("port", "my_port.txt")) == "my_port.txt is not a Python file: its name must end in .py"


def test_port_with_a_name_that_no_file_can_have_is_refused(invoke):
    assert "is not a file" in refused(invoke("port", f"{TOO_LONG}.py"))


def test_port_finds_out_first_whether_its_report_can_be_written(invoke, tmp_path):
    (tmp_path / "my_port.py").write_text(PORT)
    (tmp_path / "a_file").touch()
    assert "a_file cannot be written to" in refused(invoke("port", "my_port.py", "--out", "a_file"))


@pytest.fixture
def run_port(tmp_path):
    """Runs a port whose sides are NumPy's, in this process: its outcome, and the directory of its report."""

    def run(*arguments, text=PORT, order=(0, 1), rate=1.0):
        (tmp_path / "my_port.py").write_text(text)
        sides = {"torch": python_that(tmp_path, "torch"), "tf": python_that(tmp_path, "tf", order, rate)}
        options = [f"--{side}-python={python}" for side, python in sides.items()]
        outcome = called("port", tmp_path / "my_port.py", f"--out={tmp_path / 'out'}", *options, *arguments)
        return outcome, tmp_path / "out"

    return run


def test_a_port_that_is_equivalent_has_a_report_and_status_0(run_port, tmp_path):
    outcome, out = run_port()
    assert (outcome.status, outcome.stderr.strip()) == (0, "")
    [row] = table(out)
    assert (row["case"], row["verdict"], row["steps"]) == ("my_port", "equivalent", "24")
    assert {one["precision"] for one in table(out, "curves")} == {"float64", "float32"}
    assert {one["setting"] for one in table(out, "settings") if one["subject"] == "optimizer"} == {"lr"}
    assert (out / "my_port.png").stat().st_size > 1000
    assert pids(tmp_path) != set()


def test_a_port_with_like_layers_in_another_order_says_how_they_were_paired(run_port):
    outcome, out = run_port("--precision=float64", "--no-nudge", order=(1, 0))
    assert outcome.status == 0
    assert "weights paired crosswise (dense_1 is branches.1, dense_2 is branches.0)" in outcome.stdout
    pairs = {row["tf"]: row["torch"] for row in table(out, "settings") if row["subject"] == "pairing of weights"}
    assert pairs["dense_1.weight"] == "branches.1.weight"


def test_a_port_that_is_wrong_has_status_1_and_the_place_where_it_parts(run_port):
    outcome, out = run_port("--precision=float64", rate=0.5)
    assert outcome.status == 1
    assert "my_port: diverged, parts at step 1, rate, learning_rate (gap 5.0e-01" in outcome.stdout
    assert table(out)[0]["first_divergence"] == "step 1, rate, learning_rate"


def test_fewer_batches_than_there_are_is_said(run_port):
    outcome, out = run_port("--precision=float64", "--no-nudge", "--steps=9")
    assert outcome.status == 0
    assert "only the first 9 batches were used: --steps takes more" in outcome.stdout
    assert table(out)[0]["steps"] == "9"


def test_a_port_that_is_broken_has_status_2_and_its_line(run_port):
    outcome, out = run_port(text="def batches(rng:\n")
    assert outcome.status == 2
    [line] = [line for line in outcome.stdout.splitlines() if line.startswith("my_port: ")]
    assert line.startswith("my_port: error: torch: my_port.py, line 1, while it was imported: SyntaxError")
    assert table(out)[0]["verdict"] == "error"


def test_a_port_whose_weights_are_no_names_has_status_2(run_port):
    outcome, _ = run_port(text=PORT + "WEIGHTS = {'dense.weight': 'enter.weight[0'}\n")
    assert outcome.status == 2
    assert "enter.weight[0" in outcome.stdout
