"""What two sides of a port would have done differently by themselves is said in few words, and listed in full."""

from types import SimpleNamespace

import numpy as np
import pytest

from compare.judging.comparison import Comparison
from compare.judging.difference import Difference
from compare.judging.stages import StageRow
from compare.judging.static_differences import (
    all_settings,
    initial_values,
    say_evaluation,
    say_initial,
    settings_of,
)
from compare.judging.steps import Series
from compare.traces.header import Setting
from compare.traces.model import RecordedModel
from compare.traces.step import END
from compare.traces.trace import TracePair
from compare.traces.weights import Tensor, WeightGroup

COUNT = 4000
PAIRING = SimpleNamespace(
    without_rule=set(),
    parts_of_a_whole=set(),
    weights={"dense.weight": "fc.weight"},
    all_layers={"dense": "fc", "drop": "dropout"},
    pairs=(),
    torch=RecordedModel([], {}, [], []),
    tf=RecordedModel([], {}, [], []),
)


class Began(dict):
    """The recorded tensors of a side, by (step, stage, tensor), as a Trace has them."""

    keys = property(list)


def began(seed=0, **tensors):
    """A side whose tensors are drawn uniformly from -limit to limit, or are arrays as they are."""
    generator = np.random.default_rng(seed)
    drawn = {
        name: generator.uniform(-value, value, COUNT) if np.isscalar(value) else value
        for name, value in tensors.items()
    }
    return Began({(0, "weights", name): array for name, array in drawn.items()})


def verdicts(torch, tf):
    return {row.tensor: row.verdict == "differs" for row in initial_values(TracePair(torch, tf))}


def test_initial_values_are_compared_as_distributions_and_not_as_numbers():
    found = verdicts(began(0, alike=0.1, other=0.1), began(1, alike=0.1, other=0.2))
    assert found == {"alike": False, "other": True}


def test_only_what_both_sides_begin_with_at_the_first_step_is_compared():
    torch, tf = began(0, both=0.1, mine=0.1), began(1, both=0.1, theirs=0.1)
    for side in (torch, tf):
        side[1, "weights", "later"] = side[0, "gradient", "both"] = np.zeros(3)
    assert verdicts(torch, tf) == {"both": False}


def test_sides_that_begin_alike_are_not_spoken_of():
    assert say_initial(initial_values(TracePair(began(0, w=0.1), began(1, w=0.1)))) == []


@pytest.mark.parametrize("number", [1, 3, 12])
def test_however_many_tensors_begin_differently_one_sentence_says_so(number):
    # Each plays a part of its own, so that no two share a clause.
    limits = {f"layer.part{n}": 0.1 * (n + 1) for n in range(number)}
    torch, tf = began(0, **limits), began(1, **{name: 3 * limit for name, limit in limits.items()})
    said = say_initial(initial_values(TracePair(torch, tf)))
    [sentence] = said
    assert sentence.startswith("initialised differently: layer.part0 is ")
    if number > 2:
        assert sentence.endswith(f"; {number} tensors in all, see settings.csv")


def side(framework, settings=(), muted=None):
    rows = tuple(Setting(*row) for row in settings)
    return SimpleNamespace(header=SimpleNamespace(side=framework, settings=rows, muted=muted or {}), keys=[])


def row_of(rows, subject, setting):
    [found] = [row for row in rows if (row.subject, row.setting) == (subject, setting)]
    return found.torch, found.tf, found.verdict


def test_settings_pairs_and_initial_values_are_one_list():
    torch = side("torch", [("optimizer", "SGD", "lr", 0.1)])
    tf = side("tf", [("optimizer", "SGD", "lr", 0.2)])
    initial = initial_values(TracePair(began(0, w=0.1, v=0.1), began(1, w=0.1, v=0.2)))
    rows = all_settings(TracePair(torch, tf), PAIRING, initial)
    assert row_of(rows, "optimizer", "lr") == (0.1, 0.2, "differs")
    assert row_of(rows, "pairing of weights", "fc.weight") == ("fc.weight", "dense.weight", "equal")
    assert row_of(rows, "initial values", "w")[2] == "equal"
    assert row_of(rows, "initial values", "v")[2] == "differs"


@pytest.mark.parametrize(("rate", "verdict"), [(0.5, "equal"), (0.3, "differs")])
def test_dropout_that_was_switched_off_is_compared_by_the_rate_that_it_had(rate, verdict):
    torch = side("torch", [("dropout", "Dropout", "p", 0.0)], {"dropout": {"p": 0.5}})
    tf = side("tf", [("drop", "Dropout", "p", 0.0)], {"drop": {"p": rate}})
    rows = all_settings(TracePair(torch, tf), PAIRING, [])
    assert row_of(rows, "dropout", "p") == (0.5, rate, verdict)


def test_every_rate_of_a_layer_is_compared_under_its_own_name():
    torch = side("torch", [("dropout", "GRU", "input dropout", 0.0)])
    had = [("drop", "GRU", name, 0.0) for name in ("input dropout", "recurrent dropout")]
    tf = side("tf", had, {"drop": {"input dropout": 0.5, "recurrent dropout": 0.25}})
    rows = all_settings(TracePair(torch, tf), PAIRING, [])
    assert row_of(rows, "dropout", "input dropout") == (0.0, 0.5, "differs")
    assert row_of(rows, "dropout", "recurrent dropout") == (None, 0.25, "tf only")


