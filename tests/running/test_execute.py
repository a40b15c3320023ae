"""A request is fulfilled by a run of the right side, from the right weights, in the right precision, built once."""

import gc
import sys
import weakref
from collections.abc import Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import make_dataclass, replace
from functools import partial
from types import SimpleNamespace

import numpy as np
import pytest

from compare.inputs import cases
from compare.inputs.arrays import cast, nudge
from compare.inputs.case_inputs import make_inputs, read_inputs, write_inputs
from compare.inputs.port_errors import PortError
from compare.inputs.port_inputs import read
from compare.inputs.side import Side
from compare.running import execute
from compare.running.execute import Executor
from compare.running.framework import Framework
from compare.running.request import CheckComponent, DrawBatches, Start, TrainCase, Training, TrainPort
from compare.traces.header import BY_ITSELF
from compare.traces.settings.dropout import DropoutCalls
from compare.traces.trajectory import TrajectoryWriter
from tests.helpers.port_texts import WHOLE
from tests.helpers.synthetic import entries

STEPS = 3


class Recorder:
    """Remembers what it was given, and how it ended."""

    def __init__(
        self,
        output,
        model,
        optimizer,
        audits,
        channels_first,
        loss,
        trajectory,
        following,
        exchange,
        lines,
        losses_alone,
    ):
        self.losses_alone = losses_alone
        self.output, self.model, self.audits = output, dict(model), audits
        self.trajectory, self.following = trajectory, following
        self.exchange, self.lines = exchange, lines
        self.steps, self.known, self.discarded, self.further = 0, None, False, None

    def rates_beyond(self, rates):
        self.further = rates

    def close(self, evaluate, once_more, known):
        self.known, self.evaluated, self.once_more = known, evaluate and evaluate(), once_more

    def discard(self):
        self.discarded = True


class Weights:
    """Batches stay as they are; a model is a dict of its weights."""

    @staticmethod
    def further_rates(optimizer, schedule, count):
        return {"": [schedule] * count}

    @staticmethod
    @contextmanager
    def keeping_buffers(model):
        model["kept"] = model.get("kept", 0) + 1
        yield

    layers = SimpleNamespace(evaluating=nullcontext, keeping_buffers=keeping_buffers)

    @staticmethod
    def batch_from_canonical(batch, channels_first):
        return batch

    @staticmethod
    def named_parameters(model):
        return entries(model)

    @staticmethod
    def named_buffers(model):
        return {}

    @staticmethod
    def load_weights(model, weights):
        model.update(weights)


BUILT = make_dataclass("Built", ["side", "step", "compiled", "muted"])


class FakeFramework(Framework):
    """A side in NumPy, whose loss is the mean of a batch's x; and what it was told to do."""

    weights = Weights

    def __init__(self, package="torch_impl", **side):
        super().__init__(package)
        vars(self).update(
            dropout=DropoutCalls(),
            of_side=side,
            restarted=[],
            built=[],
            remembered=[],
            entered=[],
            reset=[],
            trained=[],
            recorders=[],
            checked=[],
            graphs=[],
        )
        vars(self).update(
            prepare=SimpleNamespace(build=self._build, remember=self._remember, reset=self._reset),
            train=SimpleNamespace(train=self._train, evaluate=self._evaluate),
            recorder=SimpleNamespace(Recorder=self._recorder),
            exchange=SimpleNamespace(exchange_of=lambda training: training.isolation),
            one_model=SimpleNamespace(as_one=lambda model: model),
            exact_numbers=SimpleNamespace(numbers_cast_exactly=self._exactly),
            rounding=SimpleNamespace(functions_moved=self._moved),
            graph=SimpleNamespace(eagerly=self._eagerly, graphs_called=lambda: nullcontext(self.graphs)),
            randomness=SimpleNamespace(switched_off=lambda: nullcontext(self.dropout), restart=self._restart),
        )
        vars(self)["components.checking"] = SimpleNamespace(run=self.checked.append)

    def make_side(self, case, function=None):
        return f"{case}:{function}"

    def _build(self, make_side, settings, precision, examples, eager):
        self.built.append((make_side, precision, eager))
        parts = {"loss": lambda model, batch, training: float(np.mean(batch["x"])), **self.of_side}
        side = Side(**{"model": {"own": np.ones(2)}, "optimizer": "optimizer"} | parts)
        return BUILT(side, lambda side, batch: ("stepped", batch), not eager, {})

    def _remember(self, built):
        self.remembered.append(built)
        return built

    def _reset(self, built, weights):
        assert any(built is each for each in self.remembered)
        self.reset.append(weights)

    @contextmanager
    def _eagerly(self):
        self.entered.append("eagerly")
        yield

    @contextmanager
    def _exactly(self):
        self.entered.append("exact")
        yield

    @contextmanager
    def _moved(self, seed, ulps):
        self.entered.append((seed, ulps))
        yield

    def _restart(self, side):
        return lambda: self.restarted.append(side.model)

    def _recorder(self, *given, **others):
        self.recorders.append(Recorder(*given, **others))
        return self.recorders[-1]

    def _evaluate(self, side, batch):
        return side.loss(side.model, batch, training=False)

    def _train(self, side, step, batches, recorder, held_out, steps_per_epoch):
        self.trained.append(list(batches))
        recorder.steps = len(self.trained[-1])


