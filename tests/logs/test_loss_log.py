"""A log is read as it was meant, and what cannot be read is said in the user's words, with file and line."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compare.logs.loss_log import LogError, pair, read_log
from compare.logs.parse import read_units

PROPERTY = settings(max_examples=60, deadline=None)


@pytest.fixture
def read(tmp_path):
    """Writes a text or bytes to log.csv, or to the name given, and reads it."""

    def read(text, name="log.csv"):
        (tmp_path / name).write_bytes(text if isinstance(text, bytes) else text.encode())
        return read_log(tmp_path / name)

    return read


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
        "epoch,batch,loss\n0,7,2.5\n1,3,1.25\n",
    ],
)
def test_tables_of_all_kinds_are_read_alike(read, text):
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
        ("step,loss\n0,2.5\n1,abc\n", "log.csv line 3: 'abc' is no number"),
        ("step,loss\n0,2.5\n\nx,1\n", "log.csv line 4: 'x' is no number"),
        ("step,loss\n0.5,2.5\n", "log.csv line 2: '0.5' is no whole number"),
        ("step,loss\nnan,2.5\n", "log.csv line 2: 'nan' is no whole number"),
        ("step,loss\n0,2\n1,3\n1,4\n", "log.csv line 4: step 1 comes twice"),
        ("step,loss\n0,2\n5,3\n1,4\n", "log.csv line 4: step 1 comes after 5"),
        ("epoch,batch,loss\n0,0,2\n0,1,3\n0,0,4\n", "line 4: step 0 comes after 1"),
        ("step,loss\n0,2\n1\n", "log.csv line 3: 1 fields, where 2 were expected"),
        ("step,accuracy,f1\n0,2,3\n", "its columns are step, accuracy, f1: rename the right one to loss"),
        ("0,1,2\n", "log.csv line 1: 3 columns without names"),
        ("step,loss\n0,2.5\n".encode("utf-16"), "log.csv is no UTF-8 text"),
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
@given(st.lists(st.floats(1e-3, 1e3), min_size=1, max_size=20), st.integers(2, 8), st.sampled_from("feg"))
def test_a_loss_lies_within_half_a_unit_of_what_is_printed(losses, digits, form):
    texts = [f"{loss:.{digits}{form}}" for loss in [*losses, 1 / 3]]  # one whose digits do not end
    off = np.abs(np.array([*losses, 1 / 3]) - np.array(list(map(float, texts))))
    assert (off <= 0.5001 * read_units(texts)).all()


@pytest.mark.parametrize("form", ["%.4f", "%.4e", "%.5g"])
def test_the_units_of_a_log_hold_what_printing_hides_and_little_more(form):
    losses = 2.3 * np.exp(-np.arange(300) / 60)  # from 2.3 to 0.016
    texts = [form % loss for loss in losses]
    off = np.abs(losses - np.array(list(map(float, texts))))
    units = read_units(texts)
    assert (off <= 0.5001 * units).all()
    assert units.max() <= 1.001e-4


def test_zeros_at_the_end_that_were_left_out_do_not_make_a_log_coarse():
    assert read_units(["2.302585", "0.5", "0"]).tolist() == pytest.approx([1e-6, 1e-6, 1e-6])


def test_whole_numbers_are_taken_as_they_are():
    assert read_units(["3", "2", "10"]).tolist() == [0, 0, 0]


def test_the_resolution_is_relative_to_the_largest_loss(read):
    assert read("2.50\n1.25\n").resolution == pytest.approx(0.01 / 2.5)
    assert read("nan\n").resolution == 0


def test_logs_of_the_same_steps_are_paired_without_a_note(read):
    left, right, note = pair(read("0,2\n1,1\n"), read("0,3\n1,4\n", "right.csv"))
    assert (left.losses.tolist(), right.losses.tolist(), note) == ([2, 1], [3, 4], "")


def test_logs_of_other_steps_are_paired_where_both_have_one(read):
    left, right, note = pair(read("0,9\n10,8\n20,7\n"), read("10,1\n15,2\n20,3\n25,4\n", "right.csv"))
    assert (left.steps.tolist(), left.losses.tolist(), right.losses.tolist()) == ([10, 20], [8, 7], [1, 3])
    assert note == "compared at the 2 steps that both have, of 3 and 4"


def test_logs_numbered_one_apart_are_paired_line_by_line(read):
    left, right, note = pair(read("0,9\n1,8\n2,7\n"), read("1,1\n2,2\n3,3\n", "right.csv"))
    assert (left.losses.tolist(), right.losses.tolist()) == ([9, 8, 7], [1, 2, 3])
    assert "numbered one apart" in note


def test_logs_that_may_be_numbered_one_apart_say_so(read):
    *_, note = pair(read("0,9\n1,8\n2,7\n"), read("1,1\n2,2\n", "right.csv"))
    assert "renumber one" in note


def test_logs_without_a_common_step_cannot_be_compared(read):
    with pytest.raises(LogError, match=r"no step is in both logs: .*log.csv has 0 to 1 and .*right.csv has 5 to 7"):
        pair(read("0,9\n1,8\n"), read("5,1\n7,2\n", "right.csv"))


def test_an_epochs_log_against_a_steps_log_is_noted(read):
    *_, note = pair(read("step,loss\n1,9\n2,8\n"), read("epoch,loss\n1,9\n2,8\n", "right.csv"))
    assert "log both alike" in note


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
