"""Batch normalisation: PyTorch's own. tf_impl/layers/normalizations.py writes its formulas out, since Keras' differ.

differs: PyTorch's momentum is the weight of the new batch (0.1), Keras' that of the old average (0.99).
differs: PyTorch's running variance takes each batch's sum of squares over N - 1, Keras' over N.
differs: PyTorch normalises by the batch whenever the model is in training, Keras only if the layer is not frozen.
differs: PyTorch has one class per number of dimensions, channels second; Keras one for all, channels last.
"""

from torch.nn import BatchNorm1d, BatchNorm2d, BatchNorm3d

__all__ = ["BatchNorm1d", "BatchNorm2d", "BatchNorm3d"]
