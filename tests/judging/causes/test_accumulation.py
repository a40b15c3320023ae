"""Gradients of several batches in one update."""

import ast
from types import SimpleNamespace

import numpy as np
import pytest

from compare.judging.causes.accumulation import added_up, applied_once
from compare.judging.causes.code import Code
from compare.judging.causes.passage import Passage
from tests.helpers.passages import statements

LOOP = """def step(weight, batch, optimizer, gradient_of):
    for part in batch:
        gradients = [gradient_of(weight, part)]
        optimizer.apply_gradients(zip(gradients, [weight]))
    return weight
"""


def looped(torch=()):
    code = Code("port.py", LOOP)
    passage = Passage(code, code.tree.body[0].body[0].body[0], torch)
    return [code.with_rewrite(each).text for each in applied_once(passage)]


@pytest.mark.parametrize(("number", "expected"), [(0, 10 - 0.1 * (2 * 10 + 3 * 10)), (1, 10 - 0.1 * 5 * 10 / 2)])
def test_the_weights_move_once_behind_the_loop_by_the_sum_or_the_mean(number, expected):
    weight, updates = np.array(10.0), []

    def apply_gradients(pairs):
        for gradient, each in pairs:
            each -= 0.1 * gradient
            updates.append(gradient)

    scope = {"tf": SimpleNamespace(add_n=sum)}
    exec(looped()[number], scope)
    scope["step"](weight, [2, 3], SimpleNamespace(apply_gradients=apply_gradients), lambda weight, part: part * weight)
    np.testing.assert_allclose(weight, expected)
    assert len(updates) == 1


def test_a_loop_that_pytorch_steps_at_every_turn_stays():
    assert looped(tuple(ast.parse("for part in batch:\n    optimizer.step()").body)) == []


def test_gradients_of_which_keras_takes_the_mean_are_multiplied():
    tf = "y = SGD(0.1, gradient_accumulation_steps=WIDTH); z = tape.gradient(loss, weights)"
    assert statements(added_up, "z = tape.gradient(loss, weights)") == []
    [found] = statements(lambda passage: added_up(_last(passage)), tf)
    assert found.endswith("z = [WIDTH * each for each in tape.gradient(loss, weights)]")


def _last(passage):
    return Passage(passage.code, passage.code.tree.body[-1].body[-1])
