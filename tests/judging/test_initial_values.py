"""Two sides' own initial values: samples of one distribution are never told apart, others of a usual size always."""

import subprocess
import sys

import numpy as np
import pytest
from scipy.stats import kstest

from compare.judging import tolerances
from compare.judging.distributions import SAME
from compare.judging.initial_values import InitialRow, _p_value, compare_initial, summarise


def uniform(bound):
    return lambda rng, shape: rng.uniform(-bound, bound, shape)


def kaiming_uniform(rng, shape):
    """torch.nn.Linear's own: a = sqrt(5) makes the bound 1 / sqrt(fan_in)."""
    return uniform(1 / np.sqrt(np.prod(shape[1:])))(rng, shape)


def glorot_uniform(rng, shape):
    """Keras' own."""
    return uniform(np.sqrt(6 / (np.prod(shape[1:]) + shape[0] * np.prod(shape[2:]))))(rng, shape)


def normal(std):
    return lambda rng, shape: rng.normal(0, std, shape)


def truncated_normal(rng, shape):
    values = rng.normal(size=(8, *shape))
    inside = np.abs(values) < 2
    return 0.02 * np.take_along_axis(values, inside.argmax(0)[None], 0)[0]


def orthogonal(rng, shape):
    tall = rng.normal(size=(max(shape), min(shape)))
    q = np.linalg.qr(tall)[0]
    return q if shape[0] >= shape[1] else q.T


def constant(value):
    return lambda rng, shape: np.full(shape, value)


INITIALIZERS = {
    "kaiming": kaiming_uniform,
    "glorot": glorot_uniform,
    "normal": normal(0.02),
    "truncated normal": truncated_normal,
    "orthogonal": orthogonal,
    "zeros": constant(0.0),
}
SHAPES = [(4, 2), (10, 3), (32, 16), (64, 32), (200, 50)]


def row(torch, tf) -> InitialRow:
    return compare_initial({"fc1.weight": np.float32(torch)}, {"fc1.weight": np.float32(tf)})[0]


