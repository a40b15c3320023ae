"""What scripts, loggers and progress bars print is read without editing."""

import numpy as np
import pytest

from compare.logs.parse import LogError

TEXTS = {
    "a sentence": ("epoch 1 loss 2.5\nepoch 2 loss 1.25\n", [1, 2], "epoch"),
    "a logger": (
        "2024-01-01 12:00:00,1 - INFO - Epoch 1/2: train loss: 2.5, val loss: 3\n"
        "2024-01-01 12:00:01,1 - INFO - Epoch 2/2: train loss: 1.25, val loss: 2\n",
        [1, 2],
        "epoch",
    ),
    "steps of an epoch": ("Epoch [1/2], Step [1/1], Loss: 2.5\nEpoch [2/2], Step [1/1], Loss: 1.25\n", [1, 2], "step"),
    "a quickstart": ("loss: 2.5  [   64/60000]\nloss: 1.25  [ 6464/60000]\n", [64, 6464], "step"),
    "means of 2000": ("[1,  2000] loss: 2.5\n[2,  2000] loss: 1.25\n", [2000, 4000], "step"),
    "dictionaries": ("{'loss': 2.5, 'epoch': 0.1}\n{'loss': 1.25, 'epoch': 0.2}\n", [1, 2], "line"),
    "iterations": ("iter 0: loss 2.5, time 20.00ms\niter 1: loss 1.25, time 20.00ms\n", [0, 1], "step"),
    "averages beside": ("Epoch: [0][0/2]\tLoss 2.5e0 (2.5e0)\nEpoch: [0][1/2]\tLoss 1.25e0 (2e0)\n", [0, 1], "step"),
    "tensors": ("step 0 loss tensor(2.5, grad_fn=<M>)\nstep 1 loss tensor(1.25, grad_fn=<M>)\n", [0, 1], "step"),
    "Keras 2": (
        "Epoch 1/2\n1/2 [=>..] - ETA: 0s - loss: 9.0\r2/2 [==] - 0s 2ms/step - loss: 2.5 - val_loss: 3\n"
        "Epoch 2/2\n1/2 [=>..] - ETA: 0s - loss: 9.0\r2/2 [==] - 0s 2ms/step - loss: 1.25 - val_loss: 3\n",
        [1, 2],
        "epoch",
    ),
    "Keras 3": (
        "Epoch 1/2\n\x1b[1m1/2\x1b[0m \x1b[1m0s\x1b[0m 5ms/step - loss: 9.0\x08\x1b[1m2/2 5ms/step - loss: 2.5\n"
        "Epoch 2/2\n\x1b[1m2/2\x1b[0m \x1b[1m0s\x1b[0m 5ms/step - loss: 1.25\n",
        [1, 2],
        "epoch",
    ),
    "thousands": ("step 1,000 loss 2.5\nstep 2,000 loss 1.25\n", [1000, 2000], "step"),
    "progress in thousands": ("loss: 2.5 [ 1,000/9,000]\nloss: 1.25 [2,000/9,000]\n", [1000, 2000], "step"),
    "decimal commas": ("step 0 loss 2,5\nstep 1 loss 1,25\n", [0, 1], "step"),
    "per cent": ("step 0 loss 250%, acc 9%\nstep 1 loss 125%, acc 9%\n", [0, 1], "step"),
    "two numbers": ("step 0 loss 2.5,9.0\nstep 1 loss 1.25,9.0\n", [0, 1], "step"),
    "results of two data sets": (
        "Training Results - Epoch: 1 Avg loss: 2.5\nValidation Results - Epoch: 1 Avg loss: 9\n"
        "Training Results - Epoch: 2 Avg loss: 1.25\nValidation Results - Epoch: 2 Avg loss: 9\n",
        [1, 2],
        "epoch",
    ),
    "a heading": (
        "Epoch 1\nTrain:\n loss: 2.5\nTest:\n loss: 9\nEpoch 2\nTrain:\n loss: 1.25\nTest:\n loss: 9\n",
        [1, 2],
        "epoch",
    ),
    "both in one line": (
        "Epoch 1 train: loss 2.5 eval: loss 9\nEpoch 2 train: loss 1.25 eval: loss 9\n",
        [1, 2],
        "epoch",
    ),
    "tqdm": (
        "Epoch 0:   0%|  | 0/2 [00:00<?, ?it/s, loss=2.5]\rEpoch 0:  50%|# | 1/2 [00:01<00:01, 45it/s, loss=2.5]\r"
        "Epoch 0:  50%|# | 1/2 [00:01<00:01, 45it/s, loss=1.25]\r"
        "Epoch 0: 100%|##| 2/2 [00:01<00:00, 45it/s, loss=1.25]\n",
        [0, 1],
        "step",
    ),
}


@pytest.mark.parametrize(("text", "steps", "counter"), TEXTS.values(), ids=TEXTS.keys())
def test_what_is_printed_is_read(read, text, steps, counter):
    log = read("loading\n" + text + "done in 3 s\n", "log.txt")
    assert (log.losses.tolist(), log.steps.tolist(), log.counter) == ([2.5, 1.25], steps, counter)


def test_nan_is_printed_too(read):
    assert np.isnan(read("step 0 loss: nan\nstep 1 loss: nan\n").losses).all()


@pytest.mark.parametrize("text", ["loss: [2.5, 1.5]\n", "step 0 loss (2.5, 1.5)\n"])
def test_the_first_of_several_losses_is_not_taken_for_the_loss(read, text):
    with pytest.raises(LogError, match=r"line 1: '.2.5, ...' is not a number"):
        read(text, "log.txt")


@pytest.mark.parametrize("number", ["1,234,56", "1,2,3", "0.5.1,234"])
def test_what_is_no_number_is_not_cut_to_one(read, number):
    with pytest.raises(LogError):
        read(f"step 0 loss {number}\n", "log.txt")
    assert read(f"step 0 loss {number}\nstep 1 loss 999.5\n", "log.txt").losses.tolist() == [999.5]


def test_losses_of_one_name_and_two_data_sets_are_not_one_curve(read):
    log = read(
        "Epoch 1 Train loss: 2.5\nTest - Epoch 1 loss: 9\nEpoch 2 Train loss: 1\nTest - Epoch 2 loss: 8\n", "l.txt"
    )
    assert (log.losses.tolist(), log.held_out.losses.tolist()) == ([2.5, 1], [9, 8])
