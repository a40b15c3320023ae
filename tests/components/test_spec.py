"""What a component is fed: inputs of the kinds that their names promise, and options that fit together."""

import numpy as np
import pytest

from compare.components.spec import (
    MOST_SAMPLES,
    SAMPLED_VALUES,
    Spec,
    as_image,
    binary,
    fixed,
    image,
    labels,
    mask,
    normal,
    probabilities,
    signs,
    uniform,
    values,
)


def test_probabilities_sum_to_1_and_masks_leave_something():
    drawn = Spec(p=probabilities(7, 5), m=mask(50, 4), s=signs(40), b=binary(40), u=uniform(99, low=2, high=3)).draw(
        "key"
    )
    np.testing.assert_allclose(drawn["p"].sum(-1), 1)
    assert (drawn["p"] > 0).all()
    assert drawn["m"].any(-1).all()
    assert not drawn["m"].all()
    assert set(drawn["s"]) == {-1.0, 1.0}
    assert set(drawn["b"]) == {0.0, 1.0}
    assert 2 <= drawn["u"].min() < 2.2 < 2.8 < drawn["u"].max() < 3


def test_an_input_depends_on_the_component_and_its_own_name_only():
    one, other = Spec(x=normal(5), y=normal(5)), Spec(y=normal(5))
    assert np.array_equal(one.draw("a")["y"], other.draw("a")["y"])
    assert not np.array_equal(one.draw("a")["y"], one.draw("a")["x"])
    assert not np.array_equal(one.draw("a")["y"], one.draw("b")["y"])


def test_labels_are_whole_numbers_below_their_limit():
    drawn = Spec(n=labels(500, below=3)).draw("key")["n"]
    assert drawn.dtype == np.int64
    assert set(drawn) == {0, 1, 2}


@pytest.mark.parametrize(
    ("array", "dtype"), [([1.5], np.float64), (np.float32([1.5]), np.float64), ([1], np.int64), ([True], np.bool_)]
)
def test_values_that_are_written_out_have_the_widest_type_of_their_kind(array, dtype):
    drawn = Spec(x=values(array)).draw("key")["x"]
    assert drawn.dtype == dtype
    assert np.array_equal(drawn, array)


def test_fixed_and_as_image_change_how_an_input_is_used_and_not_its_values():
    x = normal(2, 3, 4)
    assert (x.differentiable, x.is_image) == (True, False)
    assert (fixed(x).differentiable, as_image(x).is_image) == (False, True)
    assert image(2, 3, 4).is_image
    assert np.array_equal(Spec(x=fixed(x)).draw("key")["x"], Spec(x=x).draw("key")["x"])


@pytest.mark.parametrize("size", [64, 500, 3072, SAMPLED_VALUES, 10**6])
def test_an_initializer_is_sampled_until_there_are_enough_values_or_samples(size):
    samples = 1 + Spec(shape=(size,)).further_samples(size)
    assert samples == MOST_SAMPLES or (samples - 1) * size < SAMPLED_VALUES <= samples * size
    assert Spec(shape=(size,), exact=True).further_samples(size) == 0


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"precision": "half", "why": "So."}, "precision 'half': expected one of 'float32', 'float64'"),
        ({"output": "x"}, "output 'x': expected one of 'auto', 'image', 'as is'"),
        ({"precision": "float32"}, "give a reason for float32"),
        ({"why": "So."}, "why 'So.': give a reason for float32, and only for float32"),
    ],
)
def test_options_that_are_unknown_or_contradict_each_other_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        Spec(x=normal(3), **options)
