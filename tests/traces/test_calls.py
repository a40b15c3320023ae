"""The second call of a layer, and the second gradient of a weight, have names of their own."""

import pytest

from compare.traces.calls import number_of_call, split_call, with_call, without_call


@pytest.mark.parametrize("name", ["relu", "fc1.weight exp_avg", "a[:, 0]"])
@pytest.mark.parametrize(("number", "call"), [(1, ""), (2, " (call 2)"), (12, " (call 12)")])
def test_what_is_named_by_its_call_is_taken_apart_again(name, number, call):
    label = with_call(name, number)
    assert label == name + call
    assert split_call(label) == (name, call)
    assert (without_call(label), number_of_call(label)) == (name, number)
