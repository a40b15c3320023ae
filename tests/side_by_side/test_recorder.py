"""The recorder on loops that know nothing of the harness, and what it leaves behind on the model."""

import keras
import numpy as np
import pytest
import tensorflow as tf
import torch

from compare import diff
from compare.traces.step import END
from compare.traces.trace import STAGES, Trace
from tf_impl.optimizers import SGD
from tf_impl.recorder import Recorder as TfRecorder
from torch_impl.recorder import Recorder as TorchRecorder

STEPS = 5
RNG = np.random.default_rng(1)
X, Y = RNG.normal(size=(STEPS, 8, 3)), RNG.normal(size=(STEPS, 8, 1))
KERNEL, BIAS = RNG.normal(size=(1, 3)), RNG.normal(size=1)


def torch_loop(path=None, audits=(0, 3)):
    model = torch.nn.Sequential(torch.nn.Linear(3, 1))
    with torch.no_grad():
        model[0].weight.copy_(torch.from_numpy(KERNEL))
        model[0].bias.copy_(torch.from_numpy(BIAS))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    recorder = TorchRecorder(path, model, optimizer, audits) if path else None
    losses = []
    for x, y in zip(torch.from_numpy(X), torch.from_numpy(Y), strict=True):
        optimizer.zero_grad()
        loss = ((model(x) - y) ** 2).mean()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        if recorder:
            recorder.step(loss, {"x": x, "y": y}, {"twice": 2 * loss})
    if recorder:
        recorder.close()
    return model, optimizer, losses


def tf_loop(path=None, audits=(0, 3)):
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1, name="0")])
    model.layers[0].set_weights([KERNEL.T, BIAS])
    optimizer = keras.optimizers.SGD(0.1)
    recorder = TfRecorder(path, model, optimizer, audits) if path else None

    @tf.function
    def step(x, y):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((model(x) - y) ** 2)
        optimizer.apply_gradients(
            zip(tape.gradient(loss, model.trainable_variables), model.trainable_variables, strict=True)
        )
        return loss

    losses = []
    for x, y in zip(tf.constant(X), tf.constant(Y), strict=True):
        losses.append(float(loss := step(x, y)))
        if recorder:
            recorder.step(loss, {"x": x, "y": y}, {"twice": 2 * loss})
    if recorder:
        recorder.close()
    return model, optimizer, losses


LOOPS = {"torch": torch_loop, "tf": tf_loop}


@pytest.mark.parametrize("side", LOOPS)
def test_what_is_recorded_of_a_step_is_what_the_formulas_say(side, tmp_path):
    LOOPS[side](tmp_path / "trace.npz")
    with Trace(tmp_path / "trace.npz") as trace:
        assert [key[0] for key in trace.keys] == sorted(key[0] for key in trace.keys)
        assert {key[0] for key in trace.keys} == {0, 3, END}
        residual = X[0] @ KERNEL.T + BIAS - Y[0]
        gradient = 2 * residual.T @ X[0] / 8
        expected = {
            (0, "batch", "x"): X[0],
            (0, "weights", "0.weight"): KERNEL,
            (0, "forward", "0"): X[0] @ KERNEL.T + BIAS,
            (0, "loss", "loss"): np.mean(residual**2),
            (0, "gradient", "0.weight"): gradient,
            (0, "rate", "learning_rate"): 0.1,
            (0, "update", "0.weight"): -0.1 * gradient,
        }
        for key, value in expected.items():
            np.testing.assert_allclose(trace[key], value, rtol=1e-6 if key[1] in ("rate", "update") else 1e-13)
            assert key[1] in STAGES
        assert np.array_equal(trace.curves["twice"], 2 * trace.curves["loss"])


@pytest.mark.parametrize("side", LOOPS)
def test_recording_changes_no_loss_and_leaves_nothing_attached(side, tmp_path):
    model, optimizer, losses = LOOPS[side](tmp_path / "trace.npz", audits=range(STEPS))
    _, _, alone = LOOPS[side]()
    np.testing.assert_allclose(losses, alone, rtol=1e-15)
    if side == "torch":
        assert not model[0]._forward_hooks
        assert not optimizer._optimizer_step_pre_hooks
        assert not optimizer._optimizer_step_post_hooks
    else:
        assert "call" not in vars(model.layers[0])
        assert "apply" not in vars(optimizer)
        assert not tf.config.functions_run_eagerly()


