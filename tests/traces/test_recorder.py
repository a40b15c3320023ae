"""What is recorded of a step, in which order, whatever the framework: here one of NumPy arrays and plain functions."""

from contextlib import suppress
from threading import Thread
from types import SimpleNamespace

import numpy as np
import pytest

from compare.inputs.port_errors import NoEvaluationError
from compare.traces.header import Known
from compare.traces.operations import OperationLog
from compare.traces.rates import beyond, is_beyond
from compare.traces.recorder import Recorder
from compare.traces.recording import NUDGE
from compare.traces.step import END
from compare.traces.trace import ONCE_MORE, Trace, TracePair
from tests.helpers.synthetic import header
from tests.traces.test_parameters import Array

X, Y, RATE = np.array([[1.0, 2.0], [3.0, -1.0]]), np.array([2.0, 0.5]), 0.1
WEIGHT = np.array([0.3, -0.7])


class Loop:
    """Least squares by gradient descent: a model and an optimizer that can be watched by functions put into them."""

    def __init__(self, built=True):
        self.weight, self.count = WEIGHT.copy() if built else None, np.zeros(())
        self.forward, self.before, self.after = [], [], []

    def step(self):
        self.weight = WEIGHT.copy() if self.weight is None else self.weight
        predicted = X @ self.weight
        [watch("linear", predicted) for watch in self.forward]
        gradient = 2 * X.T @ (predicted - Y) / 2
        [watch({id(self.weight): gradient}) for watch in self.before]
        self.weight -= RATE * gradient
        self.count += 1
        [watch() for watch in self.after]
        return np.mean((predicted - Y) ** 2)


WEIGHTS = SimpleNamespace(
    named_parameters=lambda model: {"w": Array(model.weight)},
    named_buffers=lambda model: {"count": Array(model.count)},
    batch_to_canonical=lambda batch, channels_first: {
        name: np.moveaxis(array, -1, 1) if name in channels_first else array for name, array in batch.items()
    },
    learning_rate=lambda optimizer: np.float64(RATE),
    optimizer_state=lambda optimizer, model: {"w steps": np.array(model.count)},
    to_numpy=np.asarray,
)


class Watched:
    """What records operations: it remembers of which weights it was told, and ends with an empty record."""

    def __init__(self):
        self.log, self.weights, self.stopped = OperationLog(), None, False

    def start(self, weights):
        self.weights = weights

    def stop(self):
        self.stopped = True


class NumpyRecorder(Recorder):
    weights = WEIGHTS
    _operation_recording = Watched

    def _header(self):
        return header("tf")

    def _rates(self, optimizer):
        return None

    def _is_built(self):
        return self._model.weight is not None

    def _watch_layers(self):
        self._model.forward.append(lambda name, value: self._recording.tensor("forward", name, value))
        self._detach.append(self._model.forward.clear)

    def _watch_optimizer(self, optimizer):
        optimizer.before.append(self._before_update)
        optimizer.after.append(lambda: self._after_update(optimizer))
        self._detach += [optimizer.before.clear, optimizer.after.clear]


class ByHand(NumpyRecorder):
    def _watch_optimizer(self, optimizer):
        """Nothing to hook into."""


@pytest.fixture
def trained(tmp_path, monkeypatch):
    """Trains for three steps under a recorder; the loop and its trace."""
    monkeypatch.delenv(NUDGE, raising=False)

    def train(loop=None, evaluate=None, once_more=None, known=None, **options):
        loop = loop or Loop()
        recorder = NumpyRecorder(tmp_path / "trace", loop, loop, **options)
        for _ in range(3):
            recorder.step(loop.step(), (X, Y), {"two": np.float64(2)})
        recorder.close(evaluate, once_more, known)
        [path] = tmp_path.iterdir()
        return loop, Trace(path)

    return train


def test_the_first_batch_once_more_is_a_curve_of_one_value_and_no_metric(trained):
    loop, four_steps = Loop(), Loop()
    _, trace = trained(loop, once_more=loop.step, audits=range(3))
    assert trace.curves[ONCE_MORE].tolist() == [four_steps.step() for _ in range(4)][3:]
    assert (END, "forward", "linear") not in trace, "what it computes is not recorded"
    assert TracePair(trace, trace).metrics == ["two"]


def test_a_step_that_cannot_be_made_once_more_leaves_the_trace_whole(trained):
    _, trace = trained(once_more=iter(()).__next__)
    assert ONCE_MORE not in trace.curves
    assert trace.steps == 3


