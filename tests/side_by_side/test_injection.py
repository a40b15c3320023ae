"""What is added to PyTorch's run of one step, and where it goes from there."""

import numpy as np
import pytest
import torch
from torch import nn

import torch_impl
from compare.running.request import Training
from compare.traces.trace import Trace
from torch_impl.exchange import exchange_of
from torch_impl.injection import Injection

X = torch.tensor([[1.0, 2.0]], dtype=torch.float64)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc, self.norm = nn.Linear(2, 2, bias=False).double(), nn.BatchNorm1d(2, affine=False)
        nn.init.ones_(self.fc.weight)

    def forward(self, x):
        return self.fc(x)


def one_step(tmp_path, **added):
    """The trace of a step in which the loss is the sum of both outputs: 6."""
    np.savez(tmp_path / "added.npz", **{f"0/{key.replace('__', '/')}": np.array(value) for key, value in added.items()})
    net = Net()
    optimizer = torch.optim.SGD(net.parameters(), 0.5)
    exchange = exchange_of(Training("float32", injected=str(tmp_path / "added.npz")))
    assert isinstance(exchange, Injection)
    recorder = torch_impl.Recorder(tmp_path / "run", net, optimizer, audits=[0], exchange=exchange)
    loss = net(X).sum()
    loss.backward()
    optimizer.step()
    recorder.step(loss, {})
    assert net(X).sum() != loss or added  # nothing is added behind the step
    recorder.close()
    return Trace(tmp_path / "run.npz")


def test_nothing_is_added_where_nothing_is_given(tmp_path):
    trace = one_step(tmp_path)
    assert trace[0, "loss", "loss"] == 6
    np.testing.assert_array_equal(trace[0, "gradient", "fc.weight"], [[1, 2], [1, 2]])


@pytest.mark.parametrize(
    ("added", "loss", "gradient"),
    [
        ({"forward__fc": [[1.0, 0.0]]}, 7, [[1, 2], [1, 2]]),
        ({"input__fc input": [[1.0, 0.0]]}, 8, [[2, 2], [2, 2]]),
        ({"upstream__fc 0": [[1.0, 0.0]]}, 6, [[2, 4], [1, 2]]),
        ({"gradient__fc.weight": [[0.0, 0.0], [0.0, 5.0]]}, 6, [[1, 2], [1, 7]]),
    ],
)
def test_what_is_added_goes_on_from_there(tmp_path, added, loss, gradient):
    trace = one_step(tmp_path, **added)
    assert trace[0, "loss", "loss"] == loss
    np.testing.assert_array_equal(trace[0, "gradient", "fc.weight"], gradient)


def test_an_update_and_a_running_statistic_are_added_behind_the_optimizers(tmp_path):
    trace = one_step(tmp_path, **{"update__fc.weight": np.ones((2, 2)), "buffer__norm.running_mean": [3.0, 0.0]})
    np.testing.assert_array_equal(trace[0, "update", "fc.weight"], [[0.5, 0], [0.5, 0]])
    np.testing.assert_array_equal(trace[0, "buffer", "norm.running_mean"], [3, 0])


def test_what_has_another_shape_is_not_added(tmp_path):
    assert one_step(tmp_path, **{"forward__fc": [1.0, 0.0, 0.0]})[0, "loss", "loss"] == 6


def test_a_loss_of_which_the_gradient_is_taken_behind_the_update_is_not_disturbed(tmp_path):
    """As in a GAN: the generator's output is made before the discriminator's update, and its loss goes back after."""
    np.savez(tmp_path / "added.npz", **{"0/update/head.weight": np.ones((1, 2))})
    model = nn.ModuleDict({"body": nn.Linear(2, 2), "head": nn.Linear(2, 1, bias=False)})
    optimizer = torch.optim.SGD(model["head"].parameters(), 0.0)
    exchange = Injection(tmp_path / "added.npz")
    recorder = torch_impl.Recorder(tmp_path / "run", model, optimizer, audits=[0], exchange=exchange)
    before = model["head"].weight.detach().clone()
    made = model["body"](torch.ones(1, 2))
    again = model["body"](made)
    model["head"](made.detach()).sum().backward()
    optimizer.step()
    again.sum().backward()
    recorder.step(again.sum(), {})
    recorder.close()
    np.testing.assert_array_equal(model["head"].weight.detach(), before + 1)
    assert model["body"].weight.grad is not None