def test_by_default_tensorflow_runs_one_step_eagerly_and_shows_of_the_next_two_what_can_be_seen_from_outside(tmp_path):
    tf_loop(tmp_path / "by_default.npz", audits=None)
    tf_loop(tmp_path / "watched.npz", audits=range(3))
    with Trace(tmp_path / "by_default.npz") as trace, Trace(tmp_path / "watched.npz") as watched:
        assert trace.header.from_outside == (1, 2)
        seen = [key for key in watched.keys if key[0] == 0 or key[1] not in ("forward", "gradient")]
        assert sorted(map(str, trace.keys)) == sorted(map(str, seen))
        for key in seen:
            np.testing.assert_allclose(trace[key], watched[key], rtol=1e-6, err_msg=str(key))


@pytest.mark.parametrize("side", LOOPS)
def test_nothing_is_attached_to_a_step_that_is_not_audited(side, tmp_path):
    LOOPS[side](tmp_path / "trace.npz", audits=())
    with Trace(tmp_path / "trace.npz") as trace:
        assert {key[0] for key in trace.keys} == {END}
        assert trace.steps == STEPS


@pytest.mark.parametrize("side", LOOPS)
@pytest.mark.parametrize(("as_given", "number"), [(lambda loss: loss, False), (float, True), (np.asarray, True)])
def test_a_header_says_whether_a_loss_came_as_a_plain_number(side, as_given, number, tmp_path):
    model, optimizers = torch_pair() if side == "torch" else tf_pair()
    recorder = (TorchRecorder if side == "torch" else TfRecorder)(tmp_path / "trace.npz", model, optimizers)
    recorder.step(as_given(torch.tensor(0.5) if side == "torch" else tf.constant(0.5)))
    recorder.close()
    with Trace(tmp_path / "trace.npz") as trace:
        assert (trace.header.loss_is_number, trace.curves["loss"].tolist()) == (number, [0.5])


@pytest.mark.parametrize("side", LOOPS)
def test_a_layer_that_is_called_twice_is_recorded_twice(side, tmp_path):
    if side == "torch":
        layer = torch.nn.Linear(2, 2)
        model = torch.nn.Sequential(layer)
        recorder = TorchRecorder(tmp_path / "trace.npz", model, torch.optim.SGD(model.parameters(), lr=0.1))
        model(model(torch.zeros(1, 2)))
    else:
        model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(2, name="0")])
        recorder = TfRecorder(tmp_path / "trace.npz", model, keras.optimizers.SGD(0.1))
        model(model(tf.zeros((1, 2), tf.float64)))
    recorder.step(1.0, {"x": np.zeros((1, 2))})
    recorder.close()
    with Trace(tmp_path / "trace.npz") as trace:
        assert [key[2] for key in trace.keys if key[:2] == (0, "forward")] == ["0", "0 (call 2)"]


def torch_pair():
    """A model of two parts, each with an optimizer of its own."""
    model = torch.nn.ModuleDict({"left": torch.nn.Linear(2, 1, bias=False), "right": torch.nn.Linear(2, 1, bias=False)})
    return model, {name: torch.optim.SGD(part.parameters(), lr=0.1) for name, part in model.items()}


def tf_pair():
    """A model of two parts, each with an optimizer of its own."""
    model = keras.Model()
    model.left, model.right = keras.layers.Dense(1, use_bias=False), keras.layers.Dense(1, use_bias=False)
    for part in (model.left, model.right):
        part.build((None, 2))
    model.built = True
    return model, {"left": keras.optimizers.SGD(0.1), "right": keras.optimizers.SGD(0.1)}