@pytest.mark.parametrize(("count", "shown"), [(10, []), (11, ["parameters"])])
def test_a_number_of_weights_that_the_other_side_holds_as_buffers_is_no_difference(count, shown):
    """An average of the weights is a copy of the layer on one side, and a variable of its own on the other."""
    models = [
        RecordedModel([WeightGroup(kind, "mean", {"weight": Tensor("mean", (4,), buffer, not buffer)})], {}, [], [])
        for kind, buffer in (("Parameter", False), ("Buffer", True))
    ]
    pairing = SimpleNamespace(**vars(PAIRING) | {"torch": models[0], "tf": models[1], "weights": {"mean": "mean"}})
    torch, tf = ([Setting("model", "Net", "parameters", each)] for each in (count, 6))
    assert [row.setting for row in settings_of(torch, tf, pairing)] == shown


def sides(torch=True, tf=True, no_evaluation=("", ""), in_training=False):
    """Both sides' traces, by whether the loss of each takes `training`, and what became of the evaluation."""
    headers = (
        SimpleNamespace(side=name, takes_training=takes, no_evaluation=reason, evaluated_in_training=in_training)
        for name, takes, reason in zip(("torch", "tf"), (torch, tf), no_evaluation, strict=True)
    )
    return TracePair(*(SimpleNamespace(header=header) for header in headers))


def series(stage, tensor, beyond):
    """Three steps of one quantity, the second beyond what rounding explains or not."""
    return Series(stage, tensor, np.arange(3), np.array([0, 1e-3 * beyond, 0]), np.full(3, 1e-13))


def row_at(step, stage, tensor="tensor", gap=1.0):
    return StageRow(step, stage, tensor, Difference("value", "", max_rel=gap), 1e-13)


def judged(first, evaluated=(None, None), gap=0.0, **beyond):
    """A judgement of steps whose stages are `beyond`, with the losses of both free runs at the end."""
    pair = TracePair(*({} if loss is None else {(END, "loss", "loss"): np.float64(loss)} for loss in evaluated))
    tensors = {"loss": "loss", "metric": "accuracy", "update": "w", "buffer": "bn.running_var"}
    every = tuple(series(stage, tensor, beyond.get(stage, False)) for stage, tensor in tensors.items())
    comparison = Comparison("float64", pair, np.full(3, gap), np.full(3, 1e-13), [], every)
    return SimpleNamespace(first_divergence=first, comparisons={"float64": comparison})


@pytest.mark.parametrize("stage", ["forward", "loss"])
@pytest.mark.parametrize(
    ("torch", "tf", "named"), [(False, False, "(torch, tf)"), (True, False, "(tf)"), (False, True, "(torch)")]
)
def test_where_two_sides_differ_in_evaluation_alone_it_says_whose_mode_was_set_from_outside(stage, torch, tf, named):
    [said] = say_evaluation(judged(row_at(END, stage)), sides(torch, tf))
    assert f"evaluation mode was set from outside {named}" in said
    assert "write loss(model, batch, training)" in said


@pytest.mark.parametrize("first", [None, row_at(3, "forward"), row_at(END, "buffer"), row_at(END, "weights")])
def test_where_evaluation_is_not_what_differs_nothing_is_said(first):
    assert say_evaluation(judged(first), sides(False, False)) == []


def test_losses_that_are_told_the_mode_are_evaluated_as_they_are_written():
    assert say_evaluation(judged(row_at(END, "loss")), sides(True, True)) == []


APART = (1.0, 0.75)


def test_where_training_is_the_same_and_evaluation_is_not_both_are_said_with_their_sizes():
    said = "training is the same (the losses differ by 2.0e-16 at most), evaluation is not: its loss differs by 2.5e-01"
    assert say_evaluation(judged(row_at(0, "buffer"), APART, 2e-16, buffer=True), sides()) == [
        f"{said} at the end, because bn.running_var does, which only evaluation reads"
    ]
    assert say_evaluation(judged(row_at(END, "loss"), APART, 2e-16), sides()) == [f"{said} at the end"]


@pytest.mark.parametrize("stage", ["loss", "metric", "update"])
def test_where_training_differs_too_it_is_not_said(stage):
    assert say_evaluation(judged(row_at(0, "buffer"), APART, **{"buffer": True, stage: True}), sides()) == []


@pytest.mark.parametrize("evaluated", [(1.0, 1.0), (None, None), (1.0, None), (None, 1.0)])
def test_where_evaluation_does_not_differ_or_was_not_it_is_not_said(evaluated):
    assert say_evaluation(judged(row_at(0, "buffer"), evaluated, buffer=True), sides()) == []


def test_that_there_was_no_evaluation_is_said_with_the_reason_of_each_side():
    reasons = ("p.py, line 3, in evaluation: KeyError: 'boxes'", "p.py: loss returns int")
    [said] = say_evaluation(judged(None), sides(no_evaluation=reasons))
    assert said == (
        "no evaluation loss was compared, for a loss gives none in evaluation "
        "(torch: p.py, line 3, in evaluation: KeyError: 'boxes'; tf: p.py: loss returns int)"
    )
    [said] = say_evaluation(judged(None), sides(no_evaluation=("", reasons[1])))
    assert "(tf: p.py: loss returns int)" in said


def test_a_loss_that_trains_in_evaluation_is_said_to():
    [said] = say_evaluation(judged(None), sides(in_training=True))
    assert said == "evaluated in training mode on both sides, because PyTorch's loss puts the model into it"


def test_of_a_layer_without_a_rule_what_only_one_side_shows_is_no_difference():
    torch = [Setting("fc", "LayerNorm", name, value) for name, value in (("eps", 1e-5), ("bias", True))]
    tf = [Setting("dense", "Norm", "eps", 1e-3)]
    for unlike in ("without_rule", "parts_of_a_whole"):
        pairing = SimpleNamespace(**vars(PAIRING) | {unlike: {"fc"}})
        assert [(row.setting, row.torch, row.tf) for row in settings_of(torch, tf, pairing)] == [("eps", 1e-5, 1e-3)]
