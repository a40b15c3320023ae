"""What a step drops is compared as a whole: a layer of one side may be a function on the other."""

from types import SimpleNamespace

import pytest

from compare.judging.dropped import rates_of_a_step, say_muted
from compare.judging.settings import SettingRow
from compare.traces.header import Setting
from compare.traces.settings.dropout import IN_FUNCTIONS
from compare.traces.trace import TracePair


def side(framework, muted=None, called=None, outputs=()):
    """A side by the rates of its layers and of its functions, and by what its layers gave in the first step."""
    settings = () if called is None else (Setting(IN_FUNCTIONS, "Dropout", "p", called),)
    header = SimpleNamespace(side=framework, muted=muted or {}, settings=settings)
    return SimpleNamespace(header=header, keys=[(0, "forward", name) for name in outputs])


def test_which_dropout_was_switched_off_is_said_for_each_side_that_had_one():
    silent = side("tf")
    assert say_muted(TracePair(side("torch"), silent)) == []
    [said] = say_muted(TracePair(side("torch", {"drop1": {"p": 0.5}, "drop2": {"p": 0.1}}), silent))
    assert said == "dropout was switched off (torch drop1, drop2): two frameworks cannot generate the same masks"
    [said] = say_muted(TracePair(side("torch", called=[0.5, 0.1]), side("tf", {"dropout": {"p": 0.5}})))
    assert "(torch 2 calls of functions; tf dropout)" in said


def row_of(torch, tf, rows=()):
    return [(row.torch, row.tf, row.verdict) for row in rates_of_a_step(TracePair(torch, tf), rows)]


LAYER = {"drop": {"p": 0.5}}


@pytest.mark.parametrize(
    ("rates", "verdict"), [([0.5], "equal"), ([0.3], "differs"), ([0.5, 0.5], "differs"), ([], "tf only")]
)
def test_a_function_is_compared_with_a_layer(rates, verdict):
    assert row_of(side("torch", called=rates), side("tf", LAYER, [], ["fc", "drop"])) == [(rates, [0.5], verdict)]


def test_the_order_of_branches_does_not_matter():
    assert row_of(side("torch", called=[0.1, 0.5]), side("tf", called=[0.5, 0.1])) == [
        ([0.1, 0.5], [0.1, 0.5], "equal")
    ]


def test_a_layer_drops_as_often_as_it_is_called():
    tf = side("tf", LAYER, [], ["drop", "drop (call 2)"])
    assert row_of(side("torch", called=[0.5, 0.5]), tf) == [([0.5, 0.5], [0.5, 0.5], "equal")]


def test_an_attention_drops_once_however_its_framework_builds_it():
    tf = side("tf", {"attention": {"p": 0.1, "dropout": 0.1}}, [], ["attention"])
    assert row_of(side("torch", called=[0.1]), tf) == [([0.1], [0.1], "equal")]


def test_a_recurrent_layers_rates_have_rows_of_their_own():
    assert row_of(side("torch", called=[]), side("tf", {"gru": {"input dropout": 0.5}}, [], ["gru"])) == []


def test_where_a_side_does_not_know_its_calls_nothing_is_compared():
    assert row_of(side("torch", called=None), side("tf", LAYER, [], ["drop"])) == []


@pytest.mark.parametrize(("setting", "count"), [("p", 0), ("lr", 1)])
def test_a_layers_own_row_is_said_alone(setting, count):
    rows = [SettingRow("drop", "Dropout", setting, 0.5, 0.3, "differs", "")]
    assert len(row_of(side("torch", called=[0.5]), side("tf", called=[0.3]), rows)) == count
