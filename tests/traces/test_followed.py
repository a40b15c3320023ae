"""What a loop that follows a recorded one is given at the beginning of a step, and which steps it can follow."""

import numpy as np
import pytest

from compare.inputs.expressions import explicit_pairs
from compare.traces.followed import FollowedLoop
from compare.traces.model import RecordedModel
from compare.traces.pairing import PairingError
from compare.traces.trace import TraceError, TraceWriter
from compare.traces.weights import Tensor, WeightGroup
from tests.helpers.synthetic import header
from tests.traces.test_parameters import Array

WEIGHTS = {step: np.array([1.0, 2.0]) + step for step in range(300)}


def group(name):
    return WeightGroup("Linear", name, {"weight": Tensor(f"{name}.weight", (2,), False, True)})


def torch_trace(path, steps, state="exp_avg", gradient=True, side="torch", calls=("",)):
    """A loop of one weight "fc.weight", which was audited at these steps."""
    writer = TraceWriter(path / "torch.npz")
    for step in steps:
        writer.tensor(step, "weights", "fc.weight", WEIGHTS[step])
        if gradient:
            writer.tensor(step, "gradient", "fc.weight", np.ones(2))
        for call in calls if state else ():
            writer.tensor(step, "state", f"fc.weight {state}{call}", np.full(2, step + len(call)))
    writer.close({"loss": np.zeros(300)}, header(side, weight_groups=(group("fc"),)))
    return path / "torch"


class Model:
    """A model of one weight, "dense.weight", and an optimizer that notes what state it is given."""

    def __init__(self):
        self.weight, self.given = np.zeros(2), []

    def follow(self, path, audits=None, pairs=(), name="dense"):
        own = RecordedModel([group(name)], {}, [], [])
        parameters = {f"{name}.weight": Array(self.weight)}
        return FollowedLoop(path, own, parameters, self.given.append, explicit_pairs(dict(pairs)), audits)


def test_a_step_begins_with_the_weights_that_torch_had_there_and_any_other_with_its_own(tmp_path):
    model = Model()
    loop = model.follow(torch_trace(tmp_path, [0, 1]))
    for step, expected in ((0, WEIGHTS[0]), (1, WEIGHTS[1]), (2, np.zeros(2))):
        model.weight[...] = 0
        assert loop.begin(step) == (step < 2)
        assert model.weight.tolist() == expected.tolist()
    assert loop.steps == (0, 1)


def test_the_first_steps_in_a_row_keep_the_optimizers_own_state(tmp_path):
    model = Model()
    loop = model.follow(torch_trace(tmp_path, range(4)))
    [loop.begin(step) for step in range(4)]
    assert model.given == []


def test_a_later_row_begins_with_the_state_of_the_step_before_which_itself_is_not_followed(tmp_path):
    model = Model()
    loop = model.follow(torch_trace(tmp_path, [0, 1, 199, 200, 201]))
    assert loop.steps == (0, 1, 200, 201)
    [loop.begin(step) for step in loop.steps]
    [state] = model.given
    assert {name: value.tolist() for name, value in state.items()} == {"dense.weight exp_avg": [199, 199]}


def test_of_several_updates_in_a_step_the_state_after_the_last_is_taken(tmp_path):
    model = Model()
    loop = model.follow(torch_trace(tmp_path, [199, 200], calls=("", " (call 2)")))
    loop.begin(200)
    assert model.given[0]["dense.weight exp_avg"].tolist() == [208, 208]


@pytest.mark.parametrize("audits", [[200], [0, 200]])
def test_only_the_audits_asked_for_are_followed(tmp_path, audits):
    loop = Model().follow(torch_trace(tmp_path, [0, 1, 199, 200]), audits)
    assert loop.steps == tuple(audits)


def test_an_optimizer_without_state_can_be_followed_at_any_step(tmp_path):
    model = Model()
    loop = model.follow(torch_trace(tmp_path, [0, 200], state=None))
    assert loop.steps == (0, 200)


@pytest.mark.parametrize(
    ("steps", "options", "said"),
    [
        ([0, 1, 2, 200], {}, "step 200 cannot be followed, because it was audited alone: what the optimizer kept of "),
        ([0, 1, 2, 200], {}, r"with step 199 in its audits too, as in .*audits=\[0, 1, 2, 199, 200\]"),
        ([199, 200], {"state": None, "gradient": False}, "does not show the state of the optimizer after step 199"),
        ([0, 1], {"side": "tf"}, "is a trace of tf: give the one of PyTorch"),
        ([], {}, r"was audited at the steps \[\], of which none can be followed"),
    ],
)
def test_what_cannot_be_followed_is_said_with_what_to_record(tmp_path, steps, options, said):
    with pytest.raises(ValueError, match=said):
        Model().follow(torch_trace(tmp_path, steps, **options))


def test_a_step_that_only_lends_its_state_is_not_one_to_follow(tmp_path):
    with pytest.raises(ValueError, match="none can be followed: record the PyTorch loop with audits in a row"):
        Model().follow(torch_trace(tmp_path, [199, 200]), audits=[199])


def test_a_trace_that_is_not_there_and_a_weight_without_a_partner_are_errors(tmp_path):
    with pytest.raises(TraceError, match="nothing"):
        Model().follow(tmp_path / "nothing")
    path = torch_trace(tmp_path, [0])
    with pytest.raises(PairingError, match="other"):
        Model().follow(path, pairs=[("other.weight", "fc.weight")])
    assert Model().follow(path, pairs=[("dense.weight", "fc.weight")]).steps == (0,)
