"""Adam without the second moment in its first steps. Epsilon is added to the uncorrected root, as in Keras' Adam."""

from torch.optim import RAdam

__all__ = ["RAdam"]
