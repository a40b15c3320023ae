"""Where the rates part, the lines that set them are named: numbers of Python, functions, schedules of either side."""

from types import SimpleNamespace

import pytest

from compare.judging.rate_lines import lines_of_rate
from compare.traces.places import Place
from compare.traces.trace import TracePair

IN_PYTHON = """
def torch_step(side, batch):
    rate = BASE * q + SMALL
    for group in side.optimizer.param_groups:
        group["lr"] = rate

def tf_step(side, batch):
    side.optimizer.learning_rate.assign(BASE * q)
"""
AS_FUNCTIONS = """
def torch_side():
    def warm(step):
        return min(1.0, step / WARMUP)
    return LambdaLR(optimizer, lr_lambda=warm)

class Warm(keras.optimizers.schedules.LearningRateSchedule):
    def __call__(self, step):
        step = tf.cast(step, tf.float32)
        return tf.minimum(1.0, step / WARMUP)
"""
OF_THE_LIBRARIES = """
scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 10)
optimizer = keras.optimizers.SGD(keras.optimizers.schedules.ExponentialDecay(0.1, 10, 0.5))
"""
CONSTANT = """
torch.optim.SGD(weights, lr=0.1)
keras.optimizers.SGD(0.2)
"""


@pytest.mark.parametrize(
    ("text", "torch", "tf"),
    [
        (IN_PYTHON, [3, 5], [8]),
        (AS_FUNCTIONS, [4, 5], [9, 10]),
        (OF_THE_LIBRARIES, [2], [3]),
        (CONSTANT, [], []),
        (IN_PYTHON + IN_PYTHON + IN_PYTHON, [], [8, 16, 24]),
        ("def broken(:", [], []),
    ],
)
def test_the_lines_that_set_a_rate_are_named_unless_they_are_many(tmp_path, text, torch, tf):
    path = tmp_path / "port.py"
    path.write_text(text)
    operation = SimpleNamespace(stack=(Place(str(path), 1, ""),))
    pair = TracePair(*[SimpleNamespace(operations=SimpleNamespace(operations=[operation] * 2))] * 2)
    found = lines_of_rate(pair, "the learning rate", [0.1, 0.1000001])
    assert [each.at.line for each in found if each.side == "torch"] == torch
    assert [each.at.line for each in found if each.side == "tf"] == tf
    assert {(each.side, each.value) for each in found} <= {("torch", "0.1"), ("tf", "0.1000001")}


def test_without_a_record_of_the_step_there_is_none():
    assert lines_of_rate(TracePair(*[SimpleNamespace(operations=None)] * 2), "", [0.1, 0.2]) == []