OF_A_STEP = [
    ("weights", "w"), ("weights", "count"), ("forward", "linear"), ("rate", "learning_rate"), ("gradient", "w"),
    ("state", "w steps"), ("batch", "0"), ("batch", "1"), ("loss", "loss"), ("update", "w"), ("buffer", "count"),
]  # fmt: skip
AT_THE_END = [("weights", "w"), ("buffer", "count")]


@pytest.mark.parametrize("audits", [(0, 1, 2), (1,), ()])
def test_an_audited_step_is_recorded_in_the_order_of_its_causes_and_another_leaves_curves_only(trained, audits):
    loop, trace = trained(audits=audits)
    expected = [(step, *what) for step in audits for what in OF_A_STEP] + [(END, *what) for what in AT_THE_END]
    assert trace.keys == expected
    assert [len(trace.curves[name]) for name in ("loss", "two", "examples")] == [3, 3, 3]
    assert trace.curves["examples"].tolist() == [2, 2, 2]
    assert (loop.forward, loop.before, loop.after) == ([], [], []), "nothing stays attached"


def test_the_values_of_a_step_are_what_its_formulas_say(trained):
    _, trace = trained()
    residual = X @ WEIGHT - Y
    gradient = X.T @ residual
    assert trace[0, "weights", "w"].tolist() == WEIGHT.tolist()
    np.testing.assert_allclose(trace[0, "gradient", "w"], gradient, rtol=1e-15)
    np.testing.assert_allclose(trace[0, "update", "w"], -RATE * gradient, rtol=1e-14)
    np.testing.assert_allclose(trace[1, "weights", "w"], WEIGHT - RATE * gradient, rtol=1e-15)
    assert trace.curves["loss"][0] == trace[0, "loss", "loss"] == np.mean(residual**2)
    assert [float(trace[step, "buffer", "count"]) for step in (0, 1, 2)] == [1, 2, 3]


def test_weights_that_the_first_forward_pass_makes_are_recorded_before_the_first_update(trained):
    _, trace = trained(Loop(built=False), audits=(0,))
    stages = [stage for step, stage, _ in trace.keys if step == 0]
    assert stages.index("forward") < stages.index("weights") < stages.index("gradient")
    assert trace[0, "weights", "w"].tolist() == WEIGHT.tolist()


def test_two_optimizers_of_a_step_have_one_rate_and_one_update_each_its_state(tmp_path):
    loop, second = Loop(), Loop()
    recorder = NumpyRecorder(tmp_path / "trace", loop, [loop, second], audits=(0,))
    loss = loop.step()
    for watch in second.before:
        watch({id(loop.weight): X[0]})
    for watch in second.after:
        watch()
    recorder.step(loss)
    recorder.close()
    recorded = [(stage, name) for step, stage, name in Trace(tmp_path / "trace.npz").keys if step == 0]
    assert [what for what in recorded if what[0] in ("rate", "gradient", "state", "update")] == [
        ("rate", "learning_rate"), ("gradient", "w"), ("state", "w steps"), ("gradient", "w (call 2)"),
        ("state", "w steps (call 2)"), ("update", "w"),
    ]  # fmt: skip


def test_an_optimizer_shows_no_state_of_a_weight_that_it_was_not_given(tmp_path):
    loop, second = Loop(), Loop()
    recorder = NumpyRecorder(tmp_path / "trace", loop, [loop, second], audits=(0,))
    loss = loop.step()
    for watch in second.before:
        watch({id(loop.weight): None})
    for watch in second.after:
        watch()
    recorder.step(loss)
    recorder.close()
    recorded = [name for step, stage, name in Trace(tmp_path / "trace.npz").keys if (step, stage) == (0, "state")]
    assert recorded == ["w steps"]


def test_an_image_of_a_batch_is_recorded_with_its_channels_first(tmp_path):
    loop = Loop()
    recorder = NumpyRecorder(tmp_path / "trace", loop, loop, channels_first=("x",))
    recorder.step(loop.step(), {"x": np.zeros((2, 4, 5, 3)), "y": Y})
    recorder.close()
    trace = Trace(tmp_path / "trace.npz")
    assert (trace[0, "batch", "x"].shape, trace[0, "batch", "y"].shape) == ((2, 3, 4, 5), (2,))


