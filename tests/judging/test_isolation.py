"""Which runs isolate a step, and what their rows say."""

import numpy as np
import pytest

from compare.judging.isolation import Isolated, Partners, call_of, isolate
from compare.judging.stages import StageRow
from compare.judging.ways import Ways
from compare.running.request import Training
from compare.traces.step import END
from compare.traces.trace import Trace, TracePair, TraceWriter
from tests.helpers.synthetic import header

WEIGHT = np.array([1.0, -2.0, 3.0])
AGREEING = {
    (0, "weights", "fc.weight"): WEIGHT,
    (0, "input", "fc input"): WEIGHT,
    (0, "forward", "fc"): 2 * WEIGHT,
    (0, "loss", "loss"): np.array(6.0),
    (0, "upstream", "fc 0"): WEIGHT / 4,
    (0, "gradient", "fc.weight"): WEIGHT / 8,
    (0, "update", "fc.weight"): -WEIGHT / 16,
    (END, "loss", "loss"): np.array(5.0),
}
HANDED_ON = {(0, "output", "fc 0"): 2 * WEIGHT}


class Runs:
    """Runs that leave these tensors, whatever they are asked for: torch's, and tf's first and second run."""

    def __init__(self, directory, torch, *tf, flow):
        self.directory, self.torch, self.tf, self.flow, self.asked = directory, torch, list(tf), flow, []

    def __call__(self, *wanted):
        traces = []
        for side, training in wanted:
            path = self.directory / f"{len(self.asked)}.npz"
            self.asked.append((side, training))
            writer = TraceWriter(path)
            for key, value in (self.torch if side == "torch" else self.tf.pop(0)).items():
                writer.tensor(*key, value)
            writer.close({"loss": [6.0]}, header(side, flow=self.flow, gradient_flow=self.flow))
            traces.append(Trace(path))
        return traces


@pytest.fixture
def isolated(tmp_path):
    def of(*tf, torch=AGREEING, flow=None, partners=None):
        runs = Runs(tmp_path, torch | HANDED_ON, *tf, flow=flow or {"fc": [], "loss": ["fc"]})
        partners = partners or Partners({"fc": "fc"}, {}, frozenset(), lambda trace: trace)
        return isolate(runs, partners, "float64", [0]), runs.asked

    return of


def changed(key, factor):
    return AGREEING | {key: AGREEING[key] * factor}


def beyond(rows):
    return [(row.stage, row.tensor) for row in rows if row.beyond]


def test_torch_leaves_what_its_layers_exchange_once_more_nudged_and_tf_is_given_it(isolated):
    found, asked = isolated(AGREEING)
    (side, torch), (_, nudged), (tf_side, tf) = asked
    assert (side, tf_side) == ("torch", "tf")
    assert torch.exchanges
    assert nudged.exchanges
    assert nudged.nudge == "float64"
    assert torch.nudge is None
    assert tf.isolation.trace.endswith("0.npz")
    assert tf.isolation.names == (("fc", "fc"),)
    assert {each.follows for each in (torch, nudged, tf)} == {"float64"}
    assert beyond(found.rows) == []
    assert found.given is found.rows


def test_what_layers_hand_on_is_not_compared(isolated):
    found, _ = isolated(AGREEING)
    assert {row.stage for row in found.rows} == {key[1] for key in AGREEING}


def test_where_gradients_differ_the_optimizer_is_given_torchs_in_one_more_run(isolated):
    apart = changed((0, "gradient", "fc.weight"), 2) | {(0, "upstream", "fc 0"): WEIGHT}
    found, asked = isolated(apart, AGREEING)
    again = asked[-1][1].isolation
    assert again.gradients == ("fc.weight",)
    assert again.soft == ("fc",)
    assert beyond(found.rows) == [("upstream", "fc 0"), ("gradient", "fc.weight")]
    assert beyond(found.given) == []


def test_a_gradient_that_comes_back_through_a_loss_that_differs_is_given_on_as_torchs(isolated):
    apart = changed((0, "loss", "loss"), 2) | {(0, "upstream", "fc 0"): WEIGHT, (0, "gradient", "fc.weight"): WEIGHT}
    found, asked = isolated(apart, AGREEING)
    assert asked[-1][1].isolation.soft == ()
    assert found.unexplained_back() == []


def test_no_gradient_that_comes_back_is_one_of_zeros(isolated):
    without = {key: value for key, value in AGREEING.items() if key[1] != "upstream"}
    zeros = AGREEING | {(0, "upstream", "fc 0"): np.zeros(3)}
    assert beyond(isolated(zeros, torch=without)[0].rows) == []
    assert beyond(isolated(AGREEING, torch=without)[0].rows) == [("upstream", "fc 0")]


