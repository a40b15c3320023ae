"""The settings of PyTorch's losses, be they objects or functions."""

from functools import partial

from torch.nn import functional
from torch.nn.modules import loss as losses

from compare.traces.settings.loss_calls import LossCalls
from compare.traces.settings.values import LOG_PROBABILITIES, OVER_WEIGHTS, attempt, plain, simple

# What a loss is of, and arguments that PyTorch keeps for old programs.
NO_SETTINGS = {
    "input", "target", "input1", "input2", "x1", "x2", "anchor", "positive", "negative", "var", "log_probs", "targets",
    "input_lengths", "target_lengths", "size_average", "reduce", "training",
}  # fmt: skip
WEIGHTS = {"weight", "pos_weight"}


def one_loss(loss) -> tuple[str, dict]:
    """The kind of a loss object, and its settings."""
    weights = {name: getattr(loss, name, None) for name in WEIGHTS}  # buffers, which are not among its attributes
    return described(type(loss).__name__, vars(loss) | weights)


def described(kind, values) -> tuple[str, dict]:
    """A kind of loss, and the settings among the attributes of its object or the arguments of its function."""
    settings = {name: value for name, value in values.items() if name[0] != "_" and simple(value)}
    settings = {name: value for name, value in settings.items() if name not in NO_SETTINGS | WEIGHTS}
    if _weighs(values.get("weight")):
        # differs: PyTorch divides by the weights of the targets, Keras by the number of examples.
        is_mean = kind in ("CrossEntropyLoss", "NLLLoss") and settings.get("reduction") == "mean"
        settings["weight"] = OVER_WEIGHTS if is_mean else True
    if (pos_weight := values.get("pos_weight")) is not None:
        settings["pos_weight"] = plain(pos_weight.detach().cpu().numpy().tolist())
    if kind in ("CrossEntropyLoss", "BCELoss", "BCEWithLogitsLoss"):
        settings["from_logits"] = kind != "BCELoss"
    if kind == "NLLLoss":
        settings["from_logits"] = LOG_PROBABILITIES
    if settings.get("ignore_index") == -100:  # not a label: nothing is ignored
        settings["ignore_index"] = None
    if kind == "SmoothL1Loss" and settings.get("beta") == 1:  # the same formula
        kind, settings = "HuberLoss", settings | {"delta": settings.pop("beta")}
    return kind, settings


def _weighs(weight) -> bool:
    """Whether this is a weight: ones are none."""
    return weight is not None and not attempt(lambda: bool((weight == 1).all()), False)


def loss_calls() -> LossCalls:
    """What watches the calls of PyTorch's losses: each class calls its function, whose arguments are its settings."""
    classes = [each for each in vars(losses).values() if isinstance(each, type) and issubclass(each, losses._Loss)]
    readers = {}
    for each in classes:
        for name in each.forward.__code__.co_names:
            code = getattr(getattr(functional, name, None), "__code__", None)
            if code is not None:
                readers.setdefault(code, partial(described, each.__name__))
    return LossCalls(readers)
