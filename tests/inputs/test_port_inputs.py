"""The file that both sides of a port read holds what was drawn, byte for byte, and gives it in the run's precision."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from compare.inputs import port_inputs
from compare.inputs.port_forms import FORMS
from compare.inputs.port_inputs import FEWEST_STEPS, PortInputs, quarter

PROPERTY = settings(max_examples=40, deadline=None)
DTYPES = st.sampled_from(["float64", "float32", "float16", "int64", "int32", "uint8", "bool"])
ARRAYS = DTYPES.flatmap(lambda dtype: arrays(dtype, array_shapes(max_dims=3, max_side=3)))
NAMES = st.text(st.characters(codec="utf-8", exclude_characters="/\0"), min_size=1, max_size=8)
INPUTS = st.builds(
    PortInputs,
    name=st.just("my_port"),
    seed=st.integers(0, 9),
    form=st.sampled_from(sorted(FORMS)),
    drawn=st.lists(st.dictionaries(NAMES, ARRAYS, min_size=1, max_size=3), min_size=1, max_size=12),
    steps_per_epoch=st.integers(1, 9),
    channels_first=st.lists(NAMES, max_size=2).map(tuple),
    explicit=st.lists(st.tuples(NAMES | st.none(), NAMES | st.none()), max_size=3).map(tuple),
    more=st.booleans(),
    evaluation=st.dictionaries(NAMES, ARRAYS, max_size=3),
    must_fall=st.booleans(),
)


@PROPERTY
@given(inputs=INPUTS)
def test_inputs_come_back_as_they_were_written_and_equal_ones_are_equal_bytes(tmp_path_factory, inputs):
    paths = [tmp_path_factory.mktemp("inputs") / "inputs.npz" for _ in range(2)]
    for path in paths:
        port_inputs.write(inputs, path)
    assert paths[0].read_bytes() == paths[1].read_bytes()
    back = port_inputs.read(paths[0])
    for name in port_inputs.META:
        assert getattr(back, name) == getattr(inputs, name)
    assert [list(batch) for batch in back.drawn] == [list(batch) for batch in inputs.drawn]
    for one, other in zip([*back.drawn, back.evaluation], [*inputs.drawn, inputs.evaluation], strict=True):
        assert list(one) == list(other)
        for name in one:
            assert one[name].dtype == other[name].dtype
            np.testing.assert_array_equal(one[name], other[name])


def test_inputs_hold_no_pickles(tmp_path):
    inputs = PortInputs("my_port", 0, "dicts", [{"x": np.ones(3)}], 1)
    port_inputs.write(inputs, tmp_path / "inputs.npz")
    np.savez(tmp_path / "bad.npz", meta=np.array('{"form": "dicts"}'), **{"0/x": np.array([object()], object)})
    with pytest.raises(ValueError, match="allow_pickle"):
        port_inputs.read(tmp_path / "bad.npz")


@pytest.mark.parametrize("precision", ["float32", "float64"])
def test_floating_arrays_come_in_the_runs_precision_and_integers_as_they_are(precision):
    inputs = PortInputs("my_port", 0, "dicts", [{"x": np.ones(3, "float16"), "y": np.ones(3, "uint8")}], 1)
    [batch] = inputs.batches(precision)
    assert (batch["x"].dtype, batch["y"].dtype) == (precision, "uint8")


def test_an_example_of_every_shape_is_given_once():
    sizes = [4, 4, 3, 4, 3]
    drawn = [{"x": np.full((size, 2), step)} for step, size in enumerate(sizes)]
    examples = PortInputs("my_port", 0, "dicts", drawn, 1).examples("float32")
    assert [example["x"].shape for example in examples] == [(4, 2), (3, 2)]
    assert [int(example["x"][0, 0]) for example in examples] == [0, 2]


def test_an_epoch_that_nobody_names_is_a_quarter_and_all_of_too_few_steps():
    assert [quarter(steps) for steps in (0, 1, FEWEST_STEPS - 1)] == [1, 1, FEWEST_STEPS - 1]
    assert [quarter(steps) for steps in (20, 23, 24, 100)] == [5, 5, 6, 25]


def test_the_subject_of_a_port_has_as_many_steps_as_batches_were_drawn():
    subject = PortInputs("my_port", 3, "dicts", [{"x": np.ones(3)}] * 7, steps_per_epoch=2).subject
    assert (subject.name, subject.seed, subject.steps, subject.steps_per_epoch) == ("my_port", 3, 7, 2)


@pytest.mark.parametrize(("own", "at_end"), [({}, 0.0), ({"x": np.full(3, 7.0)}, 7.0)])
def test_the_batch_to_evaluate_stands_in_for_the_first_at_the_end(own, at_end):
    inputs = PortInputs("my_port", 0, "dicts", [{"x": np.zeros(3)}, {"x": np.ones(3)}], 1, evaluation=own)
    held_out = inputs.held_out("float32")
    assert (held_out is not None) == bool(own)
    last = inputs.last_evaluated("float32")["x"]
    assert (last[0], last.dtype) == (at_end, "float32")