def test_flow_has_torchs_names_of_weights(isolated):
    partners = Partners({"fc": "fc"}, {"dense.kernel": "fc.weight"}, frozenset(), lambda trace: trace)
    found, _ = isolated(AGREEING, flow={"loss": ["dense.kernel", "fc"]}, partners=partners)
    assert found.ways.values == found.ways.gradients == {"loss": {"fc.weight", "fc"}}
    assert found.reaches("fc.weight", {"loss"})
    assert not found.reaches("fc.weight", {"fc"})


BEHIND = [(0, "forward", "fc (call 2)"), (0, "upstream", "fc 0 (call 2)")]


@pytest.mark.parametrize("key", BEHIND)
@pytest.mark.parametrize("apart", [("gradient", "fc.weight"), ("state", "fc.weight momentum")])
@pytest.mark.parametrize("wrong_with_torchs_gradients", [False, True])
def test_behind_a_wrong_update_a_step_is_as_it_is_with_torchs_gradients_if_these_make_the_update_right(
    isolated, key, apart, wrong_with_torchs_gradients
):
    first = {(0, *apart): WEIGHT}
    torch = {key: value for key, value in AGREEING.items() if key[1] not in ("update", "loss")} | first
    torch |= dict.fromkeys([*BEHIND, (0, "gradient", "fc.weight (call 2)")], WEIGHT)
    torch |= {key: AGREEING[key] for key in AGREEING if key not in torch}  # in the order in which they are recorded
    other_update, other_call = {(0, *apart): 2 * WEIGHT}, {key: 2 * WEIGHT}
    with_own = torch | other_update | other_call
    given = torch | other_update | (other_call if wrong_with_torchs_gradients else {})
    found, _ = isolated(with_own, given, torch=torch)
    shown = wrong_with_torchs_gradients and apart[0] == "gradient"
    assert (key[1:] in beyond(found.rows)) == shown
    assert found.rows == sorted(found.rows, key=lambda row: row.step)


def test_behind_an_update_that_agrees_a_step_shows_what_its_layers_do(isolated):
    torch = AGREEING | dict.fromkeys([*BEHIND, (0, "gradient", "fc.weight (call 2)")], WEIGHT)
    found, _ = isolated(torch | {BEHIND[0]: 2 * WEIGHT}, torch=torch)
    assert beyond(found.rows) == [BEHIND[0][1:]]


def test_updates_that_begin_with_a_state_of_its_own_are_left_out(tmp_path):
    def at_steps(factor):
        return {
            (step, stage, name): value * factor for step in (0, 1, 9) for (_, stage, name), value in AGREEING.items()
        }

    runs = Runs(tmp_path, at_steps(1), at_steps(2), at_steps(2), flow={})
    isolated = isolate(runs, Partners({}, {}, frozenset(), lambda trace: trace), "float64", [0, 1, 9], until=0)
    assert {row.step for row in isolated.beyond("update")} == {0, 1}
    assert {row.step for row in isolated.beyond("loss")} == {0, 1, 9}


def test_one_of_two_layers_that_are_one_of_torchs_puts_out_a_half(isolated):
    half = AGREEING | {(0, "forward", "fc"): WEIGHT.reshape(3, 1)[:, :0]}
    both = Partners({"fc": "fc"}, {}, frozenset(["fc"]), lambda trace: trace)
    assert beyond(isolated(half)[0].rows) == [("forward", "fc")]
    assert beyond(isolated(half, partners=both)[0].rows) == []


def test_partners_of_a_case_have_the_same_names(tmp_path):
    [trace] = Runs(tmp_path, AGREEING, flow={})(("torch", None))
    partners = Partners.alike(trace)
    assert partners.outputs == {"fc": "fc"}
    assert partners.rename(trace) is trace


@pytest.mark.parametrize(
    ("stage", "tensor", "call"),
    [("input", "fc input (call 2)", "fc (call 2)"), ("forward", "fc", "fc"), ("upstream", "lstm 1", "lstm")],
)
def test_a_row_is_about_a_call(stage, tensor, call):
    assert call_of(StageRow(0, stage, tensor, None, 0.0)) == call


def test_what_is_computed_forward_at_other_steps_explains_nothing():
    rows = list(isolated_rows_of(step=1))
    pair = TracePair(None, None)
    isolated = Isolated(rows, rows, Ways.alike({"loss": frozenset(["fc"])}), pair, Training("float64"))
    assert isolated.parts_forward(1) == {"loss"}
    assert isolated.parts_forward(0) == set()


def isolated_rows_of(step):
    from compare.judging.difference import difference

    yield StageRow(step, "loss", "loss", difference(np.array([1.0]), np.array([2.0])), 1e-13)


def test_partners_without_some_calls_keep_the_others_in_training_and_in_the_evaluation():
    outputs = {"a": "fc", "b": "head", "c": "head (call 2)"}
    partners = Partners(outputs, {}, frozenset(), lambda trace: trace, {"a": "fc", "b": "head"})
    without = partners.without({"head"})
    assert (without.outputs, without.evaluated) == ({"a": "fc", "c": "head (call 2)"}, {"a": "fc"})