@pytest.fixture
def inputs(tmp_path):
    write_inputs(make_inputs(cases.load("mlp_regression"), steps=STEPS), tmp_path / "inputs.npz")
    return str(tmp_path / "inputs.npz")


def asked(inputs, precision="float64", function=None, **training):
    return TrainCase("out.npz", inputs, Training(precision, **training), function)


def same(left: Mapping, right: Mapping):
    return left.keys() == right.keys() and all(
        left[name].dtype == right[name].dtype and np.array_equal(left[name], right[name]) for name in left
    )


@pytest.mark.parametrize("precision", ["float64", "float32"])
def test_a_case_trains_on_its_batches_from_its_weights_in_the_precision_asked_for(inputs, precision):
    framework, given = FakeFramework(), read_inputs(inputs)
    Executor(framework, kept=1).fulfil(asked(inputs, precision))
    assert same(framework.reset[0], cast(given.weights, precision))
    assert len(framework.trained[0]) == STEPS
    assert all(map(same, framework.trained[0], given.batches(precision)))
    [recorder] = framework.recorders
    assert (recorder.output, recorder.audits) == ("out.npz", {0})
    assert (recorder.trajectory, recorder.following, recorder.exchange, recorder.lines) == (None, None, None, False)
    assert recorder.known.precision == precision


def test_a_nudged_run_begins_one_ulp_away(inputs):
    framework, given = FakeFramework(), read_inputs(inputs)
    Executor(framework, kept=1).fulfil(asked(inputs, nudge="float32"))
    assert same(framework.reset[0], nudge(given.weights, given.seed, "float32"))
    assert framework.recorders[0].known.nudge == "float32"


@pytest.mark.parametrize(("eager", "graphs", "compiled"), [(True, ["own"], BY_ITSELF), (False, ["own"], True)])
def test_a_step_of_the_users_that_runs_graphs_is_compiled_by_itself(port, monkeypatch, eager, graphs, compiled):
    monkeypatch.setattr(execute, "WORTH_A_GRAPH", 1)
    framework = FakeFramework("tf_impl")
    framework.graphs.extend(graphs)
    made = partial(BUILT, compiled=None if eager else True, muted={})
    framework.prepare.build = lambda *given: made(framework._build(*given).side, lambda side, batch: 0.0)
    Executor(framework, kept=1).fulfil(port)
    assert framework.recorders[0].known.compiled == compiled


@pytest.mark.parametrize("losses_alone", [False, True])
def test_the_losses_alone_are_recorded_where_that_is_asked_for(inputs, losses_alone):
    framework = FakeFramework()
    Executor(framework, kept=1).fulfil(asked(inputs, losses_alone=losses_alone))
    assert framework.recorders[0].losses_alone is losses_alone


@pytest.mark.parametrize("operations", [False, True])
def test_operations_are_recorded_where_that_is_asked_for(inputs, operations):
    framework = FakeFramework()
    Executor(framework, kept=1).fulfil(asked(inputs, operations=operations))
    assert framework.recorders[0].lines is operations


def test_the_rates_beyond_the_last_step_are_computed_of_a_whole_run_whose_step_is_the_default_one(inputs):
    framework = FakeFramework(schedule="a schedule")
    Executor(framework, kept=1).fulfil(asked(inputs))
    assert framework.recorders[0].further == {"": ["a schedule"] * 1000}
    for changed in ({"nudge": "float32"}, {"steps": 2}):
        Executor(framework, kept=1).fulfil(asked(inputs, **changed))
        assert framework.recorders[-1].further is None
    own = FakeFramework(step=lambda side, batch: (0.0, {}))
    Executor(own, kept=1).fulfil(asked(inputs))
    assert own.recorders[0].further is None