def test_what_a_study_knows_stands_in_the_header_and_it_needs_no_last_weights(trained):
    _, trace = trained(known=Known("float64", "float32", muted={"drop": {"p": 0.5}}), audits=())
    assert (trace.header.precision, trace.header.nudge, trace.header.muted) == (
        "float64",
        "float32",
        {"drop": {"p": 0.5}},
    )
    assert trace.keys == []
    assert ("weights", "w") in [key[1:] for key in trained(audits=())[1].keys]


def test_while_the_model_is_evaluated_at_the_end_its_layers_are_recorded(trained):
    loop = Loop()
    _, trace = trained(loop, evaluate=lambda: [watch("linear", X) for watch in loop.forward] and np.float64(0.25))
    at_end = [key[1:] for key in trace.keys if key[0] is END]
    assert at_end == [*AT_THE_END, ("forward", "linear"), ("loss", "loss")]
    assert trace[END, "loss", "loss"] == 0.25


def fails(loop):
    """An evaluation that goes through a layer, and gives no loss."""
    for watch in loop.forward:
        watch("linear", X)
    raise NoEvaluationError("my_port.py: loss returns list")


def test_an_evaluation_without_a_loss_leaves_what_was_seen_on_its_way_and_the_reason(trained):
    loop = Loop()
    _, trace = trained(loop, evaluate=lambda: fails(loop))
    assert [key[1:] for key in trace.keys if key[0] is END] == [*AT_THE_END, ("forward", "linear")]
    assert trace.header.no_evaluation == "my_port.py: loss returns list"
    assert loop.forward == []


def test_an_evaluation_without_a_loss_between_two_steps_leaves_no_point(tmp_path):
    loop = Loop()
    recorder = NumpyRecorder(tmp_path / "trace", loop, loop)
    recorder.step(loop.step())
    recorder.evaluation(lambda: fails(loop))
    recorder.step(loop.step())
    recorder.close()
    trace = Trace(tmp_path / "trace.npz")
    assert (trace.steps, "evaluation_loss" in trace.curves) == (2, False)
    assert trace.header.no_evaluation


def test_another_error_in_an_evaluation_is_an_error(tmp_path):
    loop = Loop()
    recorder = NumpyRecorder(tmp_path / "trace", loop, loop)
    recorder.step(loop.step())
    with pytest.raises(ZeroDivisionError):
        recorder.close(lambda: 1 / 0)
    recorder.discard()


def test_the_header_has_what_the_side_the_recorder_and_its_closing_say(trained):
    _, trace = trained(pairs={"w": "weight", None: ["a", "b"]}, known=Known("float64"))
    explicit = (("w", "weight"), (None, "a"), (None, "b"))
    assert trace.header == header("tf", precision="float64", explicit=explicit, loss_is_number=True)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_with_a_nudge_every_weight_begins_one_ulp_away_and_the_header_says_of_which_dtype(tmp_path, monkeypatch, dtype):
    monkeypatch.setenv(NUDGE, "1")
    loop = Loop()
    loop.weight = WEIGHT.astype(dtype)
    recorder = NumpyRecorder(tmp_path / "trace", loop, loop)
    recorder.step(loop.step())
    recorder.close()
    trace = Trace(tmp_path / "trace.nudged.npz")
    plain = WEIGHT.astype(dtype)
    assert (np.abs(trace[0, "weights", "w"] - plain) == np.spacing(np.abs(plain))).all()
    assert trace.header.nudge == dtype


def test_the_ulp_of_a_nudge_can_be_named_for_a_loop_that_computes_in_a_coarser_dtype(tmp_path, monkeypatch):
    monkeypatch.setenv(NUDGE, "bfloat16")
    loop = Loop()
    recorder = NumpyRecorder(tmp_path / "trace", loop, loop)
    recorder.step(loop.step())
    recorder.close()
    trace = Trace(tmp_path / "trace.nudged.npz")
    np.testing.assert_allclose(np.abs(trace[0, "weights", "w"] - WEIGHT), np.array([0.25, 0.5]) * 2.0**-7, rtol=1e-12)
    assert trace.header.nudge == "bfloat16"


def test_a_model_without_weights_cannot_be_nudged_and_it_is_said_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setenv(NUDGE, "1")
    loop = Loop(built=False)
    with pytest.raises(ValueError, match="cannot be nudged: call it once on a batch before the recorder"):
        NumpyRecorder(tmp_path / "trace", loop, loop)
    assert list(tmp_path.iterdir()) == []


