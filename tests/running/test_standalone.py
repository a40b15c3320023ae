"""`python -m torch_impl` and `python -m tf_impl` train one case alone, and say in a line why they cannot."""

import re

import pytest

from compare.running import worker
from tests.cli.test_command_line import TOO_LONG, TOO_MANY
from tests.processes import python

SIDES = ["torch_impl", "tf_impl"]


@pytest.mark.parametrize("side", SIDES)
def test_three_epochs_are_three_lines_of_a_falling_loss(side):
    outcome = python("linear_regression", "--epochs", 3, module=side)
    assert outcome.status == 0
    lines = [re.fullmatch(r"epoch +(\d+)  loss (\d+\.\d+)", line).groups() for line in outcome.stdout.splitlines()]
    assert [int(epoch) for epoch, _ in lines] == [1, 2, 3]
    losses = [float(loss) for _, loss in lines]
    assert losses == sorted(set(losses), reverse=True)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "which case?"),
        (["liner_regresion"], "did you mean 'linear_regression'?"),
        (["linear_regression", "--steps", "0"], "0 steps"),
        (["linear_regression", "--epochs", "0"], "0 epochs"),
        (["linear_regression", "--epochs", "-1"], "-1 epochs"),
        (["linear_regression", "--seed", "-1"], "--seed"),
        (["linear_regression", "--threads", "0"], "--threads"),
        (["linear_regression", "--data-dir", "here"], "--data-dir"),
        (["cifar10_cnn", "--data-dir", "no/such/directory"], "no/such/directory"),
        (["cifar10_cnn", "--data-dir", TOO_LONG], TOO_LONG),
        (["mlp_regression", "--epochs", str(TOO_MANY)], str(TOO_MANY)),
    ],
    ids=lambda value: " ".join(value)[:40] if isinstance(value, list) else "",  # what is said need not be named
)
def test_what_cannot_be_trained_is_refused_in_one_line(monkeypatch, capsys, arguments, said):
    monkeypatch.setattr(worker, "train_alone", lambda *_: pytest.fail("was not refused"))
    try:
        status = worker.main("torch_impl", arguments)
    except SystemExit as refusal:  # argparse's own way, with its usage above the line
        status = refusal.code
    shown = capsys.readouterr()
    assert status == 2
    assert shown.out == ""
    assert shown.err.splitlines()[-1].startswith("python -m torch_impl: ")
    assert said in shown.err.splitlines()[-1]


@pytest.mark.parametrize("side", SIDES)
def test_a_usage_error_does_not_wait_for_the_framework(side):
    outcome = python("nonsense", module=side, PYTHONPROFILEIMPORTTIME="1")
    assert outcome.status == 2
    imported = {line.rpartition("|")[2].strip() for line in outcome.stderr.splitlines()}
    assert "numpy" in imported, "the test needs to see imports"
    assert not imported & {"torch", "tensorflow", "keras"}


def test_ctrl_c_ends_a_side_with_status_2(monkeypatch):
    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(worker, "train_alone", interrupt)
    assert worker.main("torch_impl", ["linear_regression"]) == 2
