"""The loss of the training is told by its name, or the user is asked which it is."""

from pathlib import Path

import pytest

from compare.logs.columns import held_out_column, loss_column, tags
from compare.logs.parse import LogError

PATH = Path("log.csv")


@pytest.mark.parametrize(
    ("header", "loss"),
    [
        (["epoch", "accuracy", "loss", "val_loss"], 2),
        (["epoch", "step", "train_loss_epoch", "train_loss_step", "val_loss"], 3),
        (["Step", "run-1 - train/loss", "run-1 - train/loss__MIN", "run-1 - train/loss__MAX"], 1),
        (["step", "Loss/train", "Loss/val"], 1),
        (["step", "nll_loss", "lr"], 1),
    ],
)
def test_the_loss_is_found(header, loss):
    assert loss_column(PATH, header) == loss


@pytest.mark.parametrize(
    "header", [["step", "d_loss", "g_loss"], ["Step", "a - loss", "b - loss"], ["step", "val_loss"], ["step", "f1"]]
)
def test_where_it_cannot_be_told_it_is_asked_for(header):
    with pytest.raises(LogError, match="give --column NAME"):
        loss_column(PATH, header)
    assert loss_column(PATH, header, header[1]) == 1


def test_a_column_that_is_not_there_is_named():
    with pytest.raises(LogError, match=r"the column 'x' is not in it: its columns are step, loss"):
        loss_column(PATH, ["step", "loss"], "x")


def test_a_run_of_several_is_chosen_by_name_or_number(read):
    text = "run,step,loss\na,0,2\na,1,1\nb,0,4\nb,1,3\n"
    assert read(text, run="b").losses.tolist() == read(text, run="2").losses.tolist() == [4, 3]
    for run in (None, "c", "3"):
        with pytest.raises(LogError, match=r"has 2 runs, a, b: .*choose one with --run"):
            read(text, run=run)


def test_a_metric_of_a_table_of_several_is_chosen(read):
    assert read("tag,step,value\nacc,0,9\ntrain/loss,0,2\nacc,1,9\ntrain/loss,1,1\n").losses.tolist() == [2, 1]


@pytest.mark.parametrize(
    ("names", "held_out"),
    [
        (["epoch", "loss", "val_loss"], "val_loss"),
        (["loss", "validation Avg loss"], "validation Avg loss"),
        (["a - eval/loss", "a - eval/loss__MIN"], "a - eval/loss"),
        (["loss", "val_loss", "test_loss"], None),
        (["loss", "val_accuracy"], None),
    ],
)
def test_the_loss_of_held_out_data_is_found_where_there_is_one(names, held_out):
    assert held_out_column(names) == held_out


def test_the_metrics_of_a_table_with_a_line_for_each_are_its_tags(read):
    assert tags(["tag", "step", "value"], [(1, ["a", "0", "1"]), (2, ["b", "0", "1"]), (3, ["a", "1", "1"])]) == [
        "a",
        "b",
    ]
    assert tags(["step", "loss"], []) == ["step", "loss"]
    log = read("tag,step,value\nval/loss,1,9\nloss,0,2\nloss,1,1\n")
    assert (log.held_out.column, log.held_out.losses.tolist(), log.held_out.steps.tolist()) == ("val/loss", [9], [1])
