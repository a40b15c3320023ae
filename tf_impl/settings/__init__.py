"""What a model, an optimizer and a loss are set to, in PyTorch's terms: plain values, to be compared elsewhere.

Nothing here raises: what cannot be read off is left out, for this runs inside users' scripts.
"""

import contextlib
import math

import keras

from compare.inputs.side import every_optimizer
from compare.traces.header import Setting
from tf_impl.settings.layers import layer_settings, neighbours
from tf_impl.settings.losses import loss_settings
from tf_impl.settings.optimizers import optimizer_settings
from tf_impl.settings.values import plain
from tf_impl.weights.layers import kind, named_layers


def describe(model, optimizer, loss=None) -> list[Setting]:
    """The settings of a side, as JSON values."""
    parts = (
        lambda: optimizers_settings(optimizer) if optimizer is not None else [],
        lambda: layers_settings(model),
        lambda: [("model", type(model).__name__, model_settings(model))],
        lambda: loss_settings(loss) if loss is not None else [],
        lambda: [("precision", "", precision_settings(model))],
    )
    return [
        Setting(subject, kind, setting, plain(value))
        for part in parts
        for subject, kind, settings in attempt(part, [])
        for setting, value in settings.items()
    ]


def optimizers_settings(optimizer) -> list[tuple[str, str, dict]]:
    """The settings of every optimizer; a further one's stand as those of a further group of parameters."""
    found = [part for each in every_optimizer(optimizer).values() for part in optimizer_settings(each)]
    subjects = ["optimizer", *(f"optimizer group {index}" for index in range(1, len(found)))]
    return [(subject, kind, settings) for subject, (_, kind, settings) in zip(subjects, found, strict=False)]


def attempt(function, otherwise):
    """What `function` returns, or `otherwise` where a user's object is unlike anything that is known here."""
    with contextlib.suppress(Exception):
        return function()
    return otherwise


def layers_settings(model) -> list[tuple[str, str, dict]]:
    """The settings of every layer, by its path."""
    around = attempt(lambda: neighbours(model), {})
    found = []
    for path, layer in named_layers(model).items():
        settings = attempt(lambda: layer_settings(layer, *around.get(id(layer), (None, None))), {})  # noqa: B023
        settings = {"kind": kind(layer)} | settings | attempt(lambda: trainable_flag(layer), {})  # noqa: B023
        found.append((path, kind(layer), settings))
    return found


def trainable_flag(layer) -> dict:
    """Whether the weights of a layer train: True, False or "partly"; nothing for a layer without any."""
    # differs: PyTorch freezes each parameter by requires_grad, Keras a whole layer by `trainable`.
    flags = {variable.trainable for variable in weights_of(layer)}
    return {"trainable": "partly" if len(flags) == 2 else flags.pop()} if flags else {}


def model_settings(model) -> dict:
    """How many weights there are; running statistics are none."""
    parameters = weights_of(model)
    with_weights = [layer for layer in named_layers(model).values() if weights_of(layer)]
    return {
        "parameters": sum(math.prod(variable.shape) for variable in parameters),
        "trainable parameters": sum(math.prod(variable.shape) for variable in parameters if variable.trainable),
        "layers with weights": len(with_weights),
    }


def precision_settings(model) -> dict:
    """The dtype of what is made from here on, of the weights, and of the computation."""
    dtypes = sorted({name(variable.dtype) for variable in weights_of(model)})
    # differs: PyTorch lowers the precision of a computation by autocast around it, Keras by the policy of each layer.
    compute = sorted({layer.compute_dtype for layer in named_layers(model).values() if weights_of(layer)})
    return {"default dtype": keras.config.floatx(), "dtype of weights": dtypes, "compute dtype": compute}


def weights_of(layer) -> list:
    """Everything in a layer or a model that can train, frozen or not, each once."""
    # Keras moves no variable from this list when a layer is frozen.
    found = [each for inner in layer._flatten_layers() for each in inner._trainable_variables]
    return list({id(variable): variable for variable in found}.values())


def name(dtype) -> str:
    """A dtype as NumPy writes it."""
    return keras.backend.standardize_dtype(dtype)