@pytest.mark.parametrize("side", LOOPS)
def test_each_of_two_optimizers_records_its_own_gradients_and_the_step_all_updates(side, tmp_path):
    model, optimizers = torch_pair() if side == "torch" else tf_pair()
    recorder = (TorchRecorder if side == "torch" else TfRecorder)(tmp_path / "trace.npz", model, optimizers)
    gradients = {"left": np.array([[1.0, 2.0]]), "right": np.array([[3.0, 4.0]])}
    if side == "torch":
        for name, optimizer in optimizers.items():
            for part, gradient in gradients.items():  # a backward pass leaves gradients in the other's weights too
                model[part].weight.grad = torch.from_numpy(gradient * (1 if part == name else 100))
            optimizer.step()
    else:
        for name, optimizer in optimizers.items():
            optimizer.apply_gradients([(tf.constant(gradients[name].T), getattr(model, name).kernel)])
    recorder.step(1.0, {"x": np.zeros((1, 2))})
    recorder.close()
    with Trace(tmp_path / "trace.npz") as trace:
        assert sum(key[1] == "gradient" for key in trace.keys) == 2
        assert [key for key in trace.keys if key[1] == "rate"] == [(0, "rate", "learning_rate")]
        for name, gradient in gradients.items():
            np.testing.assert_array_equal(trace[0, "gradient", f"{name}.weight"], gradient)
            np.testing.assert_allclose(trace[0, "update", f"{name}.weight"], -0.1 * gradient, rtol=1e-6)


def adam_steps(path, side):
    """Two Adams of one model, in a list, each built for all weights where that can be; only the first has a step."""
    if side == "torch":
        model, _ = torch_pair()
        optimizers = [torch.optim.Adam(part.parameters()) for part in model.values()]
        recorder = TorchRecorder(path, model, optimizers)
        model["left"].weight.grad = torch.ones(1, 2)
        [optimizer.step() for optimizer in optimizers]
    else:
        model, _ = tf_pair()
        optimizers = [keras.optimizers.Adam(), keras.optimizers.Adam()]
        for optimizer in optimizers:
            optimizer.build(model.trainable_variables)
        recorder = TfRecorder(path, model, optimizers)
        optimizers[0].apply_gradients([(tf.ones((2, 1)), model.left.kernel)])
    recorder.step(1.0)
    recorder.close()


@pytest.mark.parametrize("side", LOOPS)
def test_state_is_shown_of_the_weights_that_an_optimizer_was_given(side, tmp_path):
    adam_steps(tmp_path / "trace.npz", side)
    with Trace(tmp_path / "trace.npz") as trace:
        state = [key[2] for key in trace.keys if key[:2] == (0, "state")]
    assert sorted(state) == [f"left.weight {entry}" for entry in ("exp_avg", "exp_avg_sq", "step")]


@pytest.mark.parametrize("side", LOOPS)
@pytest.mark.parametrize("optimizer", [None, object()])
def test_weights_that_no_known_optimizer_moves_have_an_update_and_nothing_else_is_shown(side, optimizer, tmp_path):
    model, _ = torch_pair() if side == "torch" else tf_pair()
    recorder = (TorchRecorder if side == "torch" else TfRecorder)(tmp_path / "trace.npz", model, optimizer)
    if side == "torch":
        with torch.no_grad():
            model["left"].weight += 1
    else:
        model.left.kernel.assign_add(tf.ones((2, 1)))
    recorder.step(1.0)
    recorder.close()
    with Trace(tmp_path / "trace.npz") as trace:
        assert {key[1] for key in trace.keys if key[0] == 0} == {"weights", "loss", "update"}
        np.testing.assert_allclose(trace[0, "update", "left.weight"], np.ones((1, 2)), rtol=1e-6)
        np.testing.assert_array_equal(trace[0, "update", "right.weight"], np.zeros((1, 2)))


def test_an_optimizer_with_a_closure_shows_its_update_too(tmp_path):
    model, _ = torch_pair()
    optimizer = torch.optim.LBFGS(model.parameters(), max_iter=2)
    recorder = TorchRecorder(tmp_path / "trace.npz", model, optimizer)

    def closure():
        optimizer.zero_grad()
        loss = (model["left"](torch.ones(1, 2)).sum() - 3) ** 2
        loss.backward()
        return loss

    for _ in range(2):
        recorder.step(optimizer.step(closure))
    recorder.close()
    with Trace(tmp_path / "trace.npz") as trace:
        assert np.any(trace[1, "update", "left.weight"])
        assert trace[1, "rate", "learning_rate"] == 1
        for step in range(2):  # of the first of the evaluations, from the weights with which the step began
            gradient = 2 * (trace[step, "weights", "left.weight"].sum() - 3)
            np.testing.assert_allclose(trace[step, "gradient", "left.weight"], np.full((1, 2), gradient), rtol=1e-6)


