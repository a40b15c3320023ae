"""The settings of recurrent layers and attention, in PyTorch's terms."""

from tf_impl.keras_versions import like
from tf_impl.layers.recurrent import GRU, RNN, RNNBase


def recurrent(layer, before) -> dict:
    """A recurrent layer or a cell of one."""
    if isinstance(layer, RNNBase):
        return _after_torch(layer)
    both = like(layer, "Bidirectional")
    one = layer.forward_layer if both else layer
    cell = getattr(one, "cell", one)
    cells = getattr(cell, "cells", [cell])
    settings = {
        "hidden_size": cells[0].units,
        "num_layers": len(cells),
        "dropout between layers": 0.0,
        "input dropout": cells[0].dropout,
        "recurrent dropout": cells[0].recurrent_dropout,
        "bidirectional": both,
        "merge of directions": {"concat": "side by side"}.get(layer.merge_mode, layer.merge_mode) if both else None,
        "proj_size": 0,
        "batch_first": True,
        "biases": ("two" if getattr(cells[0], "reset_after", False) else "one") if cells[0].use_bias else "none",
        "stateful": getattr(one, "stateful", False),
        "reversed": getattr(one, "go_backwards", False),
    }
    return settings | gates(cells[0])


def _after_torch(layer) -> dict:
    """A recurrent layer of our own."""
    settings = {
        "hidden_size": layer.hidden_size,
        "num_layers": layer.num_layers,
        "bidirectional": layer.bidirectional,
        "merge of directions": "side by side" if layer.bidirectional else None,
        "batch_first": True,
        "biases": "two",
    }
    if isinstance(layer, RNN):
        return settings | {"activation": layer.nonlinearity}
    settings |= {"activation": "tanh", "recurrent activation": "sigmoid"}
    return settings | ({"reset gate": "after the matrix product"} if isinstance(layer, GRU) else {})


def gates(layer) -> dict:
    """The activations of the gates, and where a GRU's reset gate acts."""
    settings = {"activation": layer.activation.__name__}
    if hasattr(layer, "recurrent_activation"):
        settings["recurrent activation"] = layer.recurrent_activation.__name__
    if hasattr(layer, "reset_after"):
        settings["reset gate"] = f"{'after' if layer.reset_after else 'before'} the matrix product"
    return settings


def attention(layer, before) -> dict:
    """Attention with several heads."""
    config = layer.get_config()
    return {
        "num_heads": config["num_heads"],
        "head size": config["key_dim"],
        "value head size": config["value_dim"],
        "bias": config["use_bias"],
        "dropout": config["dropout"],
        "batch_first": True,
        "use_gate": config.get("use_gate", False),
        "sliding_window": config.get("sliding_window"),
    }
