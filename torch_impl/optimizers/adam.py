"""Adam, and AdamW, which decays the weights and leaves the gradient as it is.

differs: PyTorch adds epsilon (1e-8) to the bias-corrected root; Keras (1e-7) to the root before: 32-fold at step 1.
differs: PyTorch's AdamW decays by 0.01 by default, Keras' by 0.004.
"""

from torch.optim import Adam, AdamW

__all__ = ["Adam", "AdamW"]