def test_what_is_evaluated_between_two_steps_is_a_curve_of_its_own(tmp_path):
    loop = Loop()
    recorder = NumpyRecorder(tmp_path / "trace", loop, loop)
    recorder.step(loop.step())
    recorder.evaluation(lambda: [watch("linear", X) for watch in loop.forward] and np.float64(4))
    recorder.step(loop.step())
    assert recorder.steps == 2
    recorder.close()
    trace = Trace(tmp_path / "trace.npz")
    assert (trace.curves["evaluation_step"].tolist(), trace.curves["evaluation_loss"].tolist()) == ([0], [4])
    assert [name for step, stage, name in trace.keys if (step, stage) == (1, "forward")] == ["linear"]


def test_a_recording_that_is_discarded_leaves_neither_file_nor_hook(tmp_path):
    loop = Loop()
    recorder = NumpyRecorder(tmp_path / "trace", loop, loop)
    recorder.step(loop.step())
    recorder.discard()
    recorder.close()
    assert (list(tmp_path.iterdir()), loop.forward, loop.before, loop.after) == ([], [], [], [])


@pytest.mark.parametrize("optimizer", [None, object()])
def test_weights_that_are_moved_by_hand_have_an_update(tmp_path, optimizer):
    loop = Loop()
    recorder = ByHand(tmp_path / "trace", loop, optimizer)
    recorder.step(loop.step())
    recorder.close()
    trace = Trace(tmp_path / "trace.npz")
    np.testing.assert_allclose(trace[0, "update", "w"], -RATE * X.T @ (X @ WEIGHT - Y), rtol=1e-14)
    assert {key[1] for key in trace.keys if key[0] == 0} == {"weights", "forward", "loss", "update", "buffer"}


def test_a_second_recorder_of_the_same_name_leaves_nothing_of_the_first_at_the_model(tmp_path):
    loop = Loop()
    first = NumpyRecorder(tmp_path / "trace", loop, loop)
    second = NumpyRecorder(tmp_path / "trace", loop, loop)
    assert len(loop.before) == len(loop.after) == len(loop.forward) == 1
    second.step(loop.step())
    with pytest.raises(ValueError, match=rf"{tmp_path}/trace.npz: a second recorder was made under this name"):
        first.step(0.5)
    first.close()
    second.close()
    assert Trace(tmp_path / "trace.npz").steps == 1
    assert (loop.forward, loop.before, loop.after) == ([], [], [])


def test_a_recorder_closes_itself_behind_with(tmp_path):
    loop = Loop()
    with NumpyRecorder(str(tmp_path / "trace"), loop, loop) as recorder:
        recorder.step(loop.step())
    assert Trace(tmp_path / "trace.npz").steps == 1
    with pytest.raises(ValueError, match=r"trace\.npz: this recorder was closed: make a new one"):
        recorder.step(0.5)


def test_after_an_error_behind_with_what_was_recorded_is_kept(tmp_path):
    loop = Loop()
    with suppress(ZeroDivisionError), NumpyRecorder(tmp_path / "trace", loop, loop) as recorder:
        recorder.step(loop.step())
        recorder.step(1 / 0)
    assert Trace(tmp_path / "trace.npz").steps == 1


@pytest.mark.parametrize("misspelt", ["audit", "chanels_first", "folow"])
def test_a_misspelt_option_of_a_recorder_is_told(tmp_path, misspelt):
    with pytest.raises(TypeError, match=rf"Recorder\(\) has no option {misspelt}: did you mean"):
        NumpyRecorder(tmp_path / "trace", Loop(), Loop(), **{misspelt: ()})


def test_a_loop_may_run_in_another_thread_than_its_recorder_was_made_in(tmp_path):
    loop = Loop()
    recorder = NumpyRecorder(tmp_path / "trace", loop, loop)
    thread = Thread(target=lambda: recorder.step(loop.step()))
    thread.start()
    thread.join()
    recorder.close()
    assert Trace(tmp_path / "trace.npz").steps == 1


class Lender:
    """A recorded loop that lends these weights at the first two steps."""

    steps = (0, 1)

    def __init__(self, model):
        self.model, self.closed = model, False

    def begin(self, step):
        if step in self.steps:
            self.model.weight[...] = WEIGHT + step
        return step in self.steps

    def close(self):
        self.closed = True


