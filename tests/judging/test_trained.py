"""Whether a weight trains is what a step does to it: a flag alone is no difference."""

import numpy as np
import pytest

from compare.judging.settings import SettingRow
from compare.judging.trained import without_flags_alone
from compare.traces.trace import TracePair


class Recorded(dict):
    """The recorded tensors of a side, by (step, stage, tensor), as a Trace has them."""

    keys = property(list)


def side(**layers):
    """A side whose first step moves each layer's weight by the first number, of a gradient of the second, if any."""
    found = Recorded({(0, "update", "head.weight"): np.ones(2)})
    for layer, (update, *gradient) in layers.items():
        found[0, "update", f"{layer}.weight"] = np.full(2, update)
        found |= {(0, "gradient", f"{layer}.weight"): np.full(2, each) for each in gradient}
    return found


FLAGS = SettingRow("copy", "Linear", "trainable", True, False, "differs", "")
COUNT = SettingRow("model", "Net", "trainable parameters", 4, 2, "differs", "")
BIAS = SettingRow("copy", "Linear", "bias", True, False, "differs", "")
MORE = SettingRow("model", "Net", "parameters", 4, 2, "differs", "")


def kept(torch, tf, *rows, verdict="diverged"):
    return without_flags_alone(rows, TracePair(torch, tf), verdict)


@pytest.mark.parametrize("verdict", ["diverged", "equivalent"])
@pytest.mark.parametrize(
    ("torch", "tf"),
    [
        ((0.5,), (0.5,)),  # an average, moved by hand
        ((0.5,), (0.25, 1.0)),  # moved by different amounts
        ((0.0,), (0.0,)),  # neither side's optimizer has it
        ((0.0, 1.0), (0.0,)),  # one side computes a gradient, which nothing uses
    ],
)
def test_a_flag_is_no_difference_where_both_sides_move_the_weight_or_neither_does(torch, tf, verdict):
    assert kept(side(copy=torch), side(copy=tf), FLAGS, COUNT, BIAS, verdict=verdict) == [BIAS]


def test_a_flag_stays_where_one_side_moves_the_weight():
    rows = [FLAGS, COUNT]
    assert kept(side(copy=(0.5, 1.0)), side(copy=(0.0,)), *rows) == rows


def test_a_gradient_of_zero_does_not_tell_whether_a_weight_trains():
    both = [side(copy=(0.0, 0.0)), side(copy=(0.0,))]
    assert kept(*both, FLAGS, COUNT) == [FLAGS, COUNT]
    both = [side(copy=(0.0, 0.0)), side(copy=(0.0, 0.0))]
    assert kept(*both, FLAGS, COUNT) == [FLAGS, COUNT]
    assert kept(*both, FLAGS, COUNT, verdict="equivalent") == []


def test_a_step_that_moves_nothing_does_not_tell_either():
    still = Recorded({(0, "update", "copy.weight"): np.zeros(2)})
    assert kept(still, still, FLAGS, COUNT) == [FLAGS, COUNT]


def test_the_number_of_weights_that_train_stays_where_one_side_has_more():
    both = [side(copy=(0.5,)), side(copy=(0.5,))]
    assert kept(*both, COUNT, MORE) == [COUNT, MORE]
    assert kept(*both, COUNT) == []


def test_a_frozen_batch_norm_of_keras_is_another_layer_while_the_sides_part():
    norm = SettingRow("copy", "BatchNorm", "trainable", True, False, "differs", "")
    both = [side(copy=(0.0,)), side(copy=(0.0,))]
    assert kept(*both, norm) == [norm]
    assert kept(*both, norm, verdict="equivalent") == []


def test_a_weight_that_is_shown_as_an_expression_is_of_its_layer():
    torch = Recorded({(0, "update", "copy.weight.T"): np.ones(2)})
    assert kept(torch, torch, FLAGS) == []
