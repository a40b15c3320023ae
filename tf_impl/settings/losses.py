"""The loss objects that a loss is made of, and what they are set to, in PyTorch's terms."""

import functools
import inspect
import types

from keras.losses import Loss

from tf_impl.settings.values import simple


def loss_settings(loss) -> list[tuple[str, str, dict]]:
    """Subject, kind and settings of every loss object that `loss` is or names, in the order in which it names them."""
    function = loss.func if isinstance(loss, functools.partial) else loss
    found = loss_objects(loss, getattr(function, "__module__", None), [])
    return [(f"loss {index}" if index > 1 else "loss", *one_loss(each)) for index, each in enumerate(found, 1)]


def loss_objects(loss, module, seen) -> list:
    """The framework's loss objects in what a function names, and in what the functions of its module name in turn."""
    if any(each is loss for each in seen):
        return []
    seen.append(loss)
    if isinstance(loss, Loss):
        return [loss]
    functions = (types.FunctionType, types.MethodType)
    return [
        found
        for each in named_by(loss)
        if isinstance(each, (Loss, functools.partial)) or (isinstance(each, functions) and each.__module__ == module)
        for found in loss_objects(each, module, seen)
    ]


def named_by(loss) -> list:
    """What a function's closure, globals or object hold of the names that it uses."""
    # differs: PyTorch's functions run as they are written, TensorFlow's may be wrapped by tf.function.
    loss = getattr(loss, "python_function", loss)
    if isinstance(loss, functools.partial):
        return [loss.func, *loss.args, *loss.keywords.values()]
    if isinstance(loss, types.MethodType):
        return [loss.__func__, *vars(loss.__self__).values()]
    if isinstance(loss, types.FunctionType):
        names = inspect.getclosurevars(loss)
        return [*names.nonlocals.values(), *names.globals.values()]
    return [type(loss).__call__, *vars(loss).values()]


def one_loss(loss) -> tuple[str, dict]:
    """PyTorch's name of a loss object, and its settings."""
    config = loss.get_config() | getattr(loss, "_fn_kwargs", {})
    kind = loss_kind(type(loss).__name__, config)
    settings = {name: value for name, value in config.items() if name not in ("name", "axis") and simple(value)}
    settings["reduction"] = {"sum_over_batch_size": "mean", None: "none"}.get(loss.reduction, loss.reduction)
    # differs: PyTorch's cross-entropy takes logits, Keras' probabilities unless from_logits=True.
    # differs: PyTorch leaves labels of -100 out unless told otherwise, Keras none.
    if "ignore_class" in settings:
        settings["ignore_index"] = settings.pop("ignore_class")
    # differs: PyTorch's "mean" of KLDivLoss is over all elements, Keras' over the batch ("batchmean").
    if kind == "KLDivLoss" and settings["reduction"] == "mean":
        settings["reduction"] = "batchmean"
    return kind, settings


def loss_kind(name, config) -> str:
    """PyTorch's name of a kind of loss."""
    if name == "BinaryCrossentropy":
        return "BCEWithLogitsLoss" if config.get("from_logits") else "BCELoss"
    return {
        "CategoricalCrossentropy": "CrossEntropyLoss",
        "SparseCategoricalCrossentropy": "CrossEntropyLoss",
        "MeanSquaredError": "MSELoss",
        "MeanAbsoluteError": "L1Loss",
        "Huber": "HuberLoss",
        "KLDivergence": "KLDivLoss",
        "Poisson": "PoissonNLLLoss",
        "CTC": "CTCLoss",
    }.get(name, name)
