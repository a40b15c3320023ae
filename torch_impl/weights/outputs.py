"""What a layer puts out, in PyTorch's layout. Read it beside tf_impl/weights/outputs.py."""

from collections.abc import Mapping

import numpy as np
import torch
from torch import nn


def output_to_canonical(layer, output) -> np.ndarray | None:
    """What a layer puts out: the first tensor, images with the channels first; None where there is no tensor.

    A recurrent layer's is the hidden state that it ends with, for Keras' may return no more; batches stand first.
    differs: PyTorch's attention takes (time, batch, features) unless it is told batch_first; Keras' batches first.
    differs: PyTorch's images and activations are (N, C, H, W), Keras' (N, H, W, C).
    """
    tensor = _first_tensor(output)
    if tensor is None:
        return None
    if isinstance(layer, nn.RNNBase):
        return _last_state(layer, output)
    swapped = isinstance(layer, nn.MultiheadAttention) and not layer.batch_first and tensor.ndim == 3
    return to_numpy(tensor.transpose(0, 1) if swapped else tensor)


def to_numpy(tensor) -> np.ndarray:
    """A copy of a tensor's values; NumPy has no bfloat16, so half precision becomes float32."""
    if not isinstance(tensor, torch.Tensor):
        return np.array(tensor)
    tensor = tensor.detach().cpu()
    tensor = tensor if tensor.layout == torch.strided else tensor.to_dense()
    return (tensor.float() if tensor.dtype in (torch.bfloat16, torch.float16) else tensor).numpy().copy()


def _last_state(layer, output) -> np.ndarray | None:
    states = output[1][0] if isinstance(output[1], tuple) else output[1]
    return to_numpy(torch.cat((states[-2], states[-1]), -1) if layer.bidirectional else states[-1])


def _first_tensor(output):
    if isinstance(output, torch.Tensor):
        return output
    inner = output.values() if isinstance(output, Mapping) else output if isinstance(output, (list, tuple)) else ()
    return next((tensor for tensor in map(_first_tensor, inner) if tensor is not None), None)
