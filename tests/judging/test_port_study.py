"""A port is described, its weights paired and the pairing proven; then both sides train from PyTorch's own weights."""

from dataclasses import replace
from itertools import count

import numpy as np
import pytest

from compare.inputs.port_inputs import PortInputs
from compare.judging.port_study import _of_the_forward_pass, _set_differently, study_port
from compare.judging.settings import SettingRow
from compare.running.request import RequestFailedError, Training
from compare.traces.pairing import PairingError
from compare.traces.trace import Trace
from tests.helpers.fake_port_worker import Network, batches, run, start_of
from tests.helpers.synthetic import at, from_step, rounding

INPUTS = PortInputs("my_port", 0, "dicts", batches(24), steps_per_epoch=6)
RIGHT = Network("tf", fault=rounding)
ONE_STEP = Training("float64", audits=(0,), steps=1)


class Sides:
    """Two networks, each with initial weights of its own, as the workers have them; what was asked of them."""

    def __init__(self, directory, torch, tf, fails=(), said=None):
        self.networks, self.fails, self.said = {"torch": torch, "tf": tf}, fails, said or {}
        self.own = {"torch": torch.start(), "tf": tf.start(seed=5)}
        self.paths = (directory / f"{number}.npz" for number in count())
        self.asked, self.begun_with = [], []

    def run(self, *wanted):
        self.asked += wanted
        return [self._trace(side, training) for side, training in wanted]

    def _trace(self, side, training):
        if training.precision in self.fails:
            raise RequestFailedError(side, f"no {training.precision} here")
        network = self.networks[side]
        self.begun_with.append(start_of(network, training.start) or self.own[side])
        given = [
            {name: array.astype(training.precision) for name, array in batch.items()}
            for batch in INPUTS.drawn[: training.steps]
        ]
        said = {"compiled": not training.eager} | self.said.get(side, {})
        return Trace(run(next(self.paths), network, given, training, self.own[side], said))


@pytest.fixture
def studied(tmp_path):
    """What a port comes to whose TensorFlow side is this network, and its two sides."""

    def study(tf=RIGHT, inputs=INPUTS, precisions=("float64",), fails=(), nudged=True, said=None):
        sides = Sides(tmp_path, Network(), tf, fails, said)
        return study_port(sides.run, inputs, tmp_path / "weights.npz", precisions, nudged), sides

    return study


def test_a_right_port_is_equivalent_though_its_sides_draw_other_weights_and_use_other_names(studied):
    judgement, _ = studied()
    assert (judgement.verdict, judgement.findings) == ("equivalent", ())


def test_both_sides_are_described_by_one_step_before_they_train(studied):
    _, sides = studied()
    assert sides.asked[:2] == [("torch", ONE_STEP), ("tf", ONE_STEP)]
    assert [training.start for _, training in sides.asked].count(None) == 2


def test_all_else_begins_with_pytorchs_weights_on_both_sides(studied, tmp_path):
    _, sides = studied(nudged=False)
    described, later = sides.begun_with[:2], sides.begun_with[2:]
    assert any((described[0][part] != described[1][part]).any() for part in described[0])
    for weights in later:
        for part, array in Network().start().items():
            np.testing.assert_array_equal(weights[part], array, part)
    with np.load(tmp_path / "weights.npz") as written:
        np.testing.assert_array_equal(written["enter.weight"], Network().start()["enter.weight"])


def test_a_wrong_port_parts_where_it_does_by_pytorchs_names(studied):
    wrong = from_step(0, "update", 1.5)
    judgement, _ = studied(Network("tf", fault=lambda key, value: wrong(key, value) if "leave" in key[2] else value))
    assert judgement.verdict == "diverged"
    assert judgement.first_divergence.key == (0, "update", "leave.weight")


@pytest.mark.parametrize(
    ("stage", "tensor", "order"), [("update", "branches.1.weight", (1, 0)), ("buffer", "norm.running_mean", (0, 1))]
)
def test_a_late_step_is_judged_along_pytorchs_weights_whatever_tf_calls_its_own(studied, stage, tensor, order):
    wrong = at(lambda key: key == (17, stage, tensor), lambda value: value * 1.5)
    judgement, _ = studied(Network("tf", order, fault=wrong), nudged=False)
    assert judgement.first_divergence.key == (17, stage, tensor)
    for comparison in judgement.comparisons.values():
        names = {each.tensor for each in comparison.series if each.stage in ("update", "buffer")}
        assert names == set(Network().start())


def test_which_weight_was_paired_with_which_stands_among_the_settings(studied):
    judgement, _ = studied()
    paired = {row.tf: row.torch for row in judgement.settings if row.subject == "pairing of weights"}
    assert paired["dense.weight"] == "enter.weight"
    assert len(paired) == 2 * 4 + 1  # four layers with a bias, and a running mean


