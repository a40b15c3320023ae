"""How a component is judged: what comes before values, how much is allowed, what initializers may differ in."""

import numpy as np
import pytest

from compare.components.judging import ComponentRuns, compare_component, compare_samples
from compare.components.spec import Spec, normal
from compare.judging import tolerances

FLOAT64, FLOAT32 = Spec(x=normal(3)), Spec(x=normal(3), precision="float32", why="It has no kernel.")
VALUES = np.array([4.0, -2.0, 1.0])
RNG = np.random.default_rng(0)


def judged(torch, tf, spec=FLOAT64, nudged=None, kind="losses"):
    plain = {"torch": torch, "tf": tf}
    return compare_component(kind, "key", spec, ComponentRuns(plain, nudged or plain))


def forward(array):
    return {"forward/output 0": np.asarray(array)}


def test_the_same_bits_are_equal():
    row = judged(forward(VALUES) | {"gradient/input x": VALUES}, forward(VALUES) | {"gradient/input x": VALUES})
    assert (row.verdict, row.forward_gap, row.gradient_gap, row.why) == ("equal", 0.0, 0.0, "")


def test_what_has_no_gradient_has_no_gap_of_one():
    assert judged(forward(VALUES), forward(VALUES)).gradient_gap is None


@pytest.mark.parametrize(("times", "verdict"), [(0.9, "agrees"), (1.1, "differs")])
@pytest.mark.parametrize("group", ["forward/output 0", "gradient/weight 1"])
def test_in_float64_the_limit_is_a_gap_of_1e_12_of_the_largest_element(group, times, verdict):
    moved = VALUES + np.array([0, 0, 4e-12 * times])
    row = judged(forward(VALUES) | {group: VALUES}, forward(VALUES) | {group: moved})
    assert row.verdict == verdict
    assert row.allowed == 1e-12
    gap = row.forward_gap if group.startswith("forward") else row.gradient_gap
    assert gap == pytest.approx(1e-12 * times, rel=1e-3)


def test_the_widest_gap_of_several_tensors_counts():
    torch = {"forward/output 0": VALUES, "forward/output 1": VALUES, "forward/output 2": VALUES}
    row = judged(torch, torch | {"forward/output 1": VALUES * 1.5})
    assert row.verdict == "differs"
    assert row.why.startswith("forward output 1: gap 3.3e-01")


@pytest.mark.parametrize(
    ("tf", "words"),
    [
        (VALUES[:2], "shape torch 3, tf 2"),
        (VALUES[:, None], "shape torch 3, tf 3x1"),
        (np.array([4.0, np.nan, 1]), "not finite at [1] torch -2, tf nan"),
        (np.array([np.inf, -2, 1]), "not finite at [0] torch 4, tf inf"),
        (VALUES.astype(np.float32), "dtype dtypes torch float64, tf float32"),
    ],
)
def test_shape_nan_and_dtype_come_before_values(tf, words):
    row = judged(forward(VALUES), forward(tf))
    assert row.verdict == "differs"
    assert row.why == f"forward output 0: {words}"


def test_nan_on_both_sides_does_not_agree():
    assert judged(forward(VALUES * np.nan), forward(VALUES * np.nan)).verdict == "differs"


@pytest.mark.parametrize("group", ["forward/output 1", "gradient/input x", "weights/0"])
def test_a_tensor_of_one_side_only_is_a_difference(group):
    torch, tf = forward(VALUES) | {group: VALUES}, forward(VALUES)
    assert judged(torch, tf).why == f"{group.replace('/', ' ')}: missing in tf"
    assert judged(tf, torch).verdict == "differs"


def test_weights_that_were_not_filled_alike_are_a_difference():
    row = judged(forward(VALUES) | {"weights/0": VALUES}, forward(VALUES) | {"weights/0": VALUES[::-1]})
    assert (row.verdict, row.forward_gap) == ("differs", 0.0)
    assert row.why.startswith("weights 0: gap")


def test_an_entry_that_puts_nothing_out_is_an_error():
    assert judged({"gradient/input x": VALUES}, {"gradient/input x": VALUES}).verdict == "error"


def test_errors_of_both_sides_are_said():
    row = compare_component("losses", "key", FLOAT64, ComponentRuns({}, {}, ("torch: A", "tf: B")))
    assert (row.verdict, row.why, row.forward_gap) == ("error", "torch: A; tf: B", None)


def test_a_gradient_that_is_rounding_beside_the_others_is_measured_by_the_others():
    """The gradient of a bias before a normalization is 0, and rounding makes something of it that has no size."""
    large = {"gradient/weight 0": VALUES}
    torch, tf = ({"gradient/weight 1": np.array([sign * 1e-15])} for sign in (1, -1))
    assert judged(forward(VALUES) | large | torch, forward(VALUES) | large | tf).verdict == "agrees"
    alone = judged(forward(VALUES) | torch, forward(VALUES) | tf)
    assert (alone.verdict, alone.gradient_gap) == ("differs", 2.0)


