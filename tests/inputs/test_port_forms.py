"""A batch goes into the form that a port gave it and comes back; what cannot be trained on is named."""

import numpy as np
import pytest

from compare.inputs.port_errors import PortError
from compare.inputs.port_forms import arrays_of, form_of, in_form, named, stream_of

X, Y = np.ones((3, 2)), np.zeros(3)


@pytest.mark.parametrize(
    ("batch", "form", "inside"),
    [
        ({"x": X, "y": Y}, "dicts", {"x": X, "y": Y}),
        ((X, Y), "tuples", {"0": X, "1": Y}),
        ([X, Y], "tuples", {"0": X, "1": Y}),
        (X, "arrays", {"0": X}),
    ],
)
def test_a_batch_of_any_form_is_a_dict_inside_and_comes_back(batch, form, inside):
    assert form_of(batch) == form
    np.testing.assert_equal(named(batch, "said"), inside)
    np.testing.assert_equal(in_form(form)(inside), tuple(batch) if form == "tuples" else batch)


@pytest.mark.parametrize(
    ("batch", "inside"),
    [
        ({"support": (X, Y), "query": X}, {"support.0": X, "support.1": Y, "query": X}),
        (((X, Y), X), {"0.0": X, "0.1": Y, "1": X}),
        (({"ids": X, "mask": Y}, Y), {"0.ids": X, "0.mask": Y, "1": Y}),
        ({"both": {"one": (X, Y)}}, {"both.one.0": X, "both.one.1": Y}),
    ],
)
def test_a_nested_batch_comes_back_as_it_was(batch, inside):
    np.testing.assert_equal(named(batch, "said"), inside)
    np.testing.assert_equal(in_form(form_of(batch))(inside), batch)
    assert len(arrays_of(batch)) == len(inside)


def test_a_list_of_numbers_is_one_array():
    np.testing.assert_equal(named({"x": [1.0, 2.0]}, "said"), {"x": np.array([1.0, 2.0])})
    assert form_of({"x": [1.0, 2.0]}) == form_of({"x": [(1.0, 2.0), (3.0, 4.0)]}) == "dicts"
    assert form_of({"x": (X, Y)}) != form_of({"x": (X, Y, Y)})


@pytest.mark.parametrize(
    ("batch", "message"),
    [
        ({}, "said a batch without arrays"),
        ({"x": np.array(["a"])}, "said x as <U1, expected NumPy arrays of numbers"),
        ((X, 3.0), "said 1 as a scalar, expected an array with an axis of examples"),
    ],
)
def test_what_is_no_batch_is_named(batch, message):
    with pytest.raises(PortError) as caught:
        named(batch, "said")
    assert str(caught.value) == message


def test_a_pipeline_may_drop_change_and_add_batches():
    stream = stream_of(
        lambda given: (half for x, y in given for half in ((x[:1], y[:1]), (x[1:], y[1:]))), "tuples", ""
    )
    [first, second] = stream([{"0": X, "1": Y}])
    np.testing.assert_equal((first, second), ({"0": X[:1], "1": Y[:1]}, {"0": X[1:], "1": Y[1:]}))


def test_a_pipeline_that_changes_the_form_is_told_both():
    stream = stream_of(lambda given: ({"x": x} for x in given), "arrays", "my_port.py: Side.batches yields")
    with pytest.raises(
        PortError, match=r"^my_port.py: Side.batches yields dicts, but got arrays: give batches the form"
    ):
        list(stream([{"0": X}]))
