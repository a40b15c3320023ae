"""What the recording of operations asks of tensors: those inside of arguments, their memory, and their values."""

from collections.abc import Iterator

import numpy as np
import torch

# What takes no more than the shape and the dtype of a tensor.
SHAPE_ONLY = {f"{name}_like" for name in ("zeros", "ones", "empty", "full", "rand", "randn")} | {
    f"new_{name}" for name in ("zeros", "ones", "empty", "full", "empty_strided")
}


def inside(nested) -> Iterator[torch.Tensor]:
    """The tensors inside of nested tuples, lists and dicts, in order."""
    if isinstance(nested, torch.Tensor):
        yield nested
    elif isinstance(nested, dict):
        yield from inside(tuple(nested.values()))
    elif isinstance(nested, (tuple, list)):
        for each in nested:
            yield from inside(each)


def written(function, arguments: tuple, named: dict) -> Iterator[torch.Tensor]:
    """The tensors that an operation writes to."""
    for place, argument in enumerate(function._schema.arguments):
        if argument.alias_info is not None and argument.alias_info.is_write:
            yield from inside(arguments[place] if place < len(arguments) else named.get(argument.name))


def takes_shape_only(function) -> bool:
    """Whether an operation takes no more than the shape of a tensor."""
    return function._schema.name.rpartition("::")[2] in SHAPE_ONLY


def memory(tensor: torch.Tensor) -> int:
    """What tells the memory that a tensor is a view of from all other memory in use."""
    return tensor.untyped_storage()._cdata if tensor.layout == torch.strided else id(tensor)  # a sparse one has several


def place(tensor: torch.Tensor, version: int) -> tuple:
    """What tensors with the same elements in memory have in common; `version` counts how often that was written to."""
    if tensor.layout != torch.strided:
        return memory(tensor), version
    return memory(tensor), tensor.storage_offset(), tuple(tensor.shape), tensor.stride(), tensor.dtype, version


def to_array(tensor: torch.Tensor) -> np.ndarray:
    """The values of a tensor, which may share its memory; bfloat16 becomes float64."""
    plain = tensor.detach().to_dense() if tensor.layout != torch.strided else tensor.detach()
    plain = plain.resolve_conj().resolve_neg().cpu()
    return (plain.double() if plain.dtype == torch.bfloat16 else plain).numpy()
