"""The words that both sides use for an optimizer's formula."""

from compare.traces.settings.values import UNREADABLE

# Where PyTorch's formulas add epsilon (torch.optim's documentation of each).
EPSILON_OF_PYTORCH = {
    "Adam": "after the bias correction",
    "AdamW": "after the bias correction",
    "NAdam": "after the bias correction",
    "RMSprop": "outside the root",
    "Adagrad": "outside the root",
    "Adadelta": "inside the root",
    "Adamax": "inside the maximum",
}


def decay_kind(kind: str, settings: dict, decoupled: bool) -> str | None:
    """How the weights decay; None where they do not, or where both kinds are the same (SGD without momentum)."""
    if settings.get("weight_decay") in (None, 0, UNREADABLE) or (kind == "SGD" and not settings.get("momentum")):
        return None
    return "decoupled" if decoupled else "L2, into the gradient"
