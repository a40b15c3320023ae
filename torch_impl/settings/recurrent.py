"""The settings of recurrent layers and attention, in PyTorch's terms."""

from torch import nn


def recurrent(layer, before) -> dict:
    """A recurrent layer or a cell of one."""
    whole = isinstance(layer, nn.RNNBase)
    settings = {
        "hidden_size": layer.hidden_size,
        "num_layers": layer.num_layers if whole else 1,
        "dropout between layers": layer.dropout if whole and layer.num_layers > 1 else 0.0,
        "input dropout": 0.0,
        "recurrent dropout": 0.0,
        "bidirectional": whole and layer.bidirectional,
        "merge of directions": "side by side" if whole and layer.bidirectional else None,
        "proj_size": layer.proj_size if whole else 0,
        "batch_first": layer.batch_first if whole else True,
        "biases": "two" if layer.bias else "none",
        "stateful": False,
        "reversed": False,
    }
    return settings | gates(layer)


def gates(layer) -> dict:
    """The activations of the gates, and where a GRU's reset gate acts."""
    if isinstance(layer, (nn.RNN, nn.RNNCell)):
        return {"activation": layer.nonlinearity}
    settings = {"activation": "tanh", "recurrent activation": "sigmoid"}
    if isinstance(layer, (nn.GRU, nn.GRUCell)):
        settings["reset gate"] = "after the matrix product"
    return settings


def attention(layer, before) -> dict:
    """Attention with several heads."""
    return {
        "num_heads": layer.num_heads,
        "head size": layer.head_dim,
        "value head size": layer.head_dim,
        "bias": layer.in_proj_bias is not None,
        "dropout": layer.dropout,
        "batch_first": layer.batch_first,
        "add_bias_kv": layer.bias_k is not None,
        "add_zero_attn": layer.add_zero_attn,
    }
