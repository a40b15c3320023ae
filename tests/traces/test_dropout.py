"""Calls of dropout functions are noted in one step only; a layer of the user's own is known by its class' name."""

import pytest

from compare.traces.header import Setting
from compare.traces.settings.dropout import IN_FUNCTIONS, DropoutCalls, mute_own


def test_the_first_step_alone_is_noted_and_one_after_another():
    calls = DropoutCalls()
    calls.add(0.9)  # while the model is built
    for number, _ in enumerate(calls.first_of(["one", "two"])):
        calls.add(0.1 + number)
        calls.add(0.5)
    assert calls.settings() == [Setting(IN_FUNCTIONS, "Dropout", "p", [0.1, 0.5])]
    assert list(calls.first_of([3, 4])) == [3, 4]
    assert calls.rates == []


@pytest.mark.parametrize(
    ("name", "attributes", "had", "left"),
    [
        ("DropPath", {"drop_prob": 0.2}, {"p": 0.2}, {"drop_prob": 0.0}),
        ("StochasticDepth", {"p": 0.25, "mode": "row"}, {"p": 0.25}, {"p": 0.0, "mode": "row"}),
        ("DropConnect", {"keep_prob": 0.75}, {"p": 0.25}, {"keep_prob": 1.0}),
        ("WordDropout", {"_rate": 1}, {"p": 1.0}, {"_rate": 0.0}),
        ("NoiseLayer", {"sigma": 3.0, "rate": 0.5}, {"stddev": 3.0}, {"sigma": 0.0, "rate": 0.5}),
        ("Sampler", {"rate": 0.5}, {}, {"rate": 0.5}),
        (
            "DropPath",
            {"drop_prob": None, "rate": 2.0, "keep": True},
            {},
            {"drop_prob": None, "rate": 2.0, "keep": True},
        ),
        ("DropPath", {"drop_prob": 0.0, "keep_prob": 1.0}, {}, {"drop_prob": 0.0, "keep_prob": 1.0}),
    ],
)
def test_a_layer_whose_name_says_that_it_drops_is_switched_off(name, attributes, had, left):
    assert mute_own(name, attributes, attributes.__setitem__) == had
    assert attributes == left
