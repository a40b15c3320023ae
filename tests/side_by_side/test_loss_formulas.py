"""The formulas that are written for PyTorch's losses give what PyTorch's functions do."""

import numpy as np
import pytest
import tensorflow as tf
import torch

from compare.judging.causes.losses import CLASSES, FORMULAS, filled

SEEDED = np.random.default_rng(0)
Z, Y, WIDE = SEEDED.normal(size=(5, 4)), SEEDED.normal(size=(5, 4)), 3 * SEEDED.normal(size=(5, 4))
SHARES = np.exp(Z) / np.exp(Z).sum(1, keepdims=True)
LABELS, SIGNS = SEEDED.integers(0, 4, 5), np.sign(Y)
GIVEN = {  # prediction and target, where not two arrays of any numbers
    "binary_cross_entropy": (1 / (1 + np.exp(-Z)), SHARES),
    "binary_cross_entropy_with_logits": (Z, SHARES),
    "hinge_embedding_loss": (Z, SIGNS),
    "kl_div": (np.log(SHARES), SHARES[::-1].copy()),
    "multi_margin_loss": (Z, LABELS),
    "nll_loss": (np.log(SHARES), LABELS),
    "soft_margin_loss": (Z, SIGNS),
}
OPTIONS = {"huber_loss": {"delta": 0.7}, "smooth_l1_loss": {"beta": 0.7}, "multi_margin_loss": {"margin": 0.6}}
CASES = [
    *((name, 0, *GIVEN.get(name, (WIDE, Y)), {}) for name in FORMULAS if name != "cross_entropy"),
    *((name, 0, *GIVEN.get(name, (WIDE, Y)), options) for name, options in OPTIONS.items()),
    ("cross_entropy", 0, Z, LABELS, {}),
    ("cross_entropy", 1, Z, SHARES, {"reduction": "sum"}),
    ("kl_div", 0, *GIVEN["kl_div"], {"reduction": "batchmean"}),
    ("mse_loss", 0, WIDE, Y, {"reduction": "none"}),
]


@pytest.mark.parametrize(("name", "which", "prediction", "target", "options"), CASES)
@pytest.mark.filterwarnings("ignore:reduction")  # PyTorch's advice to take batchmean
def test_a_formula_is_pytorchs(name, which, prediction, target, options):
    wanted = getattr(torch.nn.functional, name)(torch.tensor(prediction), torch.tensor(target), **options)
    values = {"tf": tf, "z": tf.constant(prediction), "y": tf.constant(target)}
    found = eval(filled(FORMULAS[name][which], options, "z", "y"), values)
    np.testing.assert_allclose(found, wanted, rtol=1e-13, atol=1e-15)


def test_each_class_has_the_formula_of_its_function():
    assert set(CLASSES.values()) <= set(FORMULAS)
    assert all(hasattr(torch.nn, name) for name in CLASSES)
    assert all(hasattr(torch.nn.functional, name) for name in FORMULAS)