def test_the_end_is_evaluated_on_the_first_batch(inputs):
    framework = FakeFramework()
    Executor(framework, kept=1).fulfil(asked(inputs))
    first = read_inputs(inputs).batch(0, "float64")
    assert framework.recorders[0].evaluated == float(np.mean(first["x"]))


def test_the_first_batchs_loss_is_computed_once_more_by_the_step_itself(inputs):
    framework = FakeFramework()
    Executor(framework, kept=1).fulfil(asked(inputs))
    assert framework.recorders[0].once_more() == "stepped"
    framework = FakeFramework(batches=lambda batches: batches)
    Executor(framework, kept=1).fulfil(asked(inputs))
    assert framework.recorders[0].once_more is None, "what its first step was given is not known"
    framework = FakeFramework()
    Executor(framework, kept=1).fulfil(asked(inputs, steps=1))
    assert framework.recorders[0].once_more is None, "it ends early"


def test_a_run_may_end_early(inputs):
    framework = FakeFramework()
    Executor(framework, kept=1).fulfil(asked(inputs, steps=1))
    assert len(framework.trained[0]) == 1


def leave(directory, *values):
    """The trajectory of a free run in float64, of these values of the model's weight."""
    writer = TrajectoryWriter(directory / "float64.trajectory")
    for value in values:
        writer.add({"own": np.full(2, float(value))})
    writer.close()


def test_a_run_that_leads_leaves_its_trajectory_and_one_that_follows_takes_it(inputs, tmp_path):
    framework, output = FakeFramework(), str(tmp_path / "out.npz")
    executor = Executor(framework, kept=1)
    executor.fulfil(replace(asked(inputs, leads=True), output=output))
    assert (tmp_path / "float64.trajectory").exists()
    assert isinstance(framework.recorders[0].trajectory, TrajectoryWriter)
    assert framework.recorders[0].following is None
    leave(tmp_path, 1, 2, 3)
    executor.fulfil(replace(asked(inputs, "float32", follows="float64"), output=output))
    assert framework.recorders[1].trajectory is None
    assert framework.recorders[1].following.steps == 2


@pytest.mark.parametrize(("states", "steps", "trained"), [(3, None, 2), (9, None, STEPS), (9, 1, 1), (3, 1, 1)])
def test_a_run_is_as_long_as_it_may_be_led(inputs, tmp_path, states, steps, trained):
    framework = FakeFramework()
    leave(tmp_path, *range(states))
    request = replace(asked(inputs, follows="float64", steps=steps), output=str(tmp_path / "out.npz"))
    Executor(framework, kept=1).fulfil(request)
    assert len(framework.trained[0]) == trained


def test_the_constants_of_an_optimizer_are_rounded_where_that_is_asked_for(inputs):
    group = {"params": [], "lr": 0.1}
    framework = FakeFramework(optimizer=SimpleNamespace(param_groups=[group]))
    Executor(framework, kept=1).fulfil(asked(inputs))
    assert group["lr"] == 0.1
    Executor(framework, kept=1).fulfil(asked(inputs, rounded=True))
    assert group["lr"] == float(np.float32(0.1))


def test_whoever_watches_sees_every_batch(inputs):
    seen = []
    Executor(FakeFramework(), kept=1).fulfil(asked(inputs), lambda batches: (seen.append(1) or b for b in batches))
    assert len(seen) == STEPS


def test_all_runs_of_a_case_in_a_precision_are_of_one_side_built_once(inputs):
    framework = FakeFramework()
    executor = Executor(framework, kept=1)
    for training in (asked(inputs, audits=()), asked(inputs, nudge="float64", audits=()), asked(inputs, "float32")):
        executor.fulfil(training)
    assert [precision for _, precision, _ in framework.built] == ["float64", "float32"]
    assert len(framework.reset) == 3


def test_another_function_is_another_side(inputs):
    framework = FakeFramework()
    executor = Executor(framework, kept=1)
    for function in (None, "mutants:wrong", None):
        executor.fulfil(asked(inputs, function=function))
    assert [side for side, *_ in framework.built] == ["mlp_regression:None", "mlp_regression:mutants:wrong"]


@pytest.mark.parametrize(("audits", "eager"), [((0, 1, 2), True), ((0, 1), False)])
def test_a_run_whose_every_step_is_audited_need_not_be_compiled(inputs, audits, eager):
    framework = FakeFramework()
    Executor(framework, kept=1).fulfil(asked(inputs, audits=audits))
    assert framework.built[0][2] == eager
    assert framework.recorders[0].known.compiled == (not eager)


