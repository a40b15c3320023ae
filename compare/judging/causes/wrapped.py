"""A layer of Keras' among others that make it PyTorch's: what pads before it, crops behind it, or turns the axes.

Notice padding="same", which is another padding than PyTorch's number wherever it is uneven, wherever it counts in a
mean, and wherever a transposed convolution crops.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from compare.judging.causes.code import Rewrite
from compare.judging.causes.keras_arguments import arguments_of, with_arguments, written
from compare.judging.causes.passage import Passage, name_called
from compare.judging.causes.scope import with_imports
from compare.judging.settings import SettingRow

OF_PADDING = ("padding", "output_padding", "padding_mode", "count_include_pad", "ceil_mode")
BY_LAYERS = (*OF_PADDING, "batch_first")  # what no argument of Keras' sets
WINDOWED = re.compile(r"(Max|Average|Avg|Depthwise|Separable)?(Pool|Pooling|Conv|Convolution)([123])D(Transpose)?")
RECURRENT = ("Bidirectional", "GRU", "LSTM", "RNN", "SimpleRNN")
MODES = {"reflect": "REFLECT", "replicate": "SYMMETRIC"}  # the second is the same for one pixel only
TIME_AND_BATCH = "keras.layers.Lambda(lambda x: tf.transpose(x, (1, 0, 2)))"


def wrapped_alike(
    passage: Passage, call: ast.Call, rows: Sequence[SettingRow], every: Iterable[SettingRow]
) -> Iterator[Rewrite]:
    """A call that makes a layer, in the place of which several layers compute what these settings of PyTorch's say.

    `every` are all settings, of which those of the same layer count, that agree too.
    """
    apart = [row.setting for row in rows if row.setting in BY_LAYERS]
    of_layer = {row.setting: row.torch for row in (*every, *rows) if row.subject == rows[0].subject}
    said = f"has {' and '.join(f'{row.setting} {row.tf} where PyTorch has {row.torch}' for row in rows)}"
    made: Iterable[str] = ()
    if set(apart) & set(OF_PADDING):
        made = _padded(passage, call, arguments_of(rows), of_layer)
    elif apart and name_called(call) in RECURRENT:
        made = [_time_first(passage, call)]
    for new in made:
        yield with_imports(passage, Rewrite(call, new, said, 0))


def _time_first(passage: Passage, call: ast.Call) -> str:
    text = passage.code.piece(call)
    behind = [TIME_AND_BATCH] if re.search(r"return_sequences\s*=\s*True", text) else []
    return in_sequence([TIME_AND_BATCH, text, *behind])


def _padded(passage: Passage, call: ast.Call, arguments: dict[str, str], torch: Mapping[str, Any]) -> Iterator[str]:
    """Without padding of its own, behind what pads as PyTorch does; where it is known, and a number."""
    kind, zeros = WINDOWED.fullmatch(name_called(call)), torch.get("padding")
    if kind is None or not isinstance(zeros, list):
        return
    plain = with_arguments(passage.code, call, {**arguments, "padding": '"valid"'})
    first = any(each.arg == "data_format" and "first" in passage.code.piece(each) for each in call.keywords)
    layout = ', data_format="channels_first"' if first else ""
    if kind[4]:
        cropped = [(each, each - more) for each, more in zip(zeros, torch.get("output_padding", zeros), strict=True)]
        if all(each >= 0 for pair in cropped for each in pair):
            yield in_sequence([plain, f"keras.layers.Cropping{kind[3]}D({_of_axes(cropped)}{layout})"])
    elif not any(zeros) and not torch.get("ceil_mode"):
        yield plain
    elif kind[1] in ("Average", "Avg") and torch.get("count_include_pad") is False:
        yield _mean_of_what_is_there(_ends(zeros, 0, first), torch, first)
    else:
        yield in_sequence([_padding(kind, zeros, torch, first, layout), plain])


def _padding(kind: re.Match[str], zeros: list[int], torch: Mapping[str, Any], first: bool, layout: str) -> str:
    """The layer that pads: with zeros, with what never is the largest, or with the image itself."""
    mode = torch.get("padding_mode", "zeros")
    if kind[1] != "Max" and mode == "zeros":
        return f"keras.layers.ZeroPadding{kind[3]}D({_of_axes([(each, each) for each in zeros])}{layout})"
    more = max(torch["stride"]) - 1 if torch.get("ceil_mode") and "stride" in torch else 0
    how = f'mode="{MODES.get(mode, mode)}"' if mode != "zeros" else "constant_values=x.dtype.min"
    return f"keras.layers.Lambda(lambda x: tf.pad(x, {_ends(zeros, more, first)}, {how}))"


def _mean_of_what_is_there(ends: str, torch: Mapping[str, Any], first: bool) -> str:
    layout = f', data_format="NC{"DHW"[-len(torch["stride"]) :]}"' if first else ""
    mean = f'tf.nn.avg_pool({{}}, {torch["kernel_size"]}, {torch["stride"]}, "VALID"{layout})'
    given, there = (mean.format(f"tf.pad({each}, {ends})") for each in ("x", "tf.ones_like(x)"))
    return f"keras.layers.Lambda(lambda x: {given} / {there})"


def _ends(zeros: list[int], more: int, first: bool) -> str:
    """What is padded before and behind each axis, as tf.pad takes it."""
    inner = [[each, each + more] for each in zeros]
    return str([[0, 0], *([[0, 0], *inner] if first else [*inner, [0, 0]])])


def _of_axes(pairs: Sequence[tuple[int, int]]) -> str:
    """The same, as Keras' padding and cropping layers take it."""
    if len({each for pair in pairs for each in pair}) == 1:
        return written(pairs[0][0])
    return written(pairs[0] if len(pairs) == 1 else tuple(pairs))


def in_sequence(layers: Sequence[str]) -> str:
    """Several layers as one."""
    return f"keras.Sequential([{', '.join(layers)}])"
