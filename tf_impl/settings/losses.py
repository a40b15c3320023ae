"""The settings of Keras' loss objects, in PyTorch's terms."""

from compare.traces.settings.values import simple
from tf_impl.keras_internals import loss_arguments


def one_loss(loss) -> tuple[str, dict]:
    """PyTorch's name of a loss object, and its settings."""
    config = loss.get_config() | loss_arguments(loss)
    kind = loss_kind(type(loss).__name__, config)
    settings = {name: value for name, value in config.items() if name not in ("name", "axis") and simple(value)}
    settings["reduction"] = {"sum_over_batch_size": "mean", None: "none"}.get(loss.reduction, loss.reduction)
    if "ignore_class" in settings:
        settings["ignore_index"] = settings.pop("ignore_class")
    # Keras' mean is over the batch, PyTorch's "mean" over all elements.
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
