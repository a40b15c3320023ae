"""Adam, and AdamW, which decays the weights apart from the gradient.

differs: PyTorch adds epsilon to the bias-corrected root, Keras to the uncorrected one ("epsilon hat").
differs: PyTorch decays by 0.01 when nothing is said, Keras by 0.004.
"""

from torch.optim import Adam, AdamW

__all__ = ["Adam", "AdamW"]
