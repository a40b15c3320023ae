"""Reads and writes the values of PyTorch's tensors; its layouts are the canonical ones."""

import numpy as np
import torch

from compare.traces import parameters


def to_numpy(tensor) -> np.ndarray:
    """A copy of a tensor's values; NumPy has no bfloat16, so half precision becomes float32."""
    if not isinstance(tensor, torch.Tensor):
        return np.array(tensor)
    tensor = tensor.detach().cpu()
    tensor = tensor if tensor.layout == torch.strided else tensor.to_dense()
    return (tensor.float() if tensor.dtype in (torch.bfloat16, torch.float16) else tensor).numpy().copy()


class Parameter(parameters.Parameter):
    """A weight or a buffer of a module."""

    to_numpy = staticmethod(to_numpy)

    def set(self, native: np.ndarray) -> None:
        """Set the values in place, because the optimizer holds the same tensor."""
        with torch.no_grad():
            self.variable.copy_(torch.from_numpy(native))

    @property
    def dtype(self) -> str:
        """As NumPy writes it, or "bfloat16"."""
        return str(self.variable.dtype).removeprefix("torch.")

    @property
    def trainable(self) -> bool:
        """Whether it requires gradients."""
        return bool(self.variable.requires_grad)
