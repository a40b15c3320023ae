"""A loop whose model or optimizer is wrapped is recorded as one that has neither."""

import numpy as np
import pytest
import torch
from torch import nn

from compare.traces.trace import Trace
from torch_impl.recorder import Recorder
from torch_impl.wrappers import unwrapped_model, unwrapped_optimizer

STEPS = 5
X = torch.from_numpy(np.random.default_rng(0).normal(size=(STEPS, 8, 3)))


class Holding(torch.optim.Optimizer):
    """Holds the optimizer that does the work, as those of accelerate and Lightning do."""

    def __init__(self, optimizer):
        self.optimizer = optimizer

    def step(self, closure=None):
        return self.optimizer.step(closure)

    def zero_grad(self, set_to_none=True):
        self.optimizer.zero_grad(set_to_none)


def network():
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 1)).double()


def recorded(path, around_model=lambda model: model, around_optimizer=lambda optimizer: optimizer, compiled=None):
    own = network()
    optimizer = around_optimizer(torch.optim.Adam(own.parameters(), lr=0.01))
    model = around_model(own)
    recorder = Recorder(path, model, optimizer, audits=(1, 3))  # what is compiled at step 0 knows nothing of them

    def step(x):
        optimizer.zero_grad()
        loss = (model(x) ** 2).mean()
        loss.backward()
        optimizer.step()
        return loss

    step = compiled(step) if compiled else step
    for x in X:
        recorder.step(step(x), {"x": x})
    recorder.close()
    return Trace(path.with_suffix(".npz"))


def compiled(model):
    return torch.compile(model, backend="aot_eager")


WRAPPED = {
    "compiled model": {"around_model": compiled},
    "data parallel": {"around_model": nn.DataParallel},
    "compiled data parallel": {"around_model": lambda model: compiled(nn.DataParallel(model))},
    "optimizer that holds another": {"around_optimizer": Holding},
    "optimizer held twice": {"around_optimizer": lambda optimizer: Holding(Holding(optimizer))},
    "compiled step": {"compiled": lambda step: torch.compile(step, backend="eager")},
}


@pytest.mark.parametrize("wrapped", WRAPPED)
def test_a_wrapped_loop_leaves_the_same_trace_as_a_plain_one(tmp_path, wrapped):
    plain = recorded(tmp_path / "plain")
    trace = recorded(tmp_path / "wrapped", **WRAPPED[wrapped])
    assert set(trace.keys) == set(plain.keys)
    assert {stage for _, stage, _ in trace.keys} >= {"forward", "gradient", "state", "update"}
    for key in plain.keys:
        np.testing.assert_allclose(trace[key], plain[key], rtol=1e-9, atol=1e-12, err_msg=str(key))
    np.testing.assert_allclose(trace.curves["learning_rate"], plain.curves["learning_rate"])
    assert trace.header.settings == plain.header.settings


def test_between_audits_a_compiled_model_runs_compiled(tmp_path):
    graphs = []

    def backend(graph, _):
        graphs.append(graph)
        return graph.forward

    recorded(tmp_path / "trace", around_model=lambda model: torch.compile(model, backend=backend))
    assert graphs


def test_what_is_not_wrapped_stays_as_it_is():
    model = network()
    optimizers = {"a": torch.optim.SGD(model.parameters()), "b": object()}
    assert unwrapped_model(model) is model
    assert unwrapped_optimizer(optimizers) == optimizers
    assert unwrapped_optimizer(None) is None
    assert unwrapped_optimizer(list(optimizers.values())) == list(optimizers.values())
