"""What both sides have on the ways to two values, and what only one of them goes on from."""

import numpy as np

from compare.judging.in_common import in_common
from compare.judging.line import PARTS, compared
from tests.helpers.parted_steps import SQUARES, X, Y, begun, found
from tests.helpers.recorded_operations import Recorded


def test_what_the_other_side_computes_elsewhere_is_not_what_both_go_on_from():
    """A key that one side normalises only for the queue that it is kept in."""
    (torch, squares), (tf, others) = begun()
    unit = SQUARES / np.linalg.norm(SQUARES, axis=1, keepdims=True)
    scaled = torch.run(12, [squares], unit, "aten.div.Tensor")
    torch.run(14, [torch.run(13, [scaled, torch.enter(X)], unit * X, "mul")], (unit * X).sum(), "sum")
    tf.run(23, [tf.run(22, [others, tf.enter(X)], SQUARES * X, "Mul")], (SQUARES * X).sum(), "Sum")
    tf.run(24, [others], unit, "RealDiv")  # for the queue
    lines = found(torch, tf, ((unit * X).sum(), (SQUARES * X).sum()))
    assert {("torch", 12), ("tf", 22)} <= {each[1:3] for each in lines if each[0] == PARTS}


def test_what_both_were_given_is_in_common_wherever_it_is_used():
    torch, tf = Recorded(), Recorded()
    for side in (torch, tf):
        side.enter(X), side.enter(Y)
    ends = torch.run(1, [0], np.tanh(X), "tanh"), tf.run(1, [1], np.tanh(Y), "Tanh")
    torch.run(2, [1], np.sin(Y), "sin"), tf.run(2, [1], np.sin(Y), "Sin")
    step = compared(torch.end(), tf.end(), 1e-10)
    both = in_common(step, *ends).both
    assert {step.alike.torch[0], step.alike.torch[1]} <= both
    assert both == step.alike.both - {step.alike.torch[3]}  # the sine, of which neither makes its value


def test_what_takes_one_of_two_values_that_the_other_side_has_too_is_named_beside_what_makes_it():
    """A sample, which both draw, where the other side takes the chances."""
    (torch, squares), (tf, others) = begun()
    sample = (SQUARES > 1).astype(float)
    drawn = torch.run(12, [squares], sample, "aten.gt")
    torch.run(14, [torch.run(13, [drawn, torch.enter(X)], sample - X, "sub")], (sample - X).sum(), "sum")
    tf.run(22, [others], sample, "Greater")  # for something else
    tf.run(24, [tf.run(23, [others, tf.enter(X)], SQUARES - X, "Sub")], (SQUARES - X).sum(), "Sum")
    lines = found(torch, tf, ((sample - X).sum(), (SQUARES - X).sum()))
    assert {("torch", 12), ("torch", 13), ("tf", 23)} <= {each[1:3] for each in lines if each[0] == PARTS}
