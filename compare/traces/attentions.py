"""Query, key and value of an attention, which one side keeps in one tensor and the other in three.

Notice that names say which is which: an attention's output has the shape of its query. The judge proves it by a probe.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from compare.traces.fitting import AS_IT_IS, TRANSPOSED, Shape, is_moved, layouts
from compare.traces.loose import OWN
from compare.traces.names import words
from compare.traces.weights import Tensor, WeightGroup

PARTS = ({"q", "wq", "query"}, {"k", "wk", "key"}, {"v", "wv", "value"})

Three = list[Tensor]
Written = dict[str, str]  # tf names, and the expression of torch's that each corresponds to


def fused_attentions(torch: Sequence[WeightGroup], tf: Sequence[WeightGroup]) -> Written:
    """Which part of torch's tensor each of three is, and three of torch's that are one of tf; in order.

    Nothing where one side has more or fewer of a size than the other: then it is not known which these are.
    """
    own = {one.name for group in (*torch, *tf) if group.kind in OWN for one in group.tensors.values()}
    found: Written = {}
    for wholes, parts, written in ((torch, tf, _sliced), (tf, torch, _joined)):
        for whole, three, axis in _in_order(wholes, parts):
            found |= written(whole, three, axis, own)
    return found


def _in_order(wholes: Sequence[WeightGroup], parts: Sequence[WeightGroup]) -> Iterator[tuple[Tensor, Three, int]]:
    """Each tensor with the three that fill it, and along which axis."""
    threes = _threes(parts)
    for shape in dict.fromkeys(three[0].shape for three in threes):
        alike = [three for three in threes if three[0].shape == shape]
        filled = [(whole, axis) for whole in _weights(wholes) if (axis := _axis(whole.shape, shape)) is not None]
        if len(filled) == len(alike):
            yield from ((whole, three, axis) for (whole, axis), three in zip(filled, alike, strict=True))


def _weights(groups: Sequence[WeightGroup]) -> list[Tensor]:
    """Those that are whole: PyTorch's own attention is listed in slices already."""
    return [one for group in groups for one in group.tensors.values() if not one.buffer and "[" not in one.name]


def _threes(groups: Sequence[WeightGroup]) -> list[Three]:
    """The query, key and value of each layer, as their names say."""
    layers: dict[tuple, Three] = {}
    for one in _weights(groups):
        *outer, _, role = ["", *one.name.split(".")]
        layers.setdefault((*outer, role, one.shape), []).append(one)
    named = ([[one for one in layer if words(_inner(one)) & part] for part in PARTS] for layer in layers.values())
    return [[one for [one] in parts] for parts in named if all(len(ones) == 1 for ones in parts)]


def _inner(one: Tensor) -> str:
    """The name of the innermost layer; of a weight without one, its own."""
    return one.name.split(".")[-2] if "." in one.name else one.name


def _axis(whole: Shape, part: Shape) -> int | None:
    """The axis along which three of the parts fill the whole; None where they do not."""
    axes = range(min(len(whole), 2)) if len(whole) == len(part) else ()
    return next((axis for axis in axes if whole[axis] % 3 == 0 and layouts(_third(whole, axis), part)), None)


def _third(whole: Shape, axis: int) -> Shape:
    return (*whole[:axis], whole[axis] // 3, *whole[axis + 1 :])


def _sliced(whole: Tensor, three: Three, axis: int, own: Collection[str]) -> Written:
    """The outputs of the whole are along the axis; of a layer with a rule they are its rows."""
    size, before, written = whole.shape[axis] // 3, ":, " * axis, {}
    for number, part in enumerate(three):
        layout = _layout(layouts(_third(whole.shape, axis), part.shape), axis != _outputs(part, own))
        written[part.name] = f"{whole.name}[{before}{number * size}:{(number + 1) * size}]{layout}"
    return written


def _joined(whole: Tensor, three: Three, axis: int, own: Collection[str]) -> Written:
    rows = [part.name + (TRANSPOSED if _outputs(part, own) else AS_IT_IS) for part in three]
    return {whole.name: f"cat({', '.join(rows)})" + (TRANSPOSED if axis else AS_IT_IS)}


def _outputs(part: Tensor, own: Collection[str]) -> int:
    """The axis of the outputs: the kernel of a layer without a rule is (in, out)."""
    return int(part.name in own and len(part.shape) > 1)


def _layout(fitting: list[str], moved: bool) -> str:
    return next((layout for layout in fitting if is_moved(layout) == moved), fitting[0])
