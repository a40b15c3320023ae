"""One side alone prints each epoch's mean loss and metrics, weighted by examples."""

from types import SimpleNamespace

import numpy as np
import pytest

from compare.inputs import cases
from compare.inputs.arrays import cast
from compare.inputs.case_inputs import make_inputs
from compare.running import standalone
from compare.running.standalone import EpochPrinter


def batch(examples):
    return {"x": np.zeros((examples, 2))}


def test_an_epoch_is_a_line_with_the_mean_weighted_by_examples(capsys):
    printer = EpochPrinter(steps_per_epoch=2)
    for loss, examples in [(1.0, 3), (5.0, 1), (2.0, 3), (2.0, 1)]:
        printer.step(loss, batch(examples), {})
    assert capsys.readouterr().out.splitlines() == ["epoch   1  loss 2.000000", "epoch   2  loss 2.000000"]


def test_metrics_stand_behind_the_loss(capsys):
    printer = EpochPrinter(steps_per_epoch=2)
    printer.step(1.0, batch(3), {"accuracy": 1.0})
    printer.step(1.0, batch(1), {"accuracy": 0.0})
    assert capsys.readouterr().out == "epoch   1  loss 1.000000  accuracy 0.750000\n"


def test_an_epoch_that_is_cut_short_is_printed_when_it_ends_and_once(capsys):
    printer = EpochPrinter(steps_per_epoch=5)
    printer.step(1.0, batch(2), {})
    assert capsys.readouterr().out == ""
    printer.end_epoch()
    printer.end_epoch()
    assert capsys.readouterr().out == "epoch   1  loss 1.000000\n"


def test_an_evaluation_has_a_line_of_its_own(capsys):
    EpochPrinter(1).evaluation(lambda: 0.125)
    assert capsys.readouterr().out.split() == ["evaluation", "loss", "0.125000"]


@pytest.mark.parametrize("precision", ["float32", "float64"])
def test_a_case_is_trained_on_its_batches_from_its_weights_and_every_epoch_printed(capsys, precision):
    inputs, told = make_inputs(cases.load("mlp_regression"), steps=33), {}  # 32 batches an epoch

    def train(side, step, batches, printer, held_out, steps_per_epoch):
        for each in batches:
            assert each["x"].dtype == precision
            printer.step(1.0, each, {})

    framework = SimpleNamespace(
        runtime=SimpleNamespace(configure=lambda threads: told.update(threads=threads)),
        make_side=lambda case: case,
        build=lambda side, inputs, precision: SimpleNamespace(side=SimpleNamespace(model="model"), step="step"),
        weights=SimpleNamespace(load_weights=lambda model, weights: told.update(weights=weights)),
        to_native=lambda inputs, batches: batches,
        held_out=lambda inputs, precision: None,
        train=SimpleNamespace(train=train),
    )
    standalone.train_alone(framework, inputs, precision, threads=3)
    assert [line.split()[:2] for line in capsys.readouterr().out.splitlines()] == [["epoch", "1"], ["epoch", "2"]]
    assert told["threads"] == 3
    for name, array in cast(inputs.weights, precision).items():
        np.testing.assert_array_equal(told["weights"][name], array)
