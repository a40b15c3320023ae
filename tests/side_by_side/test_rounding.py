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


def test_gradients_of_two_calls_that_cancel_do_so_up_to_rounding_only():
    layer, one, other = nn.Linear(3, 2).double(), torch.randn(5, 3).double(), torch.randn(5, 3).double()

    def gradient():
        layer.zero_grad()
        (layer(one).mean() - layer(other).mean()).backward()
        return layer.bias.grad.abs().max()

    assert gradient() == 0
    with functions_moved([0], 4):
        assert 0 < gradient() < 16 * EPS


@pytest.mark.parametrize(
    ("layer", "shape"),
    [
        (nn.Conv1d(3, 2, 1), (2, 3, 4)),
        (nn.LSTM(3, 2), (4, 2, 3)),
        (nn.MultiheadAttention(4, 2), (3, 2, 4)),
        (nn.LayerNorm(4), (2, 4)),
    ],
)
def test_what_comes_back_to_every_layer_of_weights_is_moved(layer, shape):
    x = torch.randn(shape).double()
    layer = layer.double()

    def gradients():
        layer.zero_grad()
        output = layer(x, x, x)[0] if isinstance(layer, nn.MultiheadAttention) else layer(x)
        (output[0] if isinstance(output, tuple) else output).square().sum().backward()
        return [weight.grad.clone() for weight in layer.parameters()]

    plain = gradients()
    with functions_moved([0], 1000):
        moved = gradients()
    assert all((one != other).any() for one, other in zip(plain, moved, strict=True))
    torch.testing.assert_close(moved, plain, rtol=1e-9, atol=1e-12)


def test_a_weight_that_is_set_inside_is_as_it_was_in_later_runs():
    layer, x = nn.Linear(3, 2, dtype=torch.float64), torch.arange(3.0, dtype=torch.float64)
    with functions_moved([0], 1000), torch.no_grad():
        layer.weight.copy_(torch.ones(2, 3))
    layer(x).sum().backward()
    assert torch.equal(layer.weight.grad, x.expand(2, 3))


def test_a_gradient_of_a_gradient_goes_through_what_is_moved():
    layer, x = nn.Linear(3, 1).double(), torch.randn(5, 3).double().requires_grad_()
    with functions_moved([0], 4):
        (gradient,) = torch.autograd.grad(layer(x).square().sum(), x, create_graph=True)
        gradient.square().sum().backward()
    assert layer.weight.grad.abs().max() > 0


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
