"""A request arrives at the worker as it was sent."""

import pytest

from compare.running.request import (
    CheckComponent,
    DrawBatches,
    Isolation,
    RequestFailedError,
    Start,
    TrainCase,
    Training,
    TrainPort,
    from_line,
    to_line,
)

GIVEN = Isolation("torch.npz", (("dense", "fc"), ("dense (call 2)", "fc (call 2)")), ("lstm",), ("fc",), ("fc.weight",))
START = Start(
    "weights.npz", (("dense.weight", "fc.weight[0:3] + other"), ("dense.bias", "fc.bias")), (("conv.bias", 0.0),)
)


@pytest.mark.parametrize(
    "request_",
    [
        TrainCase("out.npz", "in.npz", Training("float64")),
        TrainCase("out.npz", "in.npz", Training("float32", "float64", (3, 5), 7), "package.module:function"),
        TrainPort("out.npz", "in.npz", Training("float64", eager=True, start=START), "my port.py"),
        TrainPort("out.npz", "in.npz", Training("float64", exchanges=True, isolation=GIVEN), "my_port.py"),
        DrawBatches("out.npz", "my\nport.py", 3, 100),
        CheckComponent("out.npz", "in.npz", "losses", "cross_entropy", "float32", "float32"),
    ],
    ids=lambda request_: type(request_).__name__,
)
def test_a_request_comes_back_from_its_line(request_):
    line = to_line(request_)
    assert line.endswith("\n")
    assert line.count("\n") == 1
    assert from_line(line) == request_


def test_a_failure_names_its_side():
    error = RequestFailedError("tf", "out of memory")
    assert (str(error), error.side) == ("tf: out of memory", "tf")
