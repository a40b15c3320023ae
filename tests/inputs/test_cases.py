"""The four smallest cases are the problems that they say they are; the others have a file each in tests/cases/."""

import numpy as np
import pytest

from compare.inputs import cases
from compare.inputs.case_inputs import make_inputs

WEIGHTS = {
    "linear_regression": {"linear.weight": (1, 1), "linear.bias": (1,)},
    "mlp_regression": {"fc1.weight": (10, 2), "fc1.bias": (10,), "fc2.weight": (1, 10), "fc2.bias": (1,)},
    "binary_classifier": {"fc1.weight": (32, 10), "fc1.bias": (32,), "fc2.weight": (1, 32), "fc2.bias": (1,)},
    "cifar10_cnn": {
        "conv1.weight": (32, 3, 3, 3), "conv1.bias": (32,), "conv2.weight": (64, 32, 3, 3), "conv2.bias": (64,),
        "conv3.weight": (64, 64, 3, 3), "conv3.bias": (64,), "fc1.weight": (64, 64 * 4 * 4), "fc1.bias": (64,),
        "fc2.weight": (10, 64), "fc2.bias": (10,),
    },
}  # fmt: skip
DATA = {
    "linear_regression": {"x": (100, 1), "y": (100, 1)},
    "mlp_regression": {"x": (1000, 2), "y": (1000, 1)},
    "binary_classifier": {"x": (500, 10), "y": (500, 1)},
    "cifar10_cnn": {"x": (1280, 3, 32, 32), "y": (1280,)},
}
ADAM = {"learning_rate": 1e-3, "epsilon": 1e-7}
SETTINGS = {
    "linear_regression": {"learning_rate": 0.01},
    "mlp_regression": ADAM,
    "binary_classifier": {**ADAM, "l2": 0.01},
    "cifar10_cnn": ADAM,
}
EPOCHS = {"linear_regression": 100, "mlp_regression": 50, "binary_classifier": 75}
BATCHES = {  # the sizes of an epoch's batches
    "linear_regression": [100],
    "mlp_regression": 31 * [32] + [8],
    "binary_classifier": 7 * [64] + [52],
    "cifar10_cnn": 20 * [64],
}


@pytest.fixture(scope="module", params=WEIGHTS)
def inputs(request):
    return make_inputs(cases.load(request.param), epochs=1)


def test_a_case_has_the_name_that_it_is_found_by(inputs):
    assert inputs.case is cases.load(inputs.case.name)
    assert inputs.case.summary


def test_weights_have_pytorchs_names_and_layouts_in_order_and_float64(inputs):
    assert {name: array.shape for name, array in inputs.weights.items()} == WEIGHTS[inputs.case.name]
    assert list(inputs.weights) == list(WEIGHTS[inputs.case.name])
    assert {array.dtype.name for array in inputs.weights.values()} == {"float64"}


def test_biases_start_at_zero_and_weights_do_not(inputs):
    for name, array in inputs.weights.items():
        assert array.any() == (not name.endswith(".bias")), name


@pytest.mark.parametrize("case", ["mlp_regression", "binary_classifier", "cifar10_cnn"])
def test_weights_of_layers_are_glorot_uniform(case):
    for name, array in make_inputs(cases.load(case), steps=1).weights.items():
        if name.endswith(".weight"):
            fan_out, fan_in, *kernel = array.shape
            limit = np.sqrt(6 / ((fan_in + fan_out) * np.prod(kernel)))
            assert 0.8 * limit < np.abs(array).max() <= limit, name


def test_data_has_its_shapes(inputs):
    assert {name: array.shape for name, array in inputs.data.items()} == DATA[inputs.case.name]


def test_hyper_parameters_are_written_out(inputs):
    assert dict(inputs.case.settings) == SETTINGS[inputs.case.name]
    assert inputs.case.epochs == EPOCHS.get(inputs.case.name, inputs.case.epochs)


def test_an_epoch_is_cut_into_its_batches(inputs):
    assert [len(batch["x"]) for batch in inputs.batches("float64")] == BATCHES[inputs.case.name]


@pytest.mark.parametrize(
    ("name", "slopes", "intercept"), [("linear_regression", [2], 1), ("mlp_regression", [2, -1], 0.5)]
)
def test_a_regression_is_a_plane_under_noise_of_a_tenth(name, slopes, intercept):
    data = make_inputs(cases.load(name)).data
    assert 0 <= data["x"].min() < data["x"].max() < 1
    noise = (data["y"] - intercept - data["x"] @ np.array(slopes, float)[:, None]) / 0.1
    # Five standard errors of a mean and of a deviation.
    assert abs(noise.mean()) < 5 / np.sqrt(noise.size)
    assert abs(noise.std() - 1) < 5 / np.sqrt(2 * noise.size)


def test_the_classifiers_labels_are_zero_or_one_by_a_fair_coin():
    y = make_inputs(cases.load("binary_classifier")).data["y"]
    assert set(y.ravel()) == {0.0, 1.0}
    assert y.dtype == np.float64
    assert abs(y.mean() - 0.5) < 5 * 0.5 / np.sqrt(y.size)


def test_the_convolutional_network_has_its_122570_parameters():
    weights = make_inputs(cases.load("cifar10_cnn"), steps=1).weights
    assert sum(array.size for array in weights.values()) == 122_570


def test_images_are_bytes_and_reach_the_model_between_zero_and_one_in_order():
    inputs = make_inputs(cases.load("cifar10_cnn"), steps=2)
    assert inputs.data["x"].dtype == np.uint8
    batch = inputs.batch(1, "float64")
    np.testing.assert_array_equal(batch["x"], inputs.data["x"][64:128].astype(np.float64) / 255)
    np.testing.assert_array_equal(batch["y"], inputs.data["y"][64:128])
    assert inputs.case.channels_first == ("x",)
    # The 50,000 images of the real data set make 781 whole batches, and 16 images are left out.
    assert len(inputs.case.batch_rows(50_000)) == 781


@pytest.mark.parametrize(("name", "shuffled"), [("mlp_regression", True), ("cifar10_cnn", False)])
def test_the_order_is_shuffled_where_the_case_says_so(name, shuffled):
    order = make_inputs(cases.load(name), epochs=2).order
    assert set((order != np.arange(order.shape[1])).any(axis=1)) == {shuffled}


def test_an_unknown_name_suggests_the_nearest_and_lists_all():
    with pytest.raises(LookupError, match=r"no case is named 'cifar10': did you mean 'cifar10_cnn'\? ") as caught:
        cases.load("cifar10")
    assert all(name in str(caught.value) for name in cases.NAMES)
    with pytest.raises(LookupError, match="no case is named '': the cases are linear_regression, "):
        cases.load("")


def test_a_case_that_is_not_a_reference_case_is_found_by_its_place():
    case = cases.load("compare.inputs.cases.gru:CASE")
    assert case is cases.load("gru")
