"""The settings of PyTorch's loss objects."""

from compare.traces.settings.values import simple


def one_loss(loss) -> tuple[str, dict]:
    """The kind of a loss object, and its settings."""
    kind = type(loss).__name__
    settings = {name: value for name, value in vars(loss).items() if name[0] != "_" and simple(value)}
    settings.pop("training", None)
    settings |= {name: True for name in ("weight", "pos_weight") if getattr(loss, name, None) is not None}
    if kind in ("CrossEntropyLoss", "BCELoss", "BCEWithLogitsLoss"):
        settings["from_logits"] = kind != "BCELoss"
    if settings.get("ignore_index") == -100:  # not a label: nothing is ignored
        settings["ignore_index"] = None
    return kind, settings