@pytest.mark.parametrize("name", INITIALIZERS)
def test_no_false_alarm_in_six_hundred_pairs(name):
    rng = np.random.default_rng(0)
    for i in range(600 // len(INITIALIZERS)):
        shape = SHAPES[i % len(SHAPES)]
        assert row(INITIALIZERS[name](rng, shape), INITIALIZERS[name](rng, shape)).verdict != "differs"


@pytest.mark.parametrize(
    ("torch", "tf"),
    [
        ("kaiming", "glorot"),
        ("kaiming", "normal"),
        ("glorot", "truncated normal"),
        ("orthogonal", "glorot"),
        ("kaiming", "zeros"),
        ("zeros", "normal"),
    ],
)
def test_other_distributions_of_a_usual_size_are_told_apart(torch, tf):
    rng = np.random.default_rng(1)
    for _ in range(50):
        found = row(INITIALIZERS[torch](rng, (64, 32)), INITIALIZERS[tf](rng, (64, 32)))
        assert found.verdict == "differs"
        assert found.p_value < tolerances.INITIAL_SIGNIFICANCE


def test_a_convolutions_default_is_told_apart():
    rng = np.random.default_rng(2)
    shape = (32, 16, 3, 3)
    assert row(kaiming_uniform(rng, shape), glorot_uniform(rng, shape)).verdict == "differs"


@pytest.mark.parametrize("size", [2, 8, 500])
def test_a_constant_is_told_from_random_values_at_once(size):
    rng = np.random.default_rng(3)
    for value in (0.0, 1.0, 0.5):
        found = row(uniform(0.1)(rng, (size,)), np.full(size, value))
        assert (found.verdict, found.p_value) == ("differs", 0)


def test_constants_are_the_same_when_they_are_equal_up_to_rounding():
    third = np.full(8, 1 / 3)
    assert row(third, third * (1 + tolerances.ulp("float32"))).verdict == SAME
    assert row(third, third * 1.01).verdict == "differs"
    assert row(np.zeros(8), np.ones(8)).verdict == "differs"


def test_equal_values_are_of_the_same_distribution():
    values = np.random.default_rng(4).normal(size=(20, 10))
    found = row(values, values)
    assert (found.verdict, found.p_value, found.torch) == (SAME, 1, found.tf)
    assert row([0.3], [0.3]).verdict == SAME


def test_too_few_are_said_to_be_where_even_the_most_different_samples_prove_nothing():
    for size in range(1, 16):
        low, high = np.arange(size) / 100 + 0.01, np.arange(size) / 100 + 9
        # Of all orders of 2 n values, one has all of the first side below the second, and one all above.
        chance = 2 / np.prod([(size + i) / i for i in range(1, size + 1)])
        expected = "differs" if chance < tolerances.INITIAL_SIGNIFICANCE else "too few to tell"
        assert row(low, high).verdict == expected, size


def test_a_gain_makes_another_orthogonal_matrix():
    rng = np.random.default_rng(5)
    found = row(orthogonal(rng, (64, 32)), np.sqrt(2) * orthogonal(rng, (64, 32)))
    assert (found.verdict, found.torch, found.tf) == ("differs", "orthogonal", "orthogonal, gain 1.414")


def test_an_orthogonal_matrix_is_told_from_a_normal_one_of_the_same_spread():
    rng = np.random.default_rng(6)
    assert row(orthogonal(rng, (64, 64)), normal(1 / 8)(rng, (64, 64))).verdict == "differs"


def test_nan_on_either_side_is_a_difference():
    values = np.random.default_rng(7).normal(size=100)
    broken = values.copy()
    broken[3] = np.nan
    assert row(broken, values).verdict == row(values, broken).verdict == row(broken, broken + 1).verdict == "differs"
    assert row(broken, values).torch == "not finite in 1 of 100 places"


@pytest.mark.parametrize(
    ("initializer", "words"),
    [
        (constant(0.0), "zeros"),
        (constant(1.0), "ones"),
        (constant(0.5), "constant 0.5"),
        (constant(np.float32(0.1)), "constant 0.1"),
        (uniform(0.0625), "uniform within ±0.062"),
        (normal(0.02), "normal, std 0.0"),
        (orthogonal, "orthogonal"),
        (lambda rng, shape: 0.03 * (1 + rng.choice([-1.0, 1.0], shape)), "std 0.03, mean 0.03"),
        (lambda rng, shape: 0.03 * rng.choice([-1.0, 1.0], shape), "std 0.03, mean 0"),
    ],
)
def test_values_are_described(initializer, words):
    rng = np.random.default_rng(8)
    for shape in ((128, 64), (64, 128)):
        assert row(initializer(rng, shape), np.zeros(shape)).torch.startswith(words)


def test_a_distribution_of_some_hundred_values_is_rarely_called_by_a_wrong_name():
    rng = np.random.default_rng(9)
    named = [row(uniform(0.1)(rng, (256,)), np.zeros(256)).torch for _ in range(200)]
    assert sum(name.startswith("uniform") for name in named) >= 190
    named = [row(normal(0.1)(rng, (256,)), np.zeros(256)).torch for _ in range(200)]
    assert sum(name.startswith("normal") for name in named) >= 190


@pytest.mark.parametrize(("name", "arguments"), [("uniform", (-0.1, 0.2)), ("norm", (0, 0.1))])
def test_a_name_fits_as_well_as_scipys_test_says(name, arguments):
    rng = np.random.default_rng(12)
    for values in (rng.uniform(-0.1, 0.1, 300), rng.normal(0, 0.1, 5000), rng.normal(0.02, 0.1, 300)):
        expected = kstest(values, name, args=arguments, method="asymp").pvalue
        assert _p_value(name, values, 0.1) == pytest.approx(expected, rel=1e-9)


def test_a_few_values_are_given_no_name():
    assert row(uniform(0.1)(np.random.default_rng(10), (16,)), np.zeros(16)).torch.startswith("std ")


def test_names_on_one_side_only_are_refused():
    with pytest.raises(ValueError, match=r"on one side only: b, c$"):
        compare_initial({"a": np.zeros(1), "b": np.zeros(1)}, {"a": np.zeros(1), "c": np.zeros(1)})


def test_arrays_without_values_are_the_same():
    assert row(np.zeros(0), np.zeros(0)).verdict == SAME


def differing(name, torch="uniform within ±0.0361", tf="uniform within ±0.051"):
    return InitialRow(name, torch, tf, "differs", 1e-20)


def test_a_tensor_that_differs_alone_is_described_in_full():
    assert summarise([differing("fc1.weight")]) == [
        "fc1.weight is uniform within ±0.0361 in torch, uniform within ±0.051 in tf"
    ]


def test_tensors_that_differ_are_grouped_by_the_end_of_their_names():
    rows = [
        *(differing(f"fc{i}.weight") for i in range(5)),
        differing("fc0.bias", tf="zeros"),
        differing("fc1.bias", "uniform within ±0.1", "zeros"),
        differing("scale", "ones", "zeros"),
        InitialRow("fc9.gain", "ones", "ones", SAME, 1.0),
    ]
    assert summarise(rows) == [
        "5 tensors called weight (fc0.weight, fc1.weight, fc2.weight, ...); "
        "all uniform within ±0.0361 in torch, uniform within ±0.051 in tf",
        "2 tensors called bias (fc0.bias, fc1.bias); fc0.bias is uniform within ±0.0361 in torch, zeros in tf",
        "scale is ones in torch, zeros in tf",
    ]
    assert summarise([rows[-1]]) == []


def test_scipy_is_imported_only_where_it_is_used():
    code = "import compare.judging.initial_values, sys; sys.exit('scipy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_large_tensor_is_judged_from_a_sample_of_it():
    rng = np.random.default_rng(11)
    assert row(uniform(0.02)(rng, (3000, 500)), uniform(0.021)(rng, (3000, 500))).verdict == "differs"
    assert row(uniform(0.02)(rng, (3000, 500)), uniform(0.02)(rng, (3000, 500))).verdict == SAME


def test_what_is_done_to_a_tensor_is_not_its_name():
    rng = np.random.default_rng(3)
    names = ("a.weight.T", "b.weight.permute(1, 0)", "c.weight[0:64]")
    torch, tf = ({name: values(rng, (64, 64)) for name in names} for values in (uniform(0.1), normal(0.5)))
    [said] = summarise(compare_initial(torch, tf))
    assert said.startswith("3 tensors called weight (a.weight.T, ")
