"""A log is read as it was meant, and aligned with another; what cannot be read is named with file and line."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compare.logs.loss_log import LogError, read_log

PROPERTY = settings(max_examples=60, deadline=None)


@pytest.mark.parametrize(
    "text",
    [
        "step,loss\n0,2.5\n1,1.25\n",
        "step;loss\n0;2.5\n1;1.25\n",
        "step;loss\n0;2,5\n1;1,25\n",
        "step\tloss\n0\t2.5\n1\t1.25\n",
        "step   loss\n0      2.5\n1      1.25\n",
        "0,2.5\n1,1.25\n",
        "0 2.5\n1 1.25",
        "2.5\n1.25\n",
        "\ufeff2.5\n1.25\n",
        "loss\n2.5\n1.25\n",
        "train\n2.5\n1.25\n",
        ",loss\n0,2.5\n1,1.25\n",
        "# step loss\n0 2.5\n1 1.25\n",
        "\ufeffstep,loss\r\n0,2.5\r\n\r\n1,1.25\r\n",
        "Wall time,Step,Value\n1700000000.1,0,2.5\n1700000001.9,1,1.25\n",
        "Global Step,Train/Loss,accuracy\n0,2.5,0.1\n1,1.25,0.2\n",
        "loss,lr,ITER\n2.5,0.1,0\n1.25,0.1,1\n",
        'step,"training loss"\n0,"2.5"\n1,"1.25"\n',
        "epoch,step,train_loss,val_loss\n0,0,2.5,\n0,0,,3.5\n0,1,1.25,\n",
    ],
)
def test_tables_of_all_kinds_are_read_the_same(read, text):
    log = read(text)
    assert (log.steps.tolist(), log.losses.tolist(), log.counter) == ([0, 1], [2.5, 1.25], "step")


def test_a_line_an_epoch_is_counted_in_epochs(read):
    log = read("epoch,loss\n1,2.5\n2,1.25\n")
    assert (log.steps.tolist(), log.counter) == ([1, 2], "epoch")


def test_nan_and_infinity_are_losses(read):
    losses = read("0,nan\n1,inf\n2,-inf\n3,1.5\n").losses
    assert np.array_equal(losses, [np.nan, np.inf, -np.inf, 1.5], equal_nan=True)


def test_a_column_named_loss_goes_before_the_others(read):
    assert read("step,value,loss\n0,9,2.5\n").losses.tolist() == [2.5]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "log.csv is empty"),
        ("\n \n", "log.csv is empty"),
        ("step,loss\n", "has no line with a loss"),
        ("step,loss\n0,\n", "has no line with a loss"),
        ("step,loss\n0,2.5\n1,abc\n", "log.csv line 3: 'abc' is not a number"),
        ("step,loss\n0,2.5\n\nx,1\n", "log.csv line 4: 'x' is not a number"),
        ("step,loss\n0.5,2.5\n", "log.csv line 2: '0.5' is not a whole number"),
        ("step,loss\nnan,2.5\n", "log.csv line 2: 'nan' is not a whole number"),
        ("step,loss\n0,2\n1,3\n1,4\n", "log.csv line 4: step 1 comes twice"),
        ("step,loss\n0,2\n5,3\n1,4\n", "log.csv line 4: step 1 comes after 5"),
        ("epoch,batch,loss\n0,0,2\n0,1,3\n0,0,4\n", "line 4: step 0 comes after 1"),
        ("step,loss\n0,2\n1\n", "log.csv line 3: 1 fields, where 2 were expected"),
        ("step,accuracy,f1\n0,2,3\n", "its columns are step, accuracy, f1: rename the right one to loss"),
        ("0,1,2\n", "log.csv line 1: 3 columns without names"),
        ("step,loss\n0,2.5\n".encode("utf-16"), "log.csv is not UTF-8 text"),
    ],
)
def test_what_cannot_be_read_is_said_with_file_and_line(read, text, message):
    with pytest.raises(LogError) as caught:
        read(text)
    assert message in str(caught.value)


def test_a_log_that_is_not_there_and_one_that_is_a_directory_are_said(tmp_path):
    for path in (tmp_path / "absent.csv", tmp_path):
        with pytest.raises(LogError, match=f"{path.name} cannot be read"):
            read_log(path)


@PROPERTY
@given(st.binary(max_size=200))
def test_any_file_is_read_or_refused(tmp_path_factory, content):
    path = tmp_path_factory.mktemp("log") / "log.csv"
    path.write_bytes(content)
    try:
        log = read_log(path)
    except LogError:
        return
    assert len(log.steps) == len(log.losses) == len(log.units) >= 1
    assert (np.diff(log.steps) > 0).all()


def test_a_history_of_lists_is_one_of_epochs_where_each_was_evaluated(read):
    assert read('{"loss": [2.5, 1.25], "val_loss": [3.0, 2.0]}', "log.json").counter == "epoch"
    assert read('{"loss": [2.5, 1.25], "accuracy": [0.5, 0.5]}', "log.json").counter == "step"


def test_a_log_knows_whether_its_lines_have_numbers(read):
    assert read("step,loss\n0,2.5\n").numbered
    assert read("epoch,loss\n0,2.5\n").numbered
    assert read(",loss\n0,2.5\n").numbered
    assert not read("loss\n2.5\n").numbered
    assert not read("epoch,loss\n1,2.5\n1,1.5\n2,1.4\n2,1.3\n").numbered  # of epochs: lines in them are not


def test_epochs_end_where_the_log_says_or_after_so_many_steps(read):
    counted = read("epoch,step,loss\n0,0,2\n0,1,2\n1,2,2\n")
    assert counted.epoch_ends(None).tolist() == [0, 2, 3]
    plain = read("0,2\n1,2\n2,2\n")
    assert plain.epoch_ends(2).tolist() == [0, 2, 3]
    assert plain.epoch_ends(None) is None


def test_a_log_has_its_held_out_loss_unless_a_column_was_chosen_or_it_cannot_be_read(read):
    text = "step,loss,val_loss\n0,2,\n1,1,5\n"
    assert (read(text).held_out.losses.tolist(), read(text).held_out.column) == ([5], "val_loss")
    assert read(text, column="loss").held_out is None
    assert read("step,loss,val_loss\n0,2,high\n").held_out is None
    assert read("step,loss\n0,2\n").held_out is None