@pytest.mark.parametrize("audits", [(), (0,)])
def test_the_end_is_evaluated_where_tensors_are_recorded(inputs, audits):
    framework = FakeFramework()
    Executor(framework, kept=1).fulfil(asked(inputs, audits=audits))
    assert (framework.recorders[0].evaluated is not None) == bool(audits)


def test_no_more_is_kept_than_asked_for(inputs, tmp_path):
    framework = FakeFramework()
    executor = Executor(framework, kept=1)
    write_inputs(make_inputs(cases.load("linear_regression"), steps=1), tmp_path / "other.npz")
    other = str(tmp_path / "other.npz")
    for request in (asked(inputs), asked(other), asked(other, "float32"), asked(inputs)):
        executor.fulfil(request)
    assert len(framework.built) == 4


def test_a_side_may_have_batches_of_its_own(inputs):
    framework = FakeFramework(batches=lambda shared: list(shared)[:1] * 2)
    Executor(framework, kept=1).fulfil(asked(inputs))
    first = read_inputs(inputs).batch(0, "float64")
    assert [same(batch, first) for batch in framework.trained[0]] == [True, True]


def test_a_run_that_fails_leaves_no_trace(inputs):
    framework = FakeFramework(batches=lambda shared: [])
    with pytest.raises(ValueError, match=r"the side's own batches\(\) yields nothing: there is nothing to train on"):
        Executor(framework, kept=1).fulfil(asked(inputs))
    assert framework.recorders[0].discarded
    assert framework.recorders[0].known is None


def test_a_component_is_checked_by_the_side(inputs):
    framework, request = FakeFramework(), CheckComponent("out", "in", "losses", "cross_entropy", "float64")
    Executor(framework, kept=1).fulfil(request)
    assert framework.checked == [request]


# Ports


@pytest.fixture
def port(tmp_path, monkeypatch):
    """A request to train one side of a port, whose batches are drawn."""
    monkeypatch.setattr(sys, "path", list(sys.path))
    (tmp_path / "my_port.py").write_text(WHOLE)
    drawn, file = str(tmp_path / "drawn.npz"), str(tmp_path / "my_port.py")
    Executor(FakeFramework(), kept=1).fulfil(DrawBatches(drawn, file, 0, STEPS))
    return TrainPort("out.npz", drawn, Training("float64"), file)


def test_batches_are_drawn_into_the_file_that_is_named(port):
    assert read(port.inputs).steps == STEPS


def test_a_port_is_built_anew_for_each_run_and_keeps_its_own_weights(port):
    framework = FakeFramework()
    executor = Executor(framework, kept=1)
    executor.fulfil(port)
    executor.fulfil(port)
    assert len(framework.built) == 2
    assert framework.reset == framework.remembered == []
    np.testing.assert_array_equal(framework.recorders[0].model["own"], np.ones(2))


class Circle:
    """An object that holds itself, which only a collection frees."""

    def __init__(self):
        self.own = self


@pytest.mark.parametrize(("large", "is_freed"), [(0, True), (1e6, False)])
def test_what_a_large_port_left_is_freed_before_the_next_is_built(port, monkeypatch, large, is_freed):
    monkeypatch.setattr(execute, "LARGE", large)
    executor = Executor(FakeFramework(), kept=1)
    executor.fulfil(port)
    gc.disable()
    try:
        left = weakref.ref(Circle())
        executor.fulfil(port)
        assert (left() is None) == is_freed
    finally:
        gc.enable()


@pytest.mark.parametrize("eager", [False, True])
def test_a_port_is_compiled_unless_it_is_to_be_run_as_it_is_written(port, eager, monkeypatch):
    monkeypatch.setattr(execute, "WORTH_A_GRAPH", 1)
    framework = FakeFramework()
    Executor(framework, kept=1).fulfil(replace(port, training=replace(port.training, eager=eager)))
    assert framework.built[0][2] == eager


@pytest.mark.parametrize(("worth", "eager"), [(STEPS - 1, False), (STEPS, True)])
def test_a_port_of_few_steps_beside_the_audited_ones_is_not_compiled(port, monkeypatch, worth, eager):
    monkeypatch.setattr(execute, "WORTH_A_GRAPH", worth)
    framework = FakeFramework()
    Executor(framework, kept=1).fulfil(replace(port, training=replace(port.training, audits=(0,))))
    assert framework.built[0][2] == eager


