"""What is a weight on one side and a buffer on the other is named, counted, and shown as a weight."""

import numpy as np
import pytest

from compare.traces.held_otherwise import update_of, weights_alone, weights_of_one_side
from compare.traces.model import RecordedModel
from compare.traces.pairing import pair
from compare.traces.step import END
from compare.traces.weights import Tensor, WeightGroup


def model(**buffers):
    """A model of single tensors by name, each a buffer or not, the layer `fc` first."""
    fc = WeightGroup("Linear", "fc", {"weight": Tensor("fc.weight", (2, 3), False, True)})
    own = [
        WeightGroup("Buffer" if buffer else "Parameter", name, {"weight": Tensor(name, (3, 2), buffer, not buffer)})
        for name, buffer in buffers.items()
    ]
    return RecordedModel([fc, *own], {}, [], [])


@pytest.mark.parametrize(("torch", "tf", "alone"), [(False, True, (6, 0)), (True, False, (0, 6))])
def test_an_average_is_a_weight_of_one_side_and_a_buffer_of_the_other(torch, tf, alone):
    pairing = pair(model(copy=torch), model(mean=tf), (("mean", "copy"),))
    assert weights_of_one_side(pairing) == {"copy"}
    assert weights_alone(pairing) == alone


@pytest.mark.parametrize("buffer", [True, False])
def test_what_both_sides_hold_alike_is_not_named(buffer):
    pairing = pair(model(copy=buffer), model(mean=buffer), (("mean", "copy"),))
    assert not weights_of_one_side(pairing)
    assert weights_alone(pairing) == (0, 0)


def test_a_part_of_a_weight_is_held_as_the_whole():
    """One side keeps in one tensor what the other has in two buffers."""
    torch = RecordedModel(
        [WeightGroup("Parameter", "both", {"weight": Tensor("both", (2, 3), False, True)})], {}, [], []
    )
    parts = [WeightGroup("Buffer", name, {"weight": Tensor(name, (1, 3), True, False)}) for name in ("one", "two")]
    pairing = pair(torch, RecordedModel(parts, {}, [], []), (("one", "both[0:1]"), ("two", "both[1:2]")))
    assert weights_of_one_side(pairing) == {"both[0:1]", "both[1:2]"}
    assert weights_alone(pairing) == (6, 0)


def test_the_update_of_a_buffer_is_what_a_step_adds_to_it():
    trace = {(0, "weights", "mean"): np.ones(2), (0, "buffer", "mean"): np.full(2, 4.0), (END, "buffer", "mean"): 5.0}
    assert update_of(trace, 0, "mean").tolist() == [3.0, 3.0]
    assert update_of(trace, END, "mean") == 5.0
    assert update_of({(0, "buffer", "mean"): np.ones(2)}, 0, "mean") is None
