"""A normalisation that runs as in evaluation on one side: its running statistics stand still while the other's move."""

from __future__ import annotations

from compare.judging.moved_buffers import moved_buffers
from compare.judging.stages import StageRow
from compare.running.request import SIDES
from compare.traces.step import END, Step
from compare.traces.trace import Trace, TracePair

IN_EVALUATION_MODE = "in evaluation mode: "
STATISTICS = ("running_mean", "running_var")
# differs: a PyTorch model is put into a mode; Keras' is called in one, and outside of fit in evaluation by default.
CURES = {
    "torch": "call model.train() before the step",
    "tf": "call the model with training=True in the step, and hand `training` on to its layers",
}
# Of a layer whose weights neither side trains, it is not known which of the two is meant.
KEPT = {
    "torch": "put the layer into evaluation mode in torch, behind every model.train()",
    "tf": "set the layer's trainable to False in tf, or call it with training=False",
}
MOVED = {
    "torch": "leave it in training mode in torch",
    "tf": "leave it trainable in tf, call it with training=True, and keep its weights from the optimizer",
}


def say_mode(pair: TracePair, first: StageRow | None) -> list[str]:
    """The finding where the first step that parts moves the running statistics of one side only, and of no layer of the
    other; empty otherwise."""
    if first is None or first.step is END or first.stage not in ("forward", "loss", "gradient", "buffer"):
        return []
    moved = [_moved(trace, first.step) for trace in pair]
    for still, moving, side, other in ((0, 1, *SIDES), (1, 0, *SIDES[::-1])):
        layers = [layer for layer, moves in moved[still].items() if not moves and moved[moving].get(layer)]
        if layers and not any(moved[still].values()):
            more = f" and {len(layers) - 1} more" if len(layers) > 1 else ""
            return [
                f"{IN_EVALUATION_MODE}the running statistics of {layers[0]}{more} stand still on {side}'s side in step "
                f"{first.step}, and move on {other}'s, which normalises by the batch: "
                + _cure(side, other, all(_is_frozen(trace, layers[0], first.step) for trace in pair))
            ]
    return []


def _cure(still: str, moving: str, is_frozen: bool) -> str:
    if not is_frozen:
        return CURES[still]
    return (
        "no side trains the weights of this layer; if its statistics are to stand still as well, "
        f"{KEPT[moving]}; else {MOVED[still]}"
    )


def _is_frozen(trace: Trace, layer: str, step: Step) -> bool:
    """Whether a layer has weights, and a step gives none of them a gradient, nor another value."""
    names = [f"{layer}.{role}" for role in ("weight", "bias")]
    updates = [update for name in names if (update := trace.get((step, "update", name))) is not None]
    has_gradient = any((step, "gradient", name) in trace for name in names)
    return bool(updates) and not has_gradient and not any(update.any() for update in updates)


def _moved(trace: Trace, step: Step) -> dict[str, bool]:
    """Whether a step moved the running statistics of each layer."""
    found: dict[str, bool] = {}
    for name, moves in moved_buffers(trace, step).items():
        layer, _, role = name.rpartition(".")
        if role in STATISTICS:
            found[layer] = found.get(layer, False) or moves
    return found
