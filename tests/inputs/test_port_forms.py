"""A batch goes into the form that a port gave it and comes back; what cannot be trained on is named."""

import numpy as np
import pytest

from compare.inputs.port_errors import PortError
from compare.inputs.port_forms import FORMS, form_of, named, stream_of

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
    np.testing.assert_equal(FORMS[form](inside), tuple(batch) if form == "tuples" else batch)


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
