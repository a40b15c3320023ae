"""A gradient that one side clips, scales, penalises or keeps is said to be so, and no other is."""

import numpy as np
import pytest

from compare.judging.formulas.gradients import RULES
from tests.helpers.evidence import evidence, said

RNG = np.random.default_rng(0)
NAMES = ("a", "b")
GRADIENT, EARLIER, WEIGHT = ({name: RNG.normal(size=(3, 4)) for name in NAMES} for _ in range(3))
NORM = np.sqrt(sum((each**2).sum() for each in GRADIENT.values()))


def made(of):
    return {name: of(name) for name in NAMES}


def explained(torch, tf):
    return said(RULES, evidence("gradient", torch, tf, earlier=EARLIER, weights=WEIGHT, batch={"x": np.ones((8, 2))}))


WAYS = {
    "times 8": (lambda name: 8 * GRADIENT[name], "8 times"),
    "penalty": (lambda name: GRADIENT[name] + 0.01 * WEIGHT[name], "0.01 times the weight: a penalty on its square"),
    "magnitude": (lambda name: GRADIENT[name] + 0.02 * np.sign(WEIGHT[name]), "0.02 times the weight's sign"),
    "value": (lambda name: np.clip(GRADIENT[name], -0.5, 0.5), "cut off at 0.5: it clips by value"),
    "all": (lambda name: GRADIENT[name] * 0.25 / NORM, "scaled to 0.25, the norm of all together"),
    "each": (lambda name: GRADIENT[name] / np.linalg.norm(GRADIENT[name]), "each scaled to a norm of 1"),
    "kept": (lambda name: GRADIENT[name] + EARLIER[name], "those of the step before: it does not set them to zero"),
}


@pytest.mark.parametrize("way", WAYS)
def test_what_one_side_does_with_its_gradients_is_said_of_that_side(way):
    make, words = WAYS[way]
    [sentence] = explained(GRADIENT, made(make))[:1]
    assert sentence.startswith("tf's gradients are ")
    assert words in sentence


@pytest.mark.parametrize("way", sorted(set(WAYS) - {"times 8"}))
def test_on_either_side(way):
    make, words = WAYS[way]
    [sentence] = explained(made(make), GRADIENT)[:1]
    assert sentence.startswith("torch's gradients are ")
    assert words in sentence


def test_gradients_that_come_a_step_late_are():
    [sentence] = explained(GRADIENT, EARLIER)
    assert sentence == "tf's gradients are those of torch's step before"


def test_what_no_rule_knows_is_not_explained():
    assert explained(GRADIENT, made(lambda name: RNG.normal(size=(3, 4)))) == []
    assert explained(GRADIENT, made(lambda name: GRADIENT[name] * (8 if name == "a" else 7))) == []
    assert explained(GRADIENT, made(lambda name: GRADIENT[name] + 0.01 * WEIGHT[name] ** 2)) == []
