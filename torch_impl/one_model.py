"""What a user trains, as one model: a module, several by name or in a list, tensors without a module."""

from collections.abc import Mapping

import torch
from torch import nn
from torch.nn.parameter import is_lazy

from compare.inputs import given_model
from torch_impl.wrappers import unwrapped_model

EXPECTED = "an nn.Module, several by name ({'generator': ..., 'discriminator': ...}), or a list or dict of tensors"
SPREAD = "is spread over devices (FSDP, DTensor): give a model that is whole, of a run on one device"


class Models(nn.Module):
    """Models and tensors by name, as they are: even their mode stays. A tensor that is given by itself is a weight.

    PyTorch's own setters would refuse names with a dot, and tensors other than nn.Parameter.
    """

    def __init__(self, parts: Mapping):
        super().__init__()
        for name, part in parts.items():
            if isinstance(part, nn.Module):
                self._modules[name] = part
            else:
                (self._parameters if part.is_floating_point() else self._buffers)[name] = part

    def _load_from_state_dict(self, state, prefix, metadata, strict, *found):
        super()._load_from_state_dict(state, prefix, metadata, False, *found)  # strictly, what has a dot is a module's


def as_one(model) -> nn.Module:
    """The one module that holds all that is given; ValueError, which says what to give, where it cannot be recorded."""
    one = given_model.as_one(model, given_model.Accepted(_adapted, Models, EXPECTED, ("torch",)))
    one = Models({"0": one}) if isinstance(one, torch.Tensor) else one
    if not any(True for _ in one.parameters()):
        raise ValueError(f"the model ({type(one).__name__}) has no weights: give {EXPECTED}")
    for name, module in one.named_modules():
        if isinstance(module, torch.jit.ScriptModule):
            raise ValueError(f"{name or 'the model'} is a ScriptModule: give the nn.Module that it was made from")
        if type(module).__name__ == "FullyShardedDataParallel":
            raise ValueError(f"{name or 'the model'} {SPREAD}")
    for name, weight in one.named_parameters():
        if (fault := _fault(weight)) is not None:
            raise ValueError(f"{name}, a weight of the model, {fault}")
    return one


def _adapted(part):
    part = unwrapped_model(part)
    return part if isinstance(part, (nn.Module, torch.Tensor)) else None


def _fault(weight: torch.Tensor) -> str | None:
    """Why the values of a weight cannot be read, and what to do; None where they can."""
    if is_lazy(weight):
        return "has no shape yet, since its module is lazy: call the model once on a batch before"
    if type(weight).__name__ in ("DTensor", "ShardedTensor"):
        return SPREAD
    if weight.is_meta:
        return "has no values (it is on the device meta): load them before"
    if weight.is_complex():
        return "is complex: hold torch.view_as_real(w), two real numbers for each, and use torch.view_as_complex of it"
    if not weight.is_leaf:
        return "is computed from other tensors: give those, or call .detach().requires_grad_() on it"
    return None
