"""What a user gives as "the model": one, or several by name or in a list. What is none is refused in one sentence."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

SETTINGS = (str, bool, int, type(None))  # what may stand beside the weights in a dictionary, and holds none

# Where the objects of other frameworks belong, by how the module of their class begins.
ELSEWHERE = {
    "torch": "torch_impl.Recorder records PyTorch's models",
    **dict.fromkeys(("keras", "tf_keras", "tensorflow"), "tf_impl.Recorder records TensorFlow's and Keras' models"),
    **dict.fromkeys(
        ("jax", "jaxlib", "flax", "haiku", "equinox"),
        "PyTorch and TensorFlow are compared here, JAX is not: give the model of one of these two",
    ),
    "numpy": "no framework can move it in place: make it a tensor (PyTorch) or a variable (TensorFlow)",
}


class Accepted(NamedTuple):
    """What a side takes for a model."""

    adapted: Callable[[Any], Any]  # a single model as the harness takes it, None for what is none
    holding: Callable[[dict[str, Any]], Any]  # makes one of several
    expected: str  # what could be given
    own: tuple[str, ...]  # how the modules of its own classes begin


def as_one(given: Any, accepted: Accepted, place: str = "model") -> Any:
    """The one model that holds all that is given; ValueError where a part of it is not a model.

    `place` is what the user calls this part.
    """
    several = parts_of(given)
    if several is None:
        if (model := accepted.adapted(given)) is None:
            raise ValueError(f"{place} is {_refusal(given, accepted)}")
        return model
    held = {name: part for name, part in several.items() if not isinstance(part, SETTINGS)}
    if not held:
        raise ValueError(f"{place} is a {type(given).__name__} without weights: give {accepted.expected}")
    return accepted.holding({name: as_one(part, accepted, f"{place}[{name!r}]") for name, part in held.items()})


def parts_of(given: Any) -> dict[str, Any] | None:
    """The parts by name, or by their place in a list; None for a single object."""
    given = given._asdict() if hasattr(given, "_asdict") else given
    if isinstance(given, Mapping):
        return {str(name): part for name, part in given.items()}
    return {str(place): part for place, part in enumerate(given)} if isinstance(given, (list, tuple)) else None


def _refusal(given: Any, accepted: Accepted) -> str:
    """What it is that cannot be taken, and what to give instead."""
    name = getattr(given, "__name__", type(given).__name__)
    root = type(given).__module__.partition(".")[0]
    if given is None:
        return f"None: give {accepted.expected}"
    if isinstance(given, type):
        return f"the class {name}: give an instance of it, {name}(...)"
    if hasattr(given, "param_groups") or hasattr(given, "apply_gradients"):
        return f"an optimizer ({name}): the model comes first, the optimizer behind it"
    if isinstance(given, Iterator):
        return f"an iterator ({name}), which is used up by reading it: give the model itself, or list(...) of it"
    if root in ELSEWHERE and root not in accepted.own:
        return f"of the type {name}: {ELSEWHERE[root]}"
    if name == "_UserObject" and root == "tensorflow":
        return (
            "a SavedModel as tf.saved_model.load gives it, without layers: give the Keras model or tf.Module that it "
            "was made from, or of one that was exported from Keras list(model.trainable_variables); the weights of a "
            "model that was converted (onnx2tf) may be constants, which nothing trains"
        )
    if inside := [key for key, part in getattr(given, "__dict__", {}).items() if _is_model(part, accepted)]:
        shown = ", ".join(f'"{key}": {name.lower()}.{key}' for key in inside[:3])
        return f"of the type {name}, which is not a model and holds some: give these by name, {{{shown}}}"
    if callable(given):
        return f"the function {name}: give what holds the weights that it uses, {accepted.expected}"
    return f"of the type {name}, which is not a model: give {accepted.expected}"


def _is_model(part: Any, accepted: Accepted) -> bool:
    return not isinstance(part, type) and accepted.adapted(part) is not None
