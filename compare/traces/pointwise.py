"""A convolution of single positions and a dense layer are the same layer: (out, in, 1, 1) beside (out, in).

They are paired so where the sides do not have as many of each kind: then no layer of its own kind is left for one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from compare.traces.fitting import layouts
from compare.traces.loose import Loose
from compare.traces.matching import fits, match, of_a_shape
from compare.traces.weights import WeightGroup

LINEAR, CONVOLUTIONS, WEIGHT = "Linear", ("Conv1d", "Conv2d", "Conv3d"), "weight"


def match_pointwise(torch: Sequence[WeightGroup], tf: Sequence[WeightGroup], named: bool) -> Loose:
    """Pair dense layers and convolutions of single positions of one size; the layout is that of torch's weight."""
    of_torch, of_tf = ([(flat, group) for group in side if (flat := _as_dense(group))] for side in (torch, tf))
    own = {id(flat): group for flat, group in (*of_torch, *of_tf)}
    kinds = [Counter((flat.tensors[WEIGHT].shape, group.kind) for flat, group in side) for side in (of_torch, of_tf)]
    mixed = {shape for shape, kind in kinds[0] | kinds[1] if kinds[0][shape, kind] != kinds[1][shape, kind]}
    left, right = ([one for one, _ in side if one.tensors[WEIGHT].shape in mixed] for side in (of_torch, of_tf))
    pairs = [(own[id(one)], own[id(other)]) for one, other in match(left, right, fits, of_a_shape, named)]
    weights = [(one.tensors[WEIGHT], other.tensors[WEIGHT]) for one, other in pairs]
    return Loose(pairs, {other.name: layouts(one.shape, other.shape)[0] for one, other in weights})


def _as_dense(group: WeightGroup) -> WeightGroup | None:
    """The group with a weight (out, in); None where it is another layer, or its windows are larger."""
    weight = group.tensors.get(WEIGHT)
    if weight is None or group.kind == LINEAR:
        return group if weight else None
    if group.kind not in CONVOLUTIONS or {*weight.shape[2:]} != {1}:
        return None
    flat = replace(weight, shape=weight.shape[:2])
    return replace(group, kind=LINEAR, tensors={**group.tensors, WEIGHT: flat})
