"""Steps that restart are counted through, or are another run."""

import pytest

from compare.logs.parse import LogError


@pytest.mark.parametrize(
    ("text", "steps", "counter"),
    [
        ("batch,loss\n0,4\n1,3\n0,2\n1,1\n", [0, 1, 2, 3], "step"),
        ("epoch,batch,total,loss\n1,10,20,4\n1,20,20,3\n2,10,20,2\n2,20,20,1\n", [10, 20, 30, 40], "step"),
        ("epoch,loss\n0,4\n0,3\n1,2\n1,1\n", [0, 1, 2, 3], "step"),
        ("epoch,loss\n0.5,4\n1.0,3\n1.5,2\n2.0,1\n", [1, 2, 3, 4], "line"),
        (",epoch,loss\n0,0.5,4\n1,1.0,3\n2,1.5,2\n3,2.0,1\n", [1, 2, 3, 4], "line"),
        ("batch,loss\n0,4\n100,3\n0,2\n100,1\n", [1, 2, 3, 4], "line"),
        ("batch,loss\n64,4\n6464,3\n64,2\n6464,1\n", [1, 2, 3, 4], "line"),
        ("epoch,batch,loss\n0,7,4\n0,9,3\n1,3,2\n2,4,1\n", [1, 2, 3, 4], "line"),
        ("Epoche;loss\n1;4\n2;3\n3;2\n4;1\n", [1, 2, 3, 4], "epoch"),
        ("époque;loss\n1;4\n2;3\n3;2\n4;1\n", [1, 2, 3, 4], "epoch"),
        ("epoch,step,train_loss_epoch\n0,9,4\n1,19,3\n2,29,2\n3,39,1\n", [0, 1, 2, 3], "epoch"),
    ],
)
def test_every_line_gets_its_number(read, text, steps, counter):
    log = read(text)
    assert (log.steps.tolist(), log.losses.tolist(), log.counter) == (steps, [4, 3, 2, 1], counter)


def test_a_run_after_another_is_chosen_by_its_number(read):
    text = "step,loss\n0,4\n1,3\n0,2\n1,1\n"
    assert read(text, run="2").losses.tolist() == [2, 1]
    with pytest.raises(LogError, match="it has 2 runs: choose one with --run"):
        read(text)
