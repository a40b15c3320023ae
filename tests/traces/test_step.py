"""The end of a run sorts after all its steps, comes back from its text, and cannot be counted with."""

import copy
import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from compare.traces.step import END, to_step

NUMBERS = st.integers(0, 2**70)


@given(st.lists(NUMBERS | st.just(END)))
def test_the_end_sorts_after_every_number(steps):
    numbers, ends = [step for step in steps if step is not END], [step for step in steps if step is END]
    assert sorted(steps) == [*sorted(numbers), *ends]
    assert min(steps, default=END) == (min(numbers) if numbers else END)


@given(NUMBERS)
def test_the_end_is_greater_than_every_number_and_equal_to_none(step):
    assert (step < END, step <= END, step > END, step >= END, step == END) == (True, True, False, False, False)
    assert [ask(step) for ask in (END.__lt__, END.__le__, END.__gt__, END.__ge__)] == [False, False, True, True]


def test_the_end_is_equal_to_itself_only():
    assert (END < END, END <= END, END > END, END >= END) == (False, True, False, True)
    assert copy.deepcopy(END) is END
    assert pickle.loads(pickle.dumps(END)) is END


@given(NUMBERS | st.just(END))
def test_a_step_comes_back_from_its_text(step):
    assert to_step(str(step)) == step


@pytest.mark.parametrize("text", ["", "-1", "1.5", "End", " 1", "²"])
def test_what_is_not_a_step_is_refused(text):
    with pytest.raises(ValueError, match="is not a step: expected a whole number, or 'end'"):
        to_step(text)


@pytest.mark.parametrize(
    "use",
    [
        lambda end: end + 1,
        lambda end: end - 1,
        lambda end: range(end),
        lambda end: [0, 1][end],
        lambda end: [0, 1][:end],
        lambda end: int(end),
        lambda end: np.linspace(0, end, 3),
        lambda end: np.zeros(2)[int(end)],
        lambda end: f"{end:d}",
    ],
)
def test_whoever_counts_with_the_end_is_told_so(use):
    with pytest.raises((TypeError, ValueError)):
        use(END)
