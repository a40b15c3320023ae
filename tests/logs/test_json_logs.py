"""Histories, records and states in JSON are read with the digits that they were written with."""

import numpy as np
import pytest

from compare.logs.parse import LogError

TEXTS = [
    '{"loss": [2.5, 1.25], "val_loss": [3.0]}',
    '{"history": {"loss": [2.5, 1.25]}, "params": {}}',
    '{"train": {"loss": [2.5, 1.25], "accuracy": [0, 1]}}',
    '[{"step": 0, "loss": 2.5}, {"step": 0, "val_loss": 9}, {"step": 1, "loss": 1.25}]',
    '{"step": 0, "train/loss": 2.5}\n{"step": 1, "train/loss": 1.25}\n',
    '{"log_history": [{"loss": 2.5, "step": 0}, {"loss": 1.25, "step": 1}, {"train_loss": 2, "step": 1}]}',
    "[2.5, 1.25]",
    "[[1700000000.5, 0, 2.5], [1700000001.5, 1, 1.25]]",
]


@pytest.mark.parametrize("text", TEXTS)
def test_json_is_read(read, text):
    log = read(text, "log.json")
    assert (log.losses.tolist(), log.steps.tolist()) == ([2.5, 1.25], [0, 1])


def test_digits_and_nan_are_kept(read):
    log = read('{"loss": [2.50, 1.25, NaN]}')
    assert np.isnan(log.losses[2])
    assert log.units[:2].tolist() == pytest.approx([0.01, 0.01])


def test_json_without_losses_is_refused(read):
    with pytest.raises(LogError, match="is JSON without losses that can be read"):
        read("[]")


WHOLE = '{"loss": [2.5, 1.25], "name": "run"}'


@pytest.mark.parametrize("text", [*(WHOLE[:end] for end in range(10, len(WHOLE))), '[{"step": 0, "loss": 2.5}, {"st'])
@pytest.mark.parametrize("name", ["log.json", "log.txt"])
def test_json_that_was_cut_off_is_refused(read, text, name):
    with pytest.raises(LogError, match=f"{name} ends at line 1 in the middle of its JSON"):
        read(text, name)


@pytest.mark.parametrize("end", range(1, 25))
def test_of_records_a_line_each_the_last_may_be_cut_off(read, end):
    last = '{"step": 2, "loss": 0.5}'[:end]
    losses = read(f'{{"step": 0, "loss": 2.5}}\n{{"step": 1, "loss": 1.25}}\n{last}', "log.jsonl").losses.tolist()
    assert losses == ([2.5, 1.25, 0.5] if end == 24 else [2.5, 1.25])


@pytest.mark.parametrize(
    "text", ["[0/20] loss 2.5\n[1/20] loss 1.25", "{'loss': 2.5}\n{'loss': 1.25}", "[1, 2] loss 2.5"]
)
def test_what_only_begins_as_json_is_printed_text(read, text):
    assert read(text, "log.txt").losses[0] == 2.5