@pytest.mark.parametrize("side", LOOPS)
def test_an_evaluation_between_two_steps_is_no_part_of_them(side, tmp_path):
    if side == "torch":
        model, optimizers = torch_pair()
        recorder, x = TorchRecorder(tmp_path / "trace.npz", model, optimizers, (0, 1)), torch.ones(1, 2)
        left = model["left"]
    else:
        model, optimizers = tf_pair()
        recorder, x = TfRecorder(tmp_path / "trace.npz", model, optimizers, (0, 1)), tf.ones((1, 2), tf.float64)
        left = model.left
    for _ in range(2):
        left(x)
        recorder.step(1.0, {"x": np.zeros((1, 2))})
        recorder.evaluation(lambda: left(x)[0, 0])
    recorder.close()
    with Trace(tmp_path / "trace.npz") as trace:
        assert [key for key in trace.keys if key[1] == "forward"] == [(0, "forward", "left"), (1, "forward", "left")]
        expected = trace[0, "weights", "left.weight"].sum()
        np.testing.assert_allclose(trace.curves["evaluation_loss"], [expected, expected], rtol=1e-15)
        assert trace.curves["evaluation_step"].tolist() == [0, 1]


@pytest.mark.parametrize("side", LOOPS)
@pytest.mark.parametrize(("asked", "nudge"), [("", None), ("1", "float64")])
def test_a_header_says_what_was_recorded_and_the_dtype_whose_ulp_moved_the_weights(
    side, asked, nudge, tmp_path, monkeypatch
):
    monkeypatch.setenv("COMPARE_NUDGE", asked)
    LOOPS[side](tmp_path / "trace.npz")
    with Trace(tmp_path / f"trace{'.nudged' if asked else ''}.npz") as trace:
        said, weight = trace.header, trace[0, "weights", "0.weight"]
    assert (said.side, said.nudge, said.precision, said.muted, said.compiled) == (side, nudge, None, {}, None)
    assert [(group.kind, group.path) for group in said.weight_groups] == [("Linear", "0")]
    assert said.kinds == {"0": "Linear"}
    assert {each.value for each in said.settings if each.setting == "lr"} == {0.1}
    ulps = np.abs(weight - KERNEL) / np.spacing(np.abs(KERNEL))
    assert (ulps == (1 if asked else 0)).all()


FOLLOW_STEPS, WIDTH = 60, 32
WAVES = np.random.default_rng(3).normal(size=(FOLLOW_STEPS, 16, 8)).astype(np.float32)
HEIGHTS = np.sin(3 * WAVES.sum(-1, keepdims=True)).astype(np.float32)


def chaotic_torch(path, audits=range(3)):
    """A tanh network in float32 whose weights are so large that rounding grows to everything within some ten steps."""
    torch.manual_seed(0)
    layers = [torch.nn.Linear(*sizes, dtype=torch.float32) for sizes in ((8, WIDTH), (WIDTH, WIDTH), (WIDTH, 1))]
    with torch.no_grad():
        for layer in layers[:2]:
            layer.weight *= 6
    model = torch.nn.Sequential(layers[0], torch.nn.Tanh(), layers[1], torch.nn.Tanh(), layers[2])
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    recorder = TorchRecorder(path, model, optimizer, audits)
    for x, y in zip(torch.from_numpy(WAVES), torch.from_numpy(HEIGHTS), strict=True):
        optimizer.zero_grad()
        loss = ((model(x) - y) ** 2).mean()
        loss.backward()
        optimizer.step()
        recorder.step(loss, {"x": x, "y": y})
    recorder.close()


