"""Adam that moves without the second moment until it knows enough of it.

differs: PyTorch adds RAdam's epsilon to the uncorrected root, unlike that of its Adam.
"""

from torch.optim import RAdam

__all__ = ["RAdam"]
