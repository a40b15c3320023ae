"""An update that one side scales, decays, or divides by another magnitude is said to be so."""

import numpy as np

from compare.judging.formulas.updates import RULES
from tests.helpers.evidence import evidence, said

RNG = np.random.default_rng(0)
GRADIENT, WEIGHT, EARLIER = ({"a": RNG.normal(size=(3, 4)), "b": RNG.normal(size=4)} for _ in range(3))
RATE = 0.1  # as the recorded steps have it
UPDATE = {name: -RATE * each for name, each in GRADIENT.items()}


def explained(tf, torch=UPDATE, step=1):
    earlier = EARLIER if step else None
    return said(RULES, evidence("update", torch, tf, earlier=earlier, step=step, weights=WEIGHT, gradient=GRADIENT))


def test_an_update_that_is_scaled():
    [sentence, *_] = explained({name: 1.5 * each for name, each in UPDATE.items()})
    assert sentence == "tf's updates are 1.5 times torch's"


def test_a_decay_apart_from_the_gradient_is_told_by_its_size_on_the_weights_that_have_it():
    decayed = {name: each - RATE * 0.01 * WEIGHT[name] for name, each in UPDATE.items()}
    [sentence] = explained(decayed)
    assert sentence.endswith("-0.001 times the weight: tf has a weight decay of 0.01 that torch lacks")
    [sentence] = explained(UPDATE, torch=decayed)
    assert sentence.endswith("0.001 times the weight: torch has a weight decay of 0.01 that tf lacks")
    [sentence] = explained(UPDATE | {"a": decayed["a"]})
    assert sentence.startswith("tf's updates of a alone are torch's and")


def test_a_momentum():
    [sentence] = explained({name: each + 0.9 * EARLIER[name] for name, each in UPDATE.items()})
    assert sentence == "tf's updates are torch's and 0.9 times the last"


def test_an_epsilon_in_the_first_step():
    def adam(epsilon):
        return {name: -RATE * each / (np.abs(each) + epsilon) for name, each in GRADIENT.items()}

    [sentence] = explained(adam(3e-2), torch=adam(1e-3), step=0)
    assert "torch's |g| + 0.001, tf's |g| + 0.03: another epsilon" in sentence
    assert explained(adam(3e-2), torch=adam(1e-3)) == []  # later, the magnitude is not that of this gradient


def test_what_no_rule_knows_is_not_explained():
    assert explained({name: each + WEIGHT[name] ** 2 for name, each in UPDATE.items()}) == []
