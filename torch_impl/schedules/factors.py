"""Rates that are a factor times the first rate.

differs: PyTorch calls the function with an int at each step; a TensorFlow graph calls it once, with a tensor.
differs: PyTorch's StepLR keeps the rate for step_size steps; Keras' ExponentialDecay only does with staircase=True.
differs: PyTorch's rate changes at the milestone; that of Keras' PiecewiseConstantDecay one step after its boundary.
differs: PyTorch's LinearLR starts at 1/3 of the rate by default; a warm-up of Keras' CosineDecay usually at 0.
differs: PyTorch's PolynomialLR ends at 0; Keras' PolynomialDecay ends at 1e-4 by default.
"""

from torch.optim.lr_scheduler import (
    ConstantLR,
    ExponentialLR,
    LambdaLR,
    LinearLR,
    MultiplicativeLR,
    MultiStepLR,
    PolynomialLR,
    StepLR,
)

__all__ = [
    "ConstantLR",
    "ExponentialLR",
    "LambdaLR",
    "LinearLR",
    "MultiStepLR",
    "MultiplicativeLR",
    "PolynomialLR",
    "StepLR",
]
