"""What a loop has around a model or an optimizer: torch.compile, data parallelism, accelerate, Lightning."""

from collections.abc import Mapping
from typing import Any

import torch
from torch import nn
from torch.nn.parallel import DataParallel, DistributedDataParallel


def unwrapped_model(model: nn.Module) -> nn.Module:
    """The model as it was written: a wrapper puts `_orig_mod.` or `module.` before the names of its weights."""
    while True:
        if isinstance(model, (DataParallel, DistributedDataParallel)):
            model = model.module
        elif isinstance(inner := getattr(model, "_orig_mod", None), nn.Module):
            model = inner
        else:
            return model


def unwrapped_optimizer(optimizer: Any) -> Any:
    """The optimizer that moves the weights, or all of them: accelerate's and Lightning's hold it as `optimizer`."""
    if isinstance(optimizer, Mapping):
        return {name: unwrapped_optimizer(each) for name, each in optimizer.items()}
    if isinstance(optimizer, (list, tuple)):
        return [unwrapped_optimizer(each) for each in optimizer]
    while isinstance(inner := getattr(optimizer, "optimizer", None), torch.optim.Optimizer):
        optimizer = inner
    return optimizer
