"""Layers that a step shows to be each other's partners: their outputs are equal, and those of the present partners not.

So it is with normalisations that begin alike: which of them is which changes no number before they are trained.
"""

from __future__ import annotations

import numpy as np

from compare.judging import tolerances
from compare.judging.difference import difference_in_any_layout
from compare.traces.pairing import Pairing
from compare.traces.trace import Trace


def by_outputs(pairing: Pairing, torch: Trace, tf: Trace) -> Pairing:
    """The pairing under which layers that could be paired crosswise have equal outputs, as far as there is one."""
    for group in pairing.alike:
        for place in group:
            if not _equal(pairing, place, place, torch, tf):
                later = (other for other in group if other > place)
                partner = next((other for other in later if _equal(pairing, other, place, torch, tf)), None)
                pairing = pairing if partner is None else pairing.crosswise(place, partner)
    return pairing


def _equal(pairing: Pairing, torch_place: int, tf_place: int, torch: Trace, tf: Trace) -> bool:
    """Whether the outputs of a layer of torch and of one of tf agree, or one has none to be compared.

    Of partners that each side calls in an order of its own, those calls are compared that are each other's.
    """
    tf_layer = pairing.tf.layer_of(pairing.pairs[tf_place][1])
    layer = pairing.torch.layer_of(pairing.pairs[torch_place][0])
    of_torch = _output(torch, pairing.calls.get(tf_layer, layer) if torch_place == tf_place else layer)
    of_tf = _output(tf, tf_layer)
    if of_torch is None or of_tf is None:
        return torch_place == tf_place
    return difference_in_any_layout(of_torch, of_tf, tolerances.SAME_PART).max_rel <= tolerances.SAME_PART


def _output(trace: Trace, layer: str) -> np.ndarray | None:
    return trace.get((0, "forward", layer))