def test_a_small_gradient_that_is_more_than_rounding_is_measured_by_itself():
    large = {"gradient/weight 0": VALUES}
    torch, tf = ({"gradient/weight 1": np.array([1e-6 * times])} for times in (1, 1 + 1e-9))
    assert judged(forward(VALUES) | large | torch, forward(VALUES) | large | tf).verdict == "differs"


def test_in_float32_what_a_nudge_opens_is_allowed_times_the_factor():
    single = VALUES.astype(np.float32)
    for factor, verdict in ((1.02, "agrees"), (1.1, "differs")):
        tf = forward(single * np.float32(factor))
        row = judged(forward(single), tf, FLOAT32, {"torch": forward(single * np.float32(1.001)), "tf": tf})
        assert row.allowed == pytest.approx(tolerances.ENVELOPE_FACTOR * 1e-3, rel=0.01)
        assert row.verdict == verdict
        assert verdict == "differs" or row.why == "It has no kernel."


def test_in_float32_without_an_effect_of_the_nudge_some_ulps_are_allowed():
    single = VALUES.astype(np.float32)
    assert judged(forward(single), forward(single), FLOAT32).allowed == tolerances.allowed(0, "float32")
    assert judged(forward(single), forward(single * np.float32(1.001)), FLOAT32).verdict == "differs"


def samples(distribution, size=2**17):
    return distribution(size).reshape(-1, 64, 32)


def clipped_normal(size):
    values = RNG.normal(size=2 * size)
    return values[np.abs(values) < 2][:size]


def test_two_samples_of_one_distribution_agree():
    for distribution in (lambda size: RNG.uniform(-1, 1, size), lambda size: RNG.normal(0, 0.02, size), clipped_normal):
        distance, allowed, why = compare_samples(samples(distribution), samples(distribution), False)
        assert 0 < distance < allowed < 0.02
        assert why == ""


@pytest.mark.parametrize(
    ("torch", "tf", "words"),
    [
        (lambda n: RNG.normal(0, 1, n), lambda n: RNG.normal(0, 1.03, n), "variance torch"),
        (lambda n: RNG.normal(0, 1, n), lambda n: RNG.normal(0.03, 1, n), "mean torch"),
        (
            lambda n: RNG.uniform(-1, 1, n),
            lambda n: RNG.uniform(-1.002, 1.002, n),
            "from -1 to 1 in torch, from -1.002",
        ),
        (lambda n: RNG.normal(0, 1, n), lambda n: RNG.uniform(-(3**0.5), 3**0.5, n), "distribution functions"),
        # Keras' HeNormal is cut at two deviations, and widened so that the deviation is the same.
        (lambda n: RNG.normal(0, 1, n), lambda n: clipped_normal(n) / 0.8796, "distribution functions"),
    ],
)
def test_another_distribution_is_told_apart_and_said_in_words(torch, tf, words):
    spec = Spec(shape=(64, 32))
    row = judged({"forward/values": samples(torch)}, {"forward/values": samples(tf)}, spec, kind="initializers")
    assert row.verdict == "differs"
    assert words in row.why


@pytest.mark.parametrize("array", [np.full((64, 64, 32), np.nan), np.zeros((64, 32, 64))])
def test_samples_that_are_nan_or_of_another_shape_are_a_difference(array):
    good = samples(lambda size: RNG.normal(size=size))
    assert judged({"forward/values": good}, {"forward/values": array}, kind="initializers").verdict == "differs"


def orthogonal_matrices(factor=1.0):
    return np.stack([np.linalg.qr(RNG.normal(size=(32, 24)))[0] * factor for _ in range(180)])


def test_orthogonal_matrices_are_compared_by_their_products_too():
    """Normal matrices of the same deviation have the same moments, and are not orthogonal."""
    torch, tf = orthogonal_matrices(), orthogonal_matrices()
    assert compare_samples(torch, tf, True)[2] == ""
    assert compare_samples(torch, tf.swapaxes(1, 2), True)[2].startswith("values: shape")
    independent = RNG.normal(0, torch.std(), torch.shape)
    assert "products of rows" in compare_samples(torch, independent, True)[2]
    assert "products of rows" in compare_samples(torch, orthogonal_matrices(1 + 1e-9), True)[2]


def test_an_exact_initializer_is_compared_value_by_value():
    torch, tf = {"forward/values": VALUES}, {"forward/values": VALUES[::-1]}
    assert judged(torch, tf, Spec(shape=(3,), exact=True), kind="initializers").verdict == "differs"
    assert judged(torch, torch, Spec(shape=(3,), exact=True), kind="initializers").verdict == "equal"
