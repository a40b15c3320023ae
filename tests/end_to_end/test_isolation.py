"""Ports with several bugs at a time: every one is listed, with its own lines of code, and nothing that is not there.

`python -m tests.isolation_proof` draws sets from all wrong ports.
"""

import re
from pathlib import Path

import pytest

from compare.judging.experiments import PortExperiment
from compare.judging.parting_lines import say_lines
from compare.reporting.experiments import run_experiments
from compare.running.options import Options
from tests.end_to_end import right_ports, wrong_lines
from tests.end_to_end.wrong_lines import WRONG_LINES
from tests.isolation_proof import BY_NAME, text_of

SETS = {
    "default_slope other_activation penalty_without_half": {
        "LeakyReLU negative_slope",
        "what fc3 is given",
        "loss",
    },
    "default_epsilon_of_batch_norm added_behind_relu biased_running_variance": {
        "BatchNorm eps",
        "what head is given",
        "BatchNorm running variance",
    },
    "default_epsilon_of_layer_norm approximate_gelu": {"LayerNorm eps", "what fc2 is given"},
    "scores_not_scaled": {"what norm is given"},
    "loss_summed other_learning_rate": {"loss reduction", "learning rate"},
    "normalised_behind untied": {"what norm2 is given", "what fc1 is given", "loss", "gradients of weights"},
    "padding_trained padding_averaged": {"what fc is given", "gradients of weights"},
    "momentum_left_out decay_in_the_tape_and_another_rate": {"learning rate", "optimizer momentum and nesterov"},
}
STRAIGHT = next(wrong for wrong in WRONG_LINES if wrong.name == "straight_through_left_out")
RIGHT = ("convolution", "embedding", "lstm", "two_models")
README = (Path(__file__).parents[2] / "README.md").read_text()
HIDDEN = "to see it by itself"
LINES = {"what fc3 is given": ("torch.tanh", "tf.nn.relu"), "loss": ("0.5 * L2", "L2 * squares")}


def words(text):
    """Without what only aligns the columns."""
    return text.split()


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    """The result of each set by its names, and of each right port."""
    directory, named = tmp_path_factory.mktemp("sets"), {}
    for number, names in enumerate(SETS):
        (directory / f"set_{number}.py").write_text(text_of(BY_NAME[name] for name in names.split()))
        named[f"set_{number}"] = names
    (directory / f"{STRAIGHT.name}.py").write_text(wrong_lines.text_of(STRAIGHT))
    for port in right_ports.RIGHT_PORTS:
        if port.name in RIGHT:
            (directory / f"{port.name}.py").write_text(right_ports.text_of(port))
    experiments = [PortExperiment(path) for path in sorted(directory.glob("*.py"))]
    done = run_experiments(experiments, Options("float64", differences="always"))
    return {named.get(result.case, result.case): result for _, result in done}


@pytest.mark.parametrize("names", SETS)
def test_every_difference_of_a_set_is_listed_and_no_other(results, names):
    assert set(results[names].differences["difference"]) == SETS[names]


def test_a_gradient_that_goes_past_codes_in_torch_and_to_them_in_tf_is_one_difference(results):
    assert list(results[STRAIGHT.name].differences["difference"]) == ["gradient back to encoder"]


@pytest.mark.parametrize("name", RIGHT)
def test_of_a_right_port_nothing_is_listed(results, name):
    assert results[name].verdict == "equivalent"
    assert list(results[name].differences["difference"]) == []


def test_the_readme_shows_what_is_said_of_a_port_that_does_not_scale_its_scores(results):
    said = "\n".join(say_lines(results["scores_not_scaled"].judgement.lines))
    shown = re.search(r"^    the output of norm: .*\n(?:      .*\n){3}", README, re.MULTILINE).group()
    assert words(re.sub(r"set_\d+\.py", "my_port.py", said)) == words(shown)


def test_what_a_difference_hides_is_said(results):
    [hidden] = [
        said for said in results["default_slope other_activation penalty_without_half"].findings if HIDDEN in said
    ]
    assert hidden.startswith("the gradient of 6 weights comes through what differs")
    assert not any(HIDDEN in said for said in results["loss_summed other_learning_rate"].findings)


def test_each_of_several_differences_has_its_own_two_lines(results):
    found = results["default_slope other_activation penalty_without_half"]
    lines = found.lines[found.lines.role == "parts"]
    for place, (torch, tf) in LINES.items():
        of_place = lines[lines.place.str.endswith(place)].set_index("side")["source"]
        assert torch in of_place["torch"]
        assert tf in of_place["tf"]


def test_what_each_difference_does_alone_to_the_loss_is_measured(results):
    effects = results["default_slope other_activation penalty_without_half"].differences["effect"]
    assert ((effects > 1e-3) & (effects < 1)).all()
