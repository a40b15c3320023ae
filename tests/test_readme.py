"""The documents say what is so: commands run, outputs are real, every column is explained."""

import csv
import os
import re
import shlex
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
import typer
from rich.console import Console

from compare.__main__ import app
from compare.components import specs
from compare.components.source import entries
from compare.components.table import COLUMNS as COMPONENT_COLUMNS
from compare.inputs import cases
from compare.reporting.pitfall_rows import COLUMNS as PITFALL_COLUMNS
from compare.reporting.tables import COLUMNS
from compare.reporting.terminal import summary_table
from tests.benchmark import COLUMNS as BENCHMARK_COLUMNS
from tests.log_causes import COLUMNS as CAUSE_COLUMNS
from tests.no_false_alarms import COLUMNS as ALARM_COLUMNS
from tests.power import COLUMNS as POWER_COLUMNS

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text()
RESULTS_README = (ROOT / "results" / "README.md").read_text()
REFERENCE = ROOT / "results" / "reference"


def console_blocks() -> dict[str, str]:
    """Every command that the README shows with its output."""
    blocks = re.findall(r"```console\n\$ (.+?)\n(.*?)```", README, re.DOTALL)
    return dict(blocks)


def commands() -> list[str]:
    """Every `python -m compare ...` that the README gives without its output."""
    return [line.split("#")[0].strip() for line in README.splitlines() if line.startswith("    python -m compare")]


def reference_summary() -> list[dict]:
    def value(text: str):
        try:
            return float(text) if "." in text or "e" in text else int(text)
        except ValueError:
            return text

    with open(REFERENCE / "summary.csv", newline="") as file:
        return [{name: value(text) for name, text in row.items()} for row in csv.DictReader(file)]


OF_SCRIPTS = {
    "benchmarks": BENCHMARK_COLUMNS,
    "power": POWER_COLUMNS,
    "no_false_alarms": ALARM_COLUMNS,
    "log_causes": CAUSE_COLUMNS,
}
WITHOUT_CASES = {**OF_SCRIPTS, "components": COMPONENT_COLUMNS, "pitfalls": PITFALL_COLUMNS}
RUN_OTHERWISE = ("python -m compare", "python -m compare port my_port.py --patch fix.patch")


