"""The output of a layer as one array that both sides have."""

from collections.abc import Mapping

import numpy as np
import torch
from torch import nn

from torch_impl.weights.tensors import to_numpy


def output_to_canonical(layer, output) -> np.ndarray | None:
    """The first tensor of a layer's output, images as (N, C, ...); None where there is no tensor.

    Of a recurrent layer it is the last hidden state, batch first: Keras' layer may return no more than that.
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
