"""What PyTorch's functions put out, and what goes back through them, where they round otherwise."""

import numpy as np
import pytest
import torch
from torch import nn

from torch_impl.rounding import functions_moved

EPS = np.finfo(np.float64).eps


def saturated():
    return torch.full((1000,), 25.0, dtype=torch.float64, requires_grad=True)  # tanh of which is 1 in float64


def test_what_is_put_out_moves_towards_zero_by_no_more_than_is_said():
    with functions_moved([0], 4):
        moved = torch.tanh(saturated()).detach().numpy()
    assert ((moved >= 1 - 4 * EPS) & (moved <= 1)).all()
    assert len(np.unique(moved)) > 2


def test_the_gradient_of_a_saturated_unit_is_of_what_it_was_moved_to():
    x = saturated()
    with functions_moved([0], 4):
        y = torch.tanh(x)
    y.sum().backward()
    np.testing.assert_allclose(x.grad, 1 - y.detach() ** 2, rtol=1e-14)
    assert x.grad.max() > 0
    plain = saturated()
    torch.tanh(plain).sum().backward()
    assert plain.grad.max() == 0


@pytest.mark.parametrize("function", [nn.Tanh(), torch.sigmoid, torch.Tensor.tanh_, nn.GELU(), nn.LogSoftmax(-1)])
def test_modules_methods_and_those_in_place_are_moved_too(function):
    x = torch.linspace(-3, 3, 50, dtype=torch.float64)
    with functions_moved([0], 1000):
        moved = function(x.clone())
    plain = function(x.clone())
    assert (moved != plain).any()
    torch.testing.assert_close(moved, plain, rtol=2000 * EPS, atol=0)


def test_the_same_seed_moves_alike_and_another_otherwise():
    def moved(*seed):
        with functions_moved(seed, 4):
            return torch.sigmoid(torch.zeros(100))

    assert torch.equal(moved(0, 1), moved(0, 1))
    assert not torch.equal(moved(0, 1), moved(0, 2))


def test_neither_arithmetic_nor_whole_numbers_nor_what_is_computed_outside_is_moved():
    x, whole = torch.rand(100), torch.arange(100)
    with functions_moved([0], 1000):
        assert torch.equal(x * 2 + 1, torch.add(2 * x, 1))
        assert torch.equal(whole.sum(), torch.tensor(4950))
    assert torch.equal(torch.tanh(x), torch.tanh(x))


def test_a_compiled_function_keeps_its_values_but_for_rounding():
    x = torch.linspace(1, 3, 50, dtype=torch.float64)
    compiled = torch.compile(lambda x: torch.tanh(x), backend="eager")
    with functions_moved([0], 1000):
        within = compiled(x), compiled(2 * x)
    torch.testing.assert_close(within, (torch.tanh(x), torch.tanh(2 * x)), rtol=2000 * EPS, atol=0)


def test_what_is_mapped_and_differentiated_by_functions_is_moved_too():
    def loss(weights, row):
        return torch.tanh(row @ weights).sum()

    weights, rows = torch.ones(3, dtype=torch.float64), torch.full((4, 3), 9.0, dtype=torch.float64)
    with functions_moved([0], 4):
        gradients = torch.func.vmap(torch.func.grad(loss), (None, 0))(weights, rows)
    assert gradients.shape == (4, 3)
    assert 0 < gradients.max() < 100 * EPS