def chaotic_tf(path, follow, wrong_from=None):
    """Its port; from the step `wrong_from` on, its rate is 1 % too large."""
    sizes = {"a": (WIDTH, "tanh"), "b": (WIDTH, "tanh"), "c": (1,)}
    layers = [keras.layers.Dense(*size, name=name, dtype="float32") for name, size in sizes.items()]
    model = keras.Sequential([keras.Input((8,), dtype="float32"), *layers])
    optimizer = SGD(0.1, momentum=0.9)
    recorder = TfRecorder(path, model, optimizer, follow=follow)

    @tf.function
    def step(x, y):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((model(x) - y) ** 2)
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables, strict=True))
        return loss

    for number, (x, y) in enumerate(zip(tf.constant(WAVES), tf.constant(HEIGHTS), strict=True)):
        if number == wrong_from:
            optimizer.learning_rate = 0.101
        recorder.step(step(x, y), {"x": x, "y": y})
    recorder.close()


def followed(tmp_path, audits, wrong_from=None):
    chaotic_torch(tmp_path / "torch", audits)
    chaotic_tf(tmp_path / "tf", tmp_path / "torch", wrong_from)
    return diff(tmp_path / "torch", tmp_path / "tf")


def test_a_chaotic_loop_in_float32_whose_first_steps_follow_is_equivalent_though_its_curves_drift(tmp_path):
    result = followed(tmp_path, range(3))
    assert result.verdict == "equivalent", result.findings
    assert result.findings[0] == f"3 of {FOLLOW_STEPS} steps were judged, each begun with torch's weights"
    assert result.summary["float32_gap"] > 0.1


@pytest.mark.parametrize("audits", [range(FOLLOW_STEPS), [0, 1, 2, 49, 50, 51]], ids=["all", "a late row"])
def test_a_wrong_rate_at_a_late_step_that_follows_is_named(tmp_path, audits):
    assert followed(tmp_path, audits).verdict == "equivalent"
    result = followed(tmp_path, audits, wrong_from=50)
    assert (result.verdict, result.judgement.first_divergence.key) == ("diverged", (50, "rate", "learning_rate"))


def test_a_step_that_was_audited_alone_is_refused_before_the_loop_starts(tmp_path):
    chaotic_torch(tmp_path / "torch", [0, 1, 2, 50])
    with pytest.raises(ValueError, match=r"step 50 cannot be followed.*audits=\[0, 1, 2, 49, 50\]"):
        chaotic_tf(tmp_path / "tf", tmp_path / "torch")
    assert [path.name for path in tmp_path.iterdir()] == ["torch.npz"]


def test_an_optimizer_of_another_model_is_known_on_both_sides(tmp_path):
    model, other = torch.nn.Linear(3, 1), torch.nn.Linear(3, 1)
    optimizer = torch.optim.SGD(other.parameters(), lr=0.1)
    with TorchRecorder(tmp_path / "torch", model, optimizer) as recorder:
        optimizer.step()
        recorder.step(0.0)
    model, other = (keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)]) for _ in range(2))
    optimizer = keras.optimizers.SGD(0.1)
    with TfRecorder(tmp_path / "tf", model, optimizer) as recorder:
        optimizer.apply_gradients([(tf.zeros_like(each), each) for each in other.trainable_variables])
        recorder.step(0.0)
    for side in ("torch", "tf"):
        with Trace(tmp_path / f"{side}.npz") as trace:
            assert trace.header.strange == ("SGD",)


def test_a_text_in_the_place_of_an_optimizer_is_refused_on_both_sides(tmp_path):
    with pytest.raises(ValueError, match=r"^optimizer is the text 'sgd'"):
        TorchRecorder(tmp_path / "torch", torch.nn.Linear(3, 1), "sgd")
    with pytest.raises(ValueError, match=r"^optimizer is the text 'sgd'"):
        TfRecorder(tmp_path / "tf", keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)]), "sgd")


def test_a_weight_in_two_places_is_known_by_both_names(tmp_path):
    model = torch.nn.ModuleDict({"emb": torch.nn.Embedding(5, 3), "out": torch.nn.Linear(3, 5, bias=False)})
    model["out"].weight = model["emb"].weight
    with TorchRecorder(tmp_path / "torch", model, None) as recorder:
        recorder.step(0.0)
    with Trace(tmp_path / "torch.npz") as trace:
        assert trace.header.tied == {"out.weight": "emb.weight"}
