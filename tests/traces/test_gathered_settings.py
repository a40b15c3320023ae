"""How settings are gathered, whatever the framework: every subject in order, and nothing raises."""

import functools
from types import SimpleNamespace

import numpy as np
import pytest

from compare.traces import settings
from compare.traces.header import Setting
from compare.traces.places import Place
from compare.traces.settings import Settings
from compare.traces.settings.losses import loss_objects
from compare.traces.settings.optimizers import decay_kind
from compare.traces.settings.padding import UNEVEN, same, widened
from compare.traces.settings.values import in_words, plain, simple


class Plain(Settings):
    """A framework whose layers are names with a list of weights, and whose optimizers are lists of groups."""

    def of_optimizer(self, optimizer):
        return [("SGD", {"lr": rate}) for rate in optimizer]

    def of_layer(self, layer, before, after):
        if layer.name == "hostile":
            raise RuntimeError("a user's layer")
        return {"before": before, "after": after}

    def preparing(self, model):
        return [layer.name for layer in model.layers if layer.name == "scale"]

    def of_loss(self, loss):
        return [(kind, {"reduction": "mean"}) for kind in loss]

    def of_precision(self, model):
        return {"default dtype": np.float64(64)}

    def layers(self, model):
        return {layer.name: layer for layer in model.layers}

    def kind(self, layer):
        return "Linear"

    def neighbours(self, model):
        first, second, *_ = model.layers
        return {id(first): (None, second.name), id(second): (first.name, None)}

    def flagged(self, layer):
        return [*layer.shapes, layer]

    def weights(self, layer):
        own = [layer] if hasattr(layer, "shapes") else layer.layers
        return [shape for each in own for shape in each.shapes]


def layer(name, *shapes):
    return SimpleNamespace(name=name, shapes=shapes)


def model(*layers):
    return SimpleNamespace(layers=layers)


def said(settings, subject):
    return {each.setting: each.value for each in settings if each.subject == subject}


NET = model(layer("a", ((3, 2), True), ((3,), False)), layer("b"), layer("hostile", ((2,), True)))


def test_every_subject_is_described_in_order():
    found = Plain().describe(NET, {"generator": [0.1, 0.2], "critic": [0.3]}, ["MSELoss", "L1Loss"])
    subjects = list(dict.fromkeys((each.subject, each.kind) for each in found))
    assert subjects == [
        ("optimizer", "SGD"), ("optimizer group 1", "SGD"), ("optimizer group 2", "SGD"),
        ("a", "Linear"), ("b", "Linear"), ("hostile", "Linear"), ("model", "SimpleNamespace"),
        ("loss", "MSELoss"), ("loss 2", "L1Loss"), ("precision", ""),
    ]  # fmt: skip
    assert [each.value for each in found if each.setting == "lr"] == [0.1, 0.2, 0.3]
    assert found[-1] == Setting("precision", "", "default dtype", 64.0)


def test_a_layer_says_its_kind_its_settings_between_its_neighbours_and_whether_it_trains():
    found = Plain().describe(NET, None)
    assert said(found, "a") == {"kind": "Linear", "before": None, "after": "b", "trainable": "partly"}
    assert said(found, "b") == {"kind": "Linear", "before": "a", "after": None}
    assert said(found, "hostile") == {"kind": "Linear", "trainable": True}


def test_a_model_says_how_many_weights_it_has_and_how_many_of_them_train():
    assert said(Plain().describe(NET, None), "model") == {"parameters": 11, "trainable parameters": 8}


def test_a_model_says_what_prepares_its_inputs():
    assert said(Plain().describe(model(layer("scale"), layer("b")), None), "model")["preprocessing"] == "scale"


@pytest.mark.parametrize(
    "hook", ["preparing", "of_optimizer", "neighbours", "layers", "of_loss", "of_precision", "weights", "kind"]
)
def test_a_part_that_cannot_be_read_off_is_left_out_and_the_others_stay(hook, monkeypatch):
    net = model(*NET.layers, layer("scale"))
    whole = Plain().describe(net, [[0.1]], ["MSELoss"])

    def hostile(*_):
        raise RuntimeError(hook)

    monkeypatch.setattr(Plain, hook, hostile)
    found = Plain().describe(net, [[0.1]], ["MSELoss"])
    assert 0 < len({(each.subject, each.setting) for each in found}) < len(whole) or hook == "neighbours"
    assert {(each.subject, each.setting) for each in found} <= {(each.subject, each.setting) for each in whole}