@pytest.mark.parametrize("command", [command for command in console_blocks() if command not in RUN_OTHERWISE])
def test_a_command_prints_what_the_readme_shows(command):
    program, *arguments = shlex.split(command)
    assert program == "python"
    done = subprocess.run([sys.executable, *arguments], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == console_blocks()[command]


def test_the_table_in_the_readme_is_that_of_the_reference_report():
    console = Console(width=120)
    with console.capture() as capture:
        console.print(summary_table(reference_summary()))
    shown = [line.split() for line in console_blocks()["python -m compare"].splitlines()]
    for line in capture.get().splitlines():
        assert line.split() in shown or not line.strip(), line


# Lines of the port that `new` writes, and how those of the README begin that take their places.
THREE_LINES = {
    'model = keras.Sequential([dense(8, 16, "tanh"), dense(16, 1)])': "model = keras",
    "optimizer = Adam(learning_rate=1e-2)": "optimizer = keras",
    'return tf.reduce_mean(tf.math.squared_difference(model(batch["x"]), batch["y"]))': "return tf",
}


def test_the_port_that_the_readme_follows_comes_to_what_it_shows(tmp_path):
    text = (ROOT / "compare" / "inputs" / "port_template.py").read_text()
    for before, begins in THREE_LINES.items():
        [line] = re.findall(rf"^    ({re.escape(begins)}.+)$", README, re.MULTILINE)
        assert text.count(before) == 1
        text = text.replace(before, line)
    (tmp_path / "my_port.py").write_text(text)
    done = subprocess.run(
        [sys.executable, "-m", "compare", "port", "my_port.py", "--patch", "fix.patch"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert without_digits(done.stdout) == without_digits(
        console_blocks()["python -m compare port my_port.py --patch fix.patch"]
    )
    [patch] = re.findall(r"^```diff\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
    assert (tmp_path / "fix.patch").read_text().split() == patch.split()


def without_digits(output: str) -> list[str]:
    """Each line without what differs from machine to machine: times, and the last digits of numbers."""
    lines = [re.sub(r"-?\d+(\.\d+)?(e-\d+)?", "#", line).split() for line in output.splitlines()]
    return [" ".join(line) for line in lines if line and not set("".join(line)) <= {"─"}]


@pytest.mark.parametrize("command", commands())
def test_a_command_of_the_readme_is_understood(command):
    group = typer.main.get_command(app)
    name, *arguments = shlex.split(command)[3:]
    if "--help" not in arguments:
        group.commands[name].make_context(name, arguments)
    assert name in group.commands


def test_every_make_target_of_the_documents_exists():
    makefile = (ROOT / "Makefile").read_text()
    for target in re.findall(r"\bmake (\w+)", README.replace("`make` are", "") + RESULTS_README):
        assert f"\n{target}:" in makefile, target


def test_the_python_of_the_readme_runs(tmp_path):
    [code] = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT), "PATH": ""},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.startswith("equivalent ()")
    assert (tmp_path / "linear_regression.png").stat().st_size > 10_000


def test_every_link_leads_somewhere():
    for target in re.findall(r"\]\(([^)]+)\)", README):
        assert (ROOT / target).exists(), target


@pytest.mark.parametrize("table", [*COLUMNS, *WITHOUT_CASES])
def test_every_column_is_explained_and_nothing_else(table):
    section = re.search(rf"^## `{table}\.csv`.*?(?=^## |\Z)", RESULTS_README, re.DOTALL | re.MULTILINE).group()
    first_cells = re.findall(r"^\| (`.+?) \|", section, re.MULTILINE)
    explained = [name for cell in first_cells for name in re.findall(r"`(\w+)`", cell)]
    path = (ROOT / "results" if table in OF_SCRIPTS else REFERENCE) / f"{table}.csv"
    with open(path, newline="") as file:
        assert explained == next(csv.reader(file))
    assert explained == list({**COLUMNS, **WITHOUT_CASES}[table])


def test_the_reference_report_has_every_case_equivalent_and_its_plot():
    rows = reference_summary()
    assert [row["case"] for row in rows] == list(cases.NAMES)
    assert {row["verdict"] for row in rows} == {"equivalent"}
    assert all((REFERENCE / f"{name}.png").is_file() for name in cases.NAMES)


def test_the_reference_table_of_components_is_of_the_present_dictionary_and_all_of_it_agrees():
    with open(REFERENCE / "components.csv", newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    shown = [(row["kind"], row["key"], row["torch"], row["tf"], row["mind"]) for row in rows]
    every = [(kind, key) for kind in specs.KINDS for key in specs.load(kind)]
    sources = [(entries("torch", kind)[key], entries("tf", kind)[key]) for kind, key in every]
    present = [(*of, torch.code, tf.code, torch.lesson) for of, (torch, tf) in zip(every, sources, strict=True)]
    assert shown == present
    assert {row["verdict"] for row in rows} <= {"equal", "agrees"}


def test_the_readme_promises_no_more_components_than_there_are():
    [promised] = re.findall(r"^More than (\d+) layers", README, re.MULTILINE)
    assert int(promised) < sum(len(specs.load(kind)) for kind in specs.KINDS)


def test_the_recorders_of_the_readme_record_and_the_second_follows_the_first(tmp_path):
    lines = re.findall(r"^    (recorder.+?)(?:  +#.*)?$", README, re.MULTILINE)
    making_torch, step, making_tf = lines
    torch = f"""
        import numpy, torch, torch_impl
        model = torch.nn.Sequential(torch.nn.Linear(2, 1)).double()
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        {making_torch}
        for x, y in numpy.random.default_rng(0).normal(size=(5, 2, 4, 2)):
            x, y = torch.tensor(x), torch.tensor(y[:, :1])
            optimizer.zero_grad()
            loss = ((model(x) - y) ** 2).mean()
            loss.backward()
            optimizer.step()
            {step}
    """
    tf = f"""
        import keras, numpy, tensorflow as tf, tf_impl
        from tf_impl.optimizers import SGD
        keras.config.set_floatx("float64")
        keras.config.set_dtype_policy("float64")
        model = keras.Sequential([keras.Input((2,), dtype="float64"), keras.layers.Dense(1)])
        optimizer = SGD(0.1)
        {making_tf}
        for x, y in numpy.random.default_rng(0).normal(size=(5, 2, 4, 2)):
            x, y = tf.constant(x), tf.constant(y[:, :1])
            with tf.GradientTape() as tape:
                loss = tf.reduce_mean((model(x) - y) ** 2)
            gradients = tape.gradient(loss, model.trainable_variables)
            optimizer.apply_gradients(zip(gradients, model.trainable_variables))
            {step}
    """
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    for script in (torch, tf):
        command = [sys.executable, "-c", textwrap.dedent(script)]
        done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
    command = [sys.executable, "-m", "compare", "diff", "runs/torch", "runs/tf"]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert (done.returncode, "3 of 5 steps were judged, each begun with" in " ".join(done.stdout.split())) == (
        0,
        True,
    ), done.stdout