@pytest.mark.parametrize(("package", "own"), [("torch_impl", [1.0, 1.0]), ("tf_impl", [3.0, 4.0])])
def test_a_port_starts_from_pytorchs_weights_by_the_names_of_its_side(port, tmp_path, package, own):
    np.savez(tmp_path / "weights.npz", fc=np.array([3.0, 4.0]), other=np.array([5.0, 6.0]))
    start = Start(str(tmp_path / "weights.npz"), (("own", "fc"),))
    framework = FakeFramework(package)
    Executor(framework, kept=1).fulfil(replace(port, training=replace(port.training, start=start)))
    model = framework.recorders[0].model
    np.testing.assert_array_equal(model["own"], own)
    assert set(model) == ({"own", "fc", "other"} if package == "torch_impl" else {"own"})


@pytest.mark.parametrize("follows", [None, "float64"])
def test_what_only_the_tf_side_has_begins_with_one_number(port, tmp_path, follows):
    leave(tmp_path, 1, 2, 3)
    np.savez(tmp_path / "weights.npz", fc=np.array([3.0, 4.0]))
    start = Start(str(tmp_path / "weights.npz"), (), (("own", 0.5),))
    framework = FakeFramework("tf_impl")
    training = replace(port.training, start=start, follows=follows)
    Executor(framework, kept=1).fulfil(replace(port, output=str(tmp_path / "out.npz"), training=training))
    np.testing.assert_array_equal(framework.recorders[0].model["own"], [0.5, 0.5])


@pytest.mark.parametrize("package", ["torch_impl", "tf_impl"])
def test_a_port_that_follows_takes_its_weights_from_the_trajectory_alone(port, tmp_path, package):
    leave(tmp_path, 1, 2, 3)
    start = Start("no file is read", (("own", "own"),))
    framework = FakeFramework(package)
    training = replace(port.training, start=start, follows="float64")
    Executor(framework, kept=1).fulfil(replace(port, output=str(tmp_path / "out.npz"), training=training))
    recorder = framework.recorders[0]
    assert recorder.following.steps == 2
    recorder.following.begin()
    np.testing.assert_array_equal(recorder.model["own"], [1.0, 1.0])


def test_what_goes_wrong_in_a_port_points_into_it(port):
    def break_down(shared):
        raise ZeroDivisionError("in its batches")

    with pytest.raises(PortError, match=r"my_port.py, on the torch side: ZeroDivisionError: in its batches"):
        Executor(FakeFramework(batches=break_down), kept=1).fulfil(port)


def test_the_end_of_a_port_is_evaluated_on_its_own_batch_for_that(port, tmp_path):
    text = WHOLE + "def evaluation(rng):\n    return {'x': np.full((2, 2), 7.0), 'y': np.arange(2)}\n"
    (tmp_path / "my_port.py").write_text(text)
    framework = FakeFramework()
    Executor(framework, kept=1).fulfil(DrawBatches(port.inputs, port.file, 0, STEPS))
    Executor(framework, kept=1).fulfil(port)
    assert framework.recorders[0].evaluated == 7.0


@pytest.mark.parametrize(("always", "told"), [(False, False), (True, True)])
def test_a_port_may_be_evaluated_as_it_is_trained_and_what_that_moves_is_put_back(port, always, told):
    framework = FakeFramework(loss=lambda model, batch, training: (training, model.get("kept", 0)))
    request = replace(port, training=replace(port.training, always_training=always))
    Executor(framework, kept=1).fulfil(request)
    assert framework.recorders[0].evaluated == (told, int(always))


def test_a_run_that_is_made_again_has_the_first_batch_and_restarts_the_model(inputs):
    framework = FakeFramework()
    Executor(framework, kept=1).fulfil(asked(inputs, again=True, steps=2, audits=(0, 1)))
    first = next(read_inputs(inputs).batches("float64"))
    assert all(same(batch, first) for batch in framework.trained[0])
    assert len(framework.trained[0]) == 2
    [recorder] = framework.recorders
    recorder.following.begin()
    assert framework.restarted == [recorder.model]


@pytest.mark.parametrize(
    ("package", "training", "entered"),
    [
        ("tf_impl", {}, ["exact"]),
        ("tf_impl", {"eager": True}, ["exact", "eagerly"]),
        ("torch_impl", {"eager": True}, []),
        ("torch_impl", {}, []),
        ("torch_impl", {"follows": "float64", "ulps": 4}, [([0, 0], 4)]),
    ],
)
def test_a_port_is_run_with_exact_numbers_or_eagerly_and_where_nudges_are_wide_with_functions_moved(
    port, tmp_path, package, training, entered
):
    framework = FakeFramework(package)
    leave(tmp_path, 1, 2, 3)
    trained = replace(port.training, **training)
    Executor(framework, kept=1).fulfil(replace(port, output=str(tmp_path / "out.npz"), training=trained))
    assert framework.entered == entered
