"""What a user gives as "the model": one, or several by name or in a list. What is none is refused in one sentence."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

SETTINGS = (str, bool, int, type(None))  # what may stand beside the weights in a dictionary, and holds none

# What other frameworks' objects are recorded with, by how the module of their class begins.
ELSEWHERE = {
    "torch": "it is PyTorch's: record it with torch_impl.Recorder",
    "keras": "it is Keras': record it with tf_impl.Recorder",
    "tf_keras": "it is Keras': record it with tf_impl.Recorder",
    "tensorflow": "it is TensorFlow's: record it with tf_impl.Recorder",
    **dict.fromkeys(
        ("jax", "jaxlib", "flax", "haiku", "equinox"),
        "PyTorch and TensorFlow are compared here, JAX is not: give the model of one of these two",
    ),
    "numpy": "it cannot be moved in place by a framework: make it a tensor (PyTorch) or a variable (TensorFlow)",
}


def as_one(
    given: Any,
    adapted: Callable[[Any], Any],
    holding: Callable[[dict[str, Any]], Any],
    expected: str,
    place: str = "model",
) -> Any:
    """The one model that holds all that is given; ValueError where a part of it is not a model.

    `adapted(part)` is a single model as the harness takes it, None for what is none; `holding(parts)` makes one of
    several. `expected` says what could be given, `place` what the user calls this part.
    """
    several = parts_of(given)
    if several is None:
        if (model := adapted(given)) is None:
            raise ValueError(f"{place} is {_refusal(given, adapted, expected, place)}")
        return model
    held = {name: part for name, part in several.items() if not isinstance(part, SETTINGS)}
    if not held:
        raise ValueError(f"{place} is a {type(given).__name__} without weights: give {expected}")
    return holding(
        {name: as_one(part, adapted, holding, expected, f"{place}[{name!r}]") for name, part in held.items()}
    )


def parts_of(given: Any) -> dict[str, Any] | None:
    """The parts by name, or by their place in a list; None for a single object."""
    given = given._asdict() if hasattr(given, "_asdict") else given
    if isinstance(given, Mapping):
        return {str(name): part for name, part in given.items()}
    return {str(place): part for place, part in enumerate(given)} if isinstance(given, (list, tuple)) else None


def _refusal(given: Any, adapted: Callable, expected: str, place: str) -> str:
    """What it is that cannot be taken, and what to give instead."""
    name = getattr(given, "__name__", type(given).__name__)
    root = type(given).__module__.partition(".")[0]
    if given is None:
        return f"None: give {expected}"
    if isinstance(given, type):
        return f"the class {name}: give an instance of it, {name}(...)"
    if hasattr(given, "param_groups") or hasattr(given, "apply_gradients"):
        return f"an optimizer ({name}): the model comes first, the optimizer behind it"
    if isinstance(given, Iterator):
        return f"an iterator ({name}), which is used up by reading it: give the model itself, or list(...) of it"
    if root in ELSEWHERE and not callable(getattr(given, "get_concrete_function", None)):
        return f"of the type {type(given).__name__}, and {ELSEWHERE[root]}"
    if hasattr(given, "__dict__") and (inside := [key for key, part in vars(given).items() if _is(part, adapted)]):
        shown = ", ".join(f'"{key}": {name.lower()}.{key}' for key in inside[:3])
        return f"of the type {name}, which is not a model and holds some: give these by name, {{{shown}}}"
    if callable(given):
        return f"the function {name}: give what holds the weights that it uses, {expected}"
    return f"of the type {name}, which is not a model: give {expected}"


def _is(part: Any, adapted: Callable) -> bool:
    return not isinstance(part, type) and adapted(part) is not None