def test_a_pairing_that_had_to_be_proven_is_said_behind_what_the_judge_finds(studied):
    judgement, _ = studied(Network("tf", order=(1, 0)))
    assert judgement.verdict == "equivalent"
    assert judgement.findings[-1].startswith("weights paired crosswise (dense_1 is branches.1")


@pytest.mark.parametrize(
    ("subject", "setting", "expected"),
    [("norm", "eps", True), ("loss", "reduction", True),
     ("norm", "momentum", False), ("conv", "bias", False), ("optimizer", "lr", False)],
)  # fmt: skip
def test_only_settings_that_a_steps_forward_pass_shows_make_other_pairings_hopeless(subject, setting, expected):
    rows = [SettingRow(subject, "", setting, 1, 2, "differs", "")]
    assert _of_the_forward_pass(rows) == (rows if expected else [])


def test_a_layer_is_set_differently_where_no_layer_that_could_be_its_partner_is_set_like_it():
    def row(subject, torch, tf):
        return SettingRow(subject, "LayerNorm", "eps", torch, tf, "equal" if torch == tf else "differs", "")

    assert _set_differently([row("a", 1e-5, 1e-3), row("b", 1e-3, 1e-3)], [["a", "b"]]) == {"a"}
    assert _set_differently([row("a", 1e-5, 1e-3), row("b", 1e-3, 1e-5)], [["a", "b"]]) == set()
    assert _set_differently([row("a", 1e-5, 1e-3), row("b", 1e-3, 1e-5)], [["a", "c"]]) == {"a", "b"}


def test_weights_that_have_no_partner_end_the_study_before_any_training(studied, tmp_path):
    inputs = replace(INPUTS, explicit=(("dense.weight", None),))
    with pytest.raises(PairingError, match=r"enter\.weight"):
        studied(inputs=inputs)
    assert not (tmp_path / "weights.npz").exists()


def test_a_port_that_does_not_run_in_float64_is_judged_in_float32_alone(studied):
    judgement, sides = studied(precisions=("float64", "float32"), fails=("float64",))
    assert judgement.verdict == "equivalent"
    assert list(judgement.comparisons) == ["float32"]
    [why] = [finding for finding in judgement.findings if "does not run in float64" in finding]
    assert "no float64 here" in why
    assert {training.precision for _, training in sides.asked[2:]} == {"float32"}


def test_a_port_that_runs_in_no_precision_is_refused_with_the_last_error(studied):
    with pytest.raises(RequestFailedError, match="no float32 here"):
        studied(fails=("float64", "float32"))


@pytest.mark.parametrize("more", [False, True])
def test_batches_that_were_left_over_are_said_where_there_were_any(studied, more):
    judgement, _ = studied(inputs=replace(INPUTS, more=more))
    said = "only the first 24 batches were used: --steps takes more"
    assert judgement.findings == ((said,) if more else ())


def test_tensorflow_alone_is_run_eagerly_at_the_end(studied):
    _, sides = studied()
    side, last = sides.asked[-1]
    assert (last.eager, side) == (True, "tf")
    assert not any(training.eager for _, training in sides.asked[:-1])


@pytest.mark.parametrize("in_training", [False, True])
def test_where_pytorchs_loss_trains_in_evaluation_both_sides_are_evaluated_so(studied, in_training):
    judgement, sides = studied(said={"torch": {"evaluated_in_training": in_training}})
    after_the_description = [training for _, training in sides.asked if training.start and training.steps != 1]
    assert {training.always_training for training in after_the_description} == {in_training}
    assert any("evaluated in training mode" in finding for finding in judgement.findings) == in_training


def test_a_side_without_a_loss_in_evaluation_is_equivalent_and_says_why(studied):
    judgement, _ = studied(said={"tf": {"no_evaluation": "my_port.py: loss returns list"}})
    assert judgement.verdict == "equivalent"
    [said] = judgement.findings
    assert said.endswith("(tf: my_port.py: loss returns list)")


def test_a_port_that_samples_is_an_error_that_names_the_layer_and_no_value_of_python_is_blamed(studied):
    generator = np.random.default_rng(0)

    def noisy(key, value):
        return value + generator.normal(size=value.shape) if key[1:] == ("forward", "act") else value

    judgement, sides = studied(Network("tf", fault=noisy), nudged=False)
    assert judgement.verdict == "error"
    assert "first the output of tanh (" in judgement.findings[0]
    assert not any("frozen" in finding for finding in judgement.findings)
    assert [side for side, training in sides.asked if training.again] == ["torch", "tf"] * 2


def test_buffers_that_were_not_compared_are_told(studied, monkeypatch):
    monkeypatch.setattr("compare.judging.port_study.say_buffers_alone", lambda sides, pairing: [sides.tf.header.side])
    assert "tf" in studied()[0].findings
