"""Rates along a cosine (Loshchilov and Hutter, 2017).

differs: PyTorch's eta_min is a rate, Keras' alpha in CosineDecay a part of the first rate.
differs: PyTorch's cosine goes on after T_max, upwards; Keras' stays at its end.
differs: PyTorch counts the steps of a cycle; Keras' CosineDecayRestarts takes a logarithm, and may miss one.
"""

from torch.optim.lr_scheduler import CosineAnnealingLR, CosineAnnealingWarmRestarts

__all__ = ["CosineAnnealingLR", "CosineAnnealingWarmRestarts"]
