"""Adam for the rows that a gradient lists, as those of an embedding. Epsilon is added to the uncorrected root.

differs: SparseAdam leaves the moments and weights of all other rows alone; Keras' Adam decays and moves them too.
"""

from torch.optim import SparseAdam

__all__ = ["SparseAdam"]
