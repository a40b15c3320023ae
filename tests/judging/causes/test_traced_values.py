"""A Python value in a variable: set anew, it is what a graph reads that was traced before."""

from types import SimpleNamespace

import pytest

from compare.judging.causes.code import Code
from compare.judging.causes.traced_values import held_in_variables, rebound

PORT = """def tf_side(rates):
    rates, rate = iter(rates), 1.0

    def step():
        nonlocal rate
        {}
        return 2 * rate
    def update():
        return 10 * rate
    return step, update
"""


class Variable:
    """As TensorFlow's: assigned in place."""

    def __init__(self, value, dtype=None, trainable=True):
        assert not trainable
        self.value = value

    def assign(self, value):
        self.value = value

    def assign_add(self, value):
        self.value += value

    def __rmul__(self, other):
        return other * self.value


def changed(statement):
    return [code.text for _, code in held_in_variables(Code("port.py", PORT.format(statement)))]


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("rate = next(rates)", [30, 40]),
        ("rate += next(rates)", [40, 80]),
        ("rate, last = next(rates), 5 * rate", [30, 40]),
        ("last, rate = 5.0, next(rates)", [30, 40]),
    ],
)
def test_the_function_reads_what_was_set_last(statement, expected):
    [text] = changed(statement)
    scope = {"tf": SimpleNamespace(Variable=Variable), "keras": SimpleNamespace(config=SimpleNamespace(floatx=str))}
    exec(text, scope)
    step, update = scope["tf_side"]([3.0, 4.0])
    found = []
    for _ in range(2):
        step()
        found.append(update())
    assert found == expected


@pytest.mark.parametrize(
    "statement",
    [
        "rate, last = last, 2 * rate",
        "last, rate = rate, 3.0",
        "rate *= 2",
        "rate = other = 3.0",
        "for rate in rates:\n            pass",
    ],
)
def test_what_cannot_be_said_in_assignments_is_left(statement):
    assert changed(statement) == []


def test_what_else_is_set_is_of_the_value_before():
    [text] = changed("rate, last = next(rates), 5 * rate")
    scope = {"tf": SimpleNamespace(Variable=Variable), "keras": SimpleNamespace(config=SimpleNamespace(floatx=str))}
    exec(text.replace("2 * rate", "last"), scope)
    step, _ = scope["tf_side"]([3.0, 4.0])
    assert [step(), step()] == [5, 15]


def test_a_value_that_only_its_own_function_reads_is_no_graphs():
    text = PORT.format("rate = next(rates)").replace("10 * rate", "10")
    assert list(held_in_variables(Code("port.py", text))) == []
    assert set(rebound(Code("port.py", text))) == {"rate"}


def test_a_flag_is_no_floating_point_number():
    [text] = [
        code.text for _, code in held_in_variables(Code("p.py", PORT.format("rate = True").replace("1.0", "False")))
    ]
    assert "tf.Variable(False, trainable=False)" in text
    assert "tf.Variable(1.0, dtype=keras.config.floatx(), trainable=False)" in changed("rate = next(rates)")[0]
