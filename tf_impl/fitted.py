"""What Keras' `fit` trains, beside what a recorder was given: the recorder must be of this model and this optimizer."""

from __future__ import annotations

from typing import Any

import keras

from tf_impl.keras_versions import is_optimizer
from tf_impl.one_model import given_parts


def refuse_another_model(recorded: Any, fitted: Any) -> None:
    """ValueError where no weight that is recorded is one of the model that `fit` trains; an unbuilt one may yet be."""
    parts = given_parts(recorded)
    held = _variables(fitted)
    own = set().union(*map(_variables, parts))
    if held and own and not held & own and not any(part is fitted for part in parts):
        raise ValueError(
            f"fit trains another model ({fitted.name}) than the recorder was given: no weight of the two is the same; "
            "make Recorder(path, model, model.optimizer) with the model whose fit is called"
        )


def refuse_another_optimizer(recorded: Any, fitted: Any) -> None:
    """ValueError where Keras' own training step moves the weights by another optimizer than the recorded one."""
    used = fitted.optimizer
    if not is_optimizer(recorded) or not is_optimizer(used) or not _trains_as_keras_does(fitted):
        return
    if recorded is not used and recorded is not getattr(used, "inner_optimizer", None):
        raise ValueError(
            f"fit moves the weights by another optimizer ({type(used).__name__}) than the recorder was given "
            f"({type(recorded).__name__}): call compile() first, then Recorder(path, model, model.optimizer)"
        )


def _trains_as_keras_does(model: Any) -> bool:
    return type(model).train_step.__module__.partition(".")[0] in ("keras", "tf_keras")


def _variables(part: Any) -> set[int]:
    """The identities of all that a part holds, or of the variable that it is."""
    if not hasattr(part, "trainable_variables"):
        return {id(part)}
    held = part.weights if isinstance(part, keras.Layer) else part.variables
    return {id(each) for each in held}
