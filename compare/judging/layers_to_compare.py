"""Which layer of tf's is held against which of torch's by its settings, where one is several of the other side's."""

from __future__ import annotations

from collections.abc import Sequence

from compare.judging.settings import SettingRow, compare_settings
from compare.traces.header import Setting
from compare.traces.pairing import Pairing

RECURRENT = ("RNN", "LSTM", "GRU")
OF_WINDOWS = ("kernel_size", "stride", "dilation", "padding", "padding_mode")


def rows_of_layers(torch: Sequence[Setting], tf: Sequence[Setting], pairing: Pairing) -> list[SettingRow]:
    """The rows of all settings; each layer of a stack of Keras' has some, and each half of a separable convolution.

    That is a depthwise convolution and a pointwise one in PyTorch: its windows are those of the first.
    """
    halves = _depthwise(pairing)
    rows = compare_settings(torch, tf, _stacked(pairing) | pairing.all_layers)
    rows = [row for row in rows if not (row.tf_subject in halves and row.setting in (*OF_WINDOWS, "groups"))]
    of_windows = compare_settings(torch, tf, halves) if halves else []
    return rows + [row for row in of_windows if row.tf_subject in halves and row.setting in OF_WINDOWS]


def _stacked(pairing: Pairing) -> dict[str, str]:
    """Keras' recurrent layers and PyTorch's, which may hold several."""
    return {
        pairing.tf.layer_of(tf): pairing.torch.layer_of(torch)
        for torch, tf in pairing.pairs
        if torch.kind == tf.kind and torch.kind.split()[0] in RECURRENT
    }


def _depthwise(pairing: Pairing) -> dict[str, str]:
    """Keras' layers of which a depthwise convolution of PyTorch's is the first half."""
    return {
        layer: pairing.torch.layer_of(torch)
        for torch, tf in pairing.pairs
        if tf.path == f"{(layer := pairing.tf.layer_of(tf))}.depthwise"
    }
