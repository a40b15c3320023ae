"""A side's package is reached by name, and only when something of it is asked for."""

import json
import json.decoder
from contextlib import nullcontext
from types import SimpleNamespace

import numpy as np
import pytest

from compare.inputs import cases
from compare.inputs.case_inputs import make_inputs
from compare.running.framework import Framework


class Fake(Framework):
    """A side whose tensors are tuples (name, array, whether channels come first)."""

    weights = SimpleNamespace(
        batch_from_canonical=lambda batch, channels_first: {
            name: (name, array, name in channels_first) for name, array in batch.items()
        }
    )
    prepare = SimpleNamespace(build=lambda *given: given)


@pytest.fixture
def framework():
    return Fake("tf_impl")


@pytest.mark.parametrize(("package", "side"), [("torch_impl", "torch"), ("tf_impl", "tf")])
def test_a_package_is_of_its_side(package, side):
    assert Framework(package).side == side


def test_functions_are_moved_on_the_side_of_pytorch_alone():
    rounding = SimpleNamespace(functions_moved=lambda *given: nullcontext(given))
    for package, moved in (("torch_impl", ([3], 4)), ("tf_impl", None)):
        framework = Framework(package)
        vars(framework)["rounding"] = rounding
        with framework.functions_moved([3], 4) as entered:
            assert entered == moved


def test_numbers_are_cast_exactly_on_the_side_of_tensorflow_alone():
    exact = SimpleNamespace(numbers_cast_exactly=lambda: nullcontext("exact"))
    for package, entered in (("torch_impl", None), ("tf_impl", "exact")):
        framework = Framework(package)
        vars(framework)["exact_numbers"] = exact
        with framework.numbers_cast_exactly() as found:
            assert found == entered


def test_modules_are_found_by_their_names_those_inside_of_others_too():
    assert Framework("json").decoder is json.decoder
    with pytest.raises(ModuleNotFoundError, match=r"json\.no_such_part"):
        Framework("json").no_such_part  # noqa: B018 - to ask is what is tested


@pytest.mark.parametrize("case", ["mlp_regression", "cifar10_cnn"])
def test_batches_become_tensors_and_are_told_which_have_channels_first(framework, case):
    inputs = make_inputs(cases.load(case), steps=2)
    for step, batch in enumerate(framework.to_native(inputs, inputs.batches("float32"))):
        for name, array in inputs.batch(step, "float32").items():
            assert (batch[name][0], batch[name][2]) == (name, name in inputs.case.channels_first)
            np.testing.assert_array_equal(batch[name][1], array)


def test_batches_are_made_one_at_a_time(framework):
    inputs = make_inputs(cases.load("mlp_regression"), steps=2)

    def endless():
        while True:
            yield inputs.batch(0, "float32")

    assert next(iter(framework.to_native(inputs, endless())))


@pytest.mark.parametrize(("case", "held_out"), [("vae", True), ("linear_regression", False)])
def test_a_batch_is_held_out_where_the_case_has_one(framework, case, held_out):
    found = framework.held_out(make_inputs(cases.load(case), steps=1), "float64")
    assert (found is not None) == held_out


def test_a_side_is_built_with_a_batch_of_every_shape(framework):
    inputs = make_inputs(cases.load("mlp_regression"))  # 31 batches of 32, and one of 8
    side, settings, precision, examples, eager = framework.build("side", inputs, "float32", eager=True)
    assert (side, settings, precision, eager) == ("side", inputs.settings, "float32", True)
    assert sorted(len(example["x"][1]) for example in examples) == [8, 32]


def test_a_side_is_made_by_the_function_that_is_named(framework):
    assert framework.make_side("any_case", "json:dumps") is json.dumps


def test_a_side_is_made_by_the_cases_own_model_file_where_none_is_named(monkeypatch):
    asked = []
    monkeypatch.setattr("compare.running.framework.import_module", lambda name: asked.append(name) or json)
    monkeypatch.setattr(json, "side", "the side", raising=False)
    assert Framework("torch_impl").make_side("lstm") == "the side"
    assert asked == ["torch_impl.models.lstm"]
