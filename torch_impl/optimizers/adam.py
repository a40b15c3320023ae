"""Adam, and AdamW, which decays the weights and leaves the gradient as it is.

differs: PyTorch adds epsilon to the bias-corrected root; Keras to the uncorrected one: 32 times as large at step 1.
differs: PyTorch's epsilon is 1e-8 by default, Keras' 1e-7.
differs: PyTorch's AdamW decays by 0.01 by default, Keras' by 0.004.
"""

from torch.optim import Adam, AdamW

__all__ = ["Adam", "AdamW"]
