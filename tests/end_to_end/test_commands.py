"""The commands with their real workers: both sides compared, and each side alone."""

import csv
import re

import pytest

from tests.helpers.processes import assert_consistent, python, verdicts


def test_both_frameworks_train_and_agree(tmp_path):
    outcome = python("run", "linear_regression", "--steps", 20, "--out", tmp_path)
    assert outcome.status == 0, outcome.text
    assert_consistent(tmp_path)
    assert verdicts(tmp_path) == {"linear_regression": "equivalent"}
    with open(tmp_path / "curves.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["precision"], int(row["step"])) for row in rows] == [
        (precision, step) for precision in ("float64", "float32") for step in range(20)
    ]
    assert float(rows[19]["torch_loss"]) < float(rows[0]["torch_loss"])


@pytest.mark.parametrize("side", ["torch_impl", "tf_impl"])
def test_three_epochs_are_three_lines_of_a_falling_loss(side):
    outcome = python("linear_regression", "--epochs", 3, module=side)
    assert outcome.status == 0
    lines = [re.fullmatch(r"epoch +(\d+)  loss (\d+\.\d+)", line).groups() for line in outcome.stdout.splitlines()]
    assert [int(epoch) for epoch, _ in lines] == [1, 2, 3]
    losses = [float(loss) for _, loss in lines]
    assert losses == sorted(set(losses), reverse=True)
