"""Rates along a cosine (Loshchilov and Hutter, 2017).

differs: PyTorch's eta_min is a rate; the alpha of Keras' CosineDecay is a fraction of the first rate.
differs: PyTorch's cosine rises again after T_max; Keras' CosineDecay stays at its lowest.
differs: PyTorch's T_mult is 1 by default; Keras' CosineDecayRestarts has t_mul=2, and may restart one step late.
"""

from torch.optim.lr_scheduler import CosineAnnealingLR, CosineAnnealingWarmRestarts

__all__ = ["CosineAnnealingLR", "CosineAnnealingWarmRestarts"]