class Loss:
    """A framework's loss object."""


FIRST, SECOND, INSIDE = Loss(), Loss(), Loss()


def helper(x):
    return SECOND, x


def names_two(x):
    return FIRST, helper(x)


def calls_itself(x):
    return calls_itself(x), FIRST


def of_a_library(x):
    return SECOND, x


of_a_library.__module__ = "library"


def calls_a_library(x):
    return of_a_library(x), FIRST


class Holder:
    def __init__(self):
        self.loss = FIRST

    def __call__(self, x):
        return helper(x)


class Module:
    """As torch.nn.Module: what is inside stands in a dictionary, which a list of its attributes shows as one value."""

    def __init__(self):
        self._modules = {"loss": INSIDE}

    def __call__(self, x):
        return x


class Traced:
    def __init__(self, function):
        self.python_function = function


def made():
    inner = Loss()
    return (lambda x: inner), inner


def test_the_losses_that_a_loss_is_made_of_are_found_in_the_order_in_which_it_names_them():
    closure, inner = made()
    assert loss_objects(FIRST, Loss) == [FIRST]
    assert loss_objects(names_two, Loss) == [FIRST, SECOND]
    assert loss_objects(functools.partial(names_two, SECOND), Loss) == [FIRST, SECOND]
    assert loss_objects(functools.partial(max, key=SECOND), Loss) == [SECOND]
    assert loss_objects(calls_itself, Loss) == [FIRST]
    assert set(loss_objects(Holder(), Loss)) == {FIRST, SECOND}
    assert loss_objects(Module(), Loss) == [INSIDE]
    assert loss_objects(closure, Loss) == [inner]
    assert loss_objects(Traced(names_two), Loss) == [FIRST, SECOND]
    assert loss_objects(lambda x: x, Loss) == []
    assert loss_objects(calls_a_library, Loss) == [FIRST], "what other modules name is no setting of this loss"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (np.float32(0.5), 0.5), (np.int64(3), 3), ((1, np.float64(2)), [1, 2.0]), (None, None), (True, True),
        ("same", "same"), (np.array(2.5), 2.5), (range(2), "range(0, 2)"),
    ],
)  # fmt: skip
def test_a_value_is_given_as_json_has_it(value, expected):
    assert plain(value) == expected
    assert type(plain(value)) is type(expected)


@pytest.mark.parametrize(
    ("value", "is_simple"), [(1, True), ([1, (2.0, None)], True), ([object()], False), ({}, False)]
)
def test_simple_is_what_json_has_without_objects(value, is_simple):
    assert simple(value) is is_simple


def test_a_kind_is_said_with_its_settings():
    assert in_words("ELU", {"alpha": np.float32(0.5), "inplace": False}) == "ELU(alpha=0.5, inplace=False)"


@pytest.mark.parametrize(
    ("kind", "settings", "decoupled", "expected"),
    [
        ("Adam", {"weight_decay": 0.1}, False, "L2, into the gradient"),
        ("Adam", {"weight_decay": 0.1}, True, "decoupled"),
        ("Adam", {"weight_decay": 0.0}, True, None),
        ("SGD", {"weight_decay": 0.1, "momentum": 0.0}, True, None),
        ("SGD", {"weight_decay": 0.1, "momentum": 0.9}, True, "decoupled"),
    ],
)
def test_weight_decay_is_of_a_kind_where_the_kinds_differ(kind, settings, decoupled, expected):
    assert decay_kind(kind, settings, decoupled) == expected


def test_padding_is_a_number_an_axis_or_uneven():
    assert same([2, 4]) == [1, 2]
    assert same([2, 3]) == same(None) == UNEVEN
    assert widened([1, 0], (1, 2), (1, 2)) == [2, 2]
    assert widened([1, 0], (1, 2), (1, 3)) == UNEVEN


def test_a_layer_has_the_line_that_set_its_flag_or_that_of_one_of_its_weights(monkeypatch):
    weights = [((2, 2), True), ((2,), True)]
    net = model(layer("first", *weights[:1]), layer("own"), layer("second", *weights))
    lines = {id(net.layers[1]): Place("port.py", 3, "side"), id(weights[1]): Place("port.py", 4, "side")}
    monkeypatch.setattr(settings, "flag_set_at", lambda each: lines.get(id(each)))
    assert {path: place.line for path, place in Plain().flags_set_at(net).items()} == {"own": 3, "second": 4}
