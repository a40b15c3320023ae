"""Rates that are a factor times the first rate.

differs: PyTorch calls the function with an int at each step; TensorFlow traces it once, with a tensor.
differs: PyTorch's StepLR stays constant in between; Keras' ExponentialDecay only does with staircase=True.
differs: PyTorch counts with whole numbers; a TensorFlow graph divides by 49 as times 1/49, and floor loses a step.
differs: PyTorch has the new rate at the milestone, Keras' PiecewiseConstantDecay one step after its boundary.
differs: PyTorch's warm-up begins at 1/3 of the rate when nothing is said, Keras' at 0.
differs: PyTorch's PolynomialLR ends at 0, Keras' PolynomialDecay at 1e-4 when nothing is said.
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
