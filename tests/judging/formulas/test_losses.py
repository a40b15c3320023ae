"""A loss is recognised by its formula, of what was put out and what the batch holds."""

import numpy as np
import pytest

from compare.judging.formulas.losses import RULES
from tests.helpers.evidence import evidence, said

RNG = np.random.default_rng(0)
LOGITS, LABELS, VALUES = RNG.normal(size=(6, 4)), RNG.integers(0, 4, 6), RNG.normal(size=(6, 4))
EACH = np.log(np.exp(LOGITS).sum(-1)) - LOGITS[np.arange(6), LABELS]
PROBABILITIES = np.exp(LOGITS) / np.exp(LOGITS).sum(-1, keepdims=True)
TWICE = np.log(np.exp(PROBABILITIES).sum(-1)) - PROBABILITIES[np.arange(6), LABELS]
ERROR = (LOGITS - VALUES) ** 2
OF_TORCH = "torch's loss is the mean of the cross-entropy of head against y"


def explained(torch, tf, y, z=LOGITS):
    return said(RULES, evidence("loss", {}, {}, losses=(torch, tf), forward={"head": z}, batch={"y": y}))


@pytest.mark.parametrize(
    ("losses", "y", "sentence"),
    [
        (
            (EACH.mean(), EACH.sum()),
            LABELS,
            f"{OF_TORCH}, tf's loss is the sum of the cross-entropy of head against y",
        ),
        (
            (EACH.mean(), TWICE.mean()),
            LABELS,
            f"{OF_TORCH}, tf's loss is the mean of the cross-entropy "
            "of the softmax of head, taken for logits, against y",
        ),
        (
            (ERROR.mean(), ERROR.mean() / 2),
            VALUES,
            "torch's loss is the mean of the squared error of head against y, tf's loss is the mean of half the "
            "squared error of head against y",
        ),
        (
            (3.21, np.sqrt(ERROR.mean())),
            VALUES,
            "tf's loss is the root of the mean of the squared error of head against y",
        ),
    ],
)
def test_the_formulas_of_both_losses_are_named_or_that_of_tf(losses, y, sentence):
    assert explained(*losses, y) == [sentence]


def test_a_target_that_is_broadcast_is():
    z, y = LOGITS[:, :1], VALUES[:, 0]
    [sentence] = explained(((z[:, 0] - y) ** 2).mean(), ((z - y) ** 2).mean(), y, z)
    assert sentence.endswith("tf's loss is the mean of the squared error of head against every example's y")


def test_a_loss_that_no_formula_gives_and_losses_of_one_formula_are_not_explained():
    assert explained(1.234, 2.345, LABELS) == []
    assert explained(EACH.mean(), EACH.mean() * (1 + 1e-13), LABELS) == []
    assert explained(EACH.mean(), 2.345, LABELS) == []