class Follower(NumpyRecorder):
    def _loop_to_follow(self, path, model, optimizer, audits):
        self.lender = Lender(model)
        return self.lender


def followed(tmp_path, **options):
    loop = Loop()
    recorder = Follower(tmp_path / "trace", loop, loop, follow="torch", **options)
    for _ in range(3):
        recorder.step(loop.step())
    recorder.close()
    assert recorder.lender.closed
    return loop


def test_a_loop_that_follows_begins_its_audited_steps_with_what_it_is_lent_and_says_so(tmp_path, monkeypatch):
    monkeypatch.delenv(NUDGE, raising=False)
    loop = followed(tmp_path)
    trace = Trace(tmp_path / "trace.npz")
    assert [trace[step, "weights", "w"].tolist() for step in (0, 1)] == [WEIGHT.tolist(), (WEIGHT + 1).tolist()]
    assert (2, "weights", "w") not in trace, "its audits are the steps that can be followed"
    assert trace.header.followed == (0, 1)
    assert trace[END, "weights", "w"].tolist() == loop.weight.tolist()


def test_a_nudged_loop_that_follows_is_moved_anew_at_each_step(tmp_path, monkeypatch):
    monkeypatch.setenv(NUDGE, "1")
    followed(tmp_path)
    trace = Trace(tmp_path / "trace.nudged.npz")
    moved = [trace[step, "weights", "w"] - (WEIGHT + step) for step in (0, 1)]
    for step, move in enumerate(moved):
        assert (np.abs(move) == np.spacing(np.abs(WEIGHT + step))).all()


def test_a_recorder_of_pytorch_does_not_follow(tmp_path):
    with pytest.raises(ValueError, match=r"the PyTorch loop leads, tf_impl\.Recorder"):
        NumpyRecorder(tmp_path / "trace", Loop(), Loop(), follow="runs/torch")
    assert list(tmp_path.iterdir()) == []


class FromOutside(NumpyRecorder):
    def _watches(self, step):
        return step == 0


def test_a_step_that_is_not_watched_shows_all_but_outputs_and_gradients(tmp_path, monkeypatch):
    monkeypatch.delenv(NUDGE, raising=False)
    loop = Loop()
    recorder = FromOutside(tmp_path / "trace", loop, loop, audits=(0, 1))
    for _ in range(2):
        recorder.step(loop.step(), (X, Y))
    recorder.close()
    trace = Trace(tmp_path / "trace.npz")
    assert {key[1] for key in trace.keys if key[0] == 0} - {key[1] for key in trace.keys if key[0] == 1} == {
        "forward",
        "gradient",
        "rate",  # this optimizer's rate is read while it updates
    }
    expected = -RATE * X.T @ (X @ trace[1, "weights", "w"] - Y)
    np.testing.assert_allclose(trace[1, "update", "w"], expected, rtol=1e-14)
    assert trace[1, "state", "w steps"] == 2
    assert trace.header.from_outside == (1,)


def test_the_operations_of_the_first_audited_step_are_recorded_where_lines_are_asked_for(tmp_path):
    loop = Loop()
    recorder = NumpyRecorder(tmp_path / "lines", loop, loop, audits=(1,), lines=True)
    watched = recorder._operations
    recorder.step(loop.step())
    assert (list(watched.weights), watched.stopped) == (list(WEIGHTS.named_parameters(loop)), False)
    recorder.step(loop.step())
    assert watched.stopped
    recorder.close()
    with Trace(tmp_path / "lines.npz") as trace:
        assert trace.operations.operations == ()
    with NumpyRecorder(tmp_path / "without", loop, loop) as recorder:
        recorder.step(loop.step())
    with Trace(tmp_path / "without.npz") as trace:
        assert trace.operations is None


def test_rates_beyond_the_last_step_are_curves_of_their_own(tmp_path):
    loop = Loop()
    with NumpyRecorder(tmp_path / "rates", loop, loop) as recorder:
        recorder.step(loop.step())
        recorder.rates_beyond({"": np.array([[0.1], [0.05]]), "critic": np.array([[1.0], [1.0]])})
    with Trace(tmp_path / "rates.npz") as trace:
        assert trace.curves[beyond("learning_rate")].tolist() == [0.1, 0.05]
        assert trace.curves[beyond("learning_rate (critic)")].tolist() == [1.0, 1.0]
        assert is_beyond(beyond("learning_rate"))
        assert not is_beyond("learning_rate")
        assert TracePair(trace, trace).metrics == []
