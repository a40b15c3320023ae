"""What a layer puts out, one array of it, as both sides have it."""

from collections.abc import Mapping

import numpy as np
import torch
from torch import nn

from torch_impl.weights.tensors import to_numpy


def output_to_canonical(layer, output) -> np.ndarray | None:
    """What a layer puts out: the first tensor, (N, C, ...) of images; None where there is no tensor.

    A recurrent layer's is the hidden state that it ends with, for Keras' may return no more; batches stand first.
    """
    tensor = _first_tensor(output)
    if tensor is None:
        return None
    if isinstance(layer, nn.RNNBase):
        return _last_state(layer, output)
    swapped = isinstance(layer, nn.MultiheadAttention) and not layer.batch_first and tensor.ndim == 3
    return to_numpy(tensor.transpose(0, 1) if swapped else tensor)


def _last_state(layer, output) -> np.ndarray | None:
    states = output[1][0] if isinstance(output[1], tuple) else output[1]
    return to_numpy(torch.cat((states[-2], states[-1]), -1) if layer.bidirectional else states[-1])


def _first_tensor(output):
    if isinstance(output, torch.Tensor):
        return output
    inner = output.values() if isinstance(output, Mapping) else output if isinstance(output, (list, tuple)) else ()
    return next((tensor for tensor in map(_first_tensor, inner) if tensor is not None), None)
