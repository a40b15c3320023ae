"""How components are tried: a wrong entry of any kind comes out as a difference, and a right one as none."""

from collections.abc import Callable
from typing import NamedTuple

import keras
import numpy as np
import pytest
import tensorflow as tf
import torch
import torch.nn.functional as F
from keras import layers
from torch import nn

from compare.components import arrays
from compare.components.judging import ComponentRuns, compare_component
from compare.components.optimizer_problem import RATE, STEPS, gradients, initial_weights
from compare.components.spec import (
    Spec,
    as_image,
    binary,
    fixed,
    image,
    labels,
    mask,
    normal,
    signs,
    uniform,
    values,
)
from tf_impl import optimizers as tf_optimizers
from tf_impl.components import find as find_tf
from tf_impl.components.checking import check as check_tf
from tf_impl.layers import BatchNorm
from tf_impl.train import train_step as tf_step
from torch_impl.components import find as find_torch
from torch_impl.components.checking import check as check_torch
from torch_impl.train import train_step as torch_step

X, IMAGE = Spec(x=normal(4, 5)), Spec(x=image(2, 3, 6, 7))
STEP = Spec(x=normal(STEPS, 8, 3), y=normal(STEPS, 8, 2))


@pytest.fixture
def tried(tmp_path):
    """What comes of an entry on one side; `ulp_of` nudges what it is given."""

    def run(check, kind, entry, spec, ulp_of=None):
        path = tmp_path / "inputs.npz"
        arrays.write({"key": spec}, path)
        return check(kind, entry, spec, arrays.read(path, "key", spec.precision, ulp_of))

    return run


@pytest.fixture
def judged(tried):
    """The row of two entries."""

    def run(kind, torch_entry, tf_entry, spec=X):
        plain = {"torch": tried(check_torch, kind, torch_entry, spec), "tf": tried(check_tf, kind, tf_entry, spec)}
        return compare_component(kind, "key", spec, ComponentRuns(plain, plain))

    return run


class Tried(NamedTuple):
    """An entry in PyTorch, in TensorFlow, and a wrong one."""

    kind: str
    torch: Callable
    right: Callable
    wrong: Callable
    spec: Spec = X


def padded_convolution():
    return keras.Sequential([layers.ZeroPadding2D(1), layers.Conv2D(4, 3, strides=2)])


def cross_entropies(logits, target):
    return tf.nn.sparse_softmax_cross_entropy_with_logits(target, logits)


def decayed(factor):
    """A schedule's entry: RATE * factor ** step."""

    def entry(optimizer):
        factors = tf.constant(factor, tf.float64)
        optimizer.learning_rate = lambda: RATE * factors ** tf.cast(optimizer.iterations, tf.float64)

    return entry


def scaled(scale, mode, distribution):
    return lambda shape: keras.initializers.VarianceScaling(scale, mode, distribution)(shape)


def step_on_other_targets(side, batch):
    return tf_step(side, {"x": batch["x"], "y": batch["y"] + 1e-9})


RIGHT_AND_WRONG = {
    "padding": Tried(
        "convolutions",
        lambda: nn.Conv2d(3, 4, 3, stride=2, padding=1),
        padded_convolution,
        lambda: layers.Conv2D(4, 3, strides=2, padding="same"),
        IMAGE,
    ),
    "an epsilon": Tried(
        "normalizations",
        lambda: nn.LayerNorm(5, eps=1e-3),
        lambda: layers.LayerNormalization(epsilon=1e-3),
        lambda: layers.LayerNormalization(epsilon=1.001e-3),
    ),
    "the variance that a buffer keeps": Tried(
        "normalizations",
        lambda: nn.BatchNorm1d(5, eps=1e-3),
        lambda: BatchNorm(epsilon=1e-3),
        lambda: layers.BatchNormalization(epsilon=1e-3, momentum=0.9),
        Spec(x=normal(4, 5), training=True),
    ),
    "a buffer in evaluation": Tried(
        "normalizations",
        lambda: nn.BatchNorm1d(5, eps=1e-3),
        lambda: layers.BatchNormalization(epsilon=1e-3),
        lambda: layers.BatchNormalization(epsilon=1.001e-3),
        Spec(x=normal(4, 5), training=False),
    ),
    "a constant of a function": Tried(
        "activations",
        lambda x: F.elu(x, 0.7),
        lambda x: keras.activations.elu(x, 0.7),
        lambda x: keras.activations.elu(x, 0.7 + 1e-10),
    ),
    "a gradient alone": Tried("activations", lambda x: x.exp(), tf.exp, lambda x: tf.stop_gradient(tf.exp(x))),
    "one of two outputs": Tried(
        "reductions",
        lambda x: torch.sort(x, stable=True),
        lambda x: (tf.sort(x), tf.argsort(x, stable=True)),
        lambda x: (tf.sort(x), tf.argsort(x, stable=True)[:, ::-1]),
    ),
    "a reduction": Tried(
        "losses",
        lambda logits, target: F.cross_entropy(logits, target),
        lambda logits, target: tf.reduce_mean(cross_entropies(logits, target)),
        lambda logits, target: tf.reduce_sum(cross_entropies(logits, target)),
        Spec(logits=normal(6, 4), target=labels(6, below=4)),
    ),
    "an epsilon's place": Tried(
        "optimizers",
        lambda parameters: torch.optim.Adam(parameters, lr=0.1),
        lambda parameters: tf_optimizers.Adam(0.1),
        lambda parameters: keras.optimizers.Adam(0.1, epsilon=1e-8),
        Spec(),
    ),
    "a rate": Tried(
        "optimizers",
        lambda parameters: torch.optim.SGD(parameters, lr=0.1),
        lambda parameters: tf_optimizers.SGD(0.1),
        lambda parameters: tf_optimizers.SGD(0.1 + 1e-10),
        Spec(),
    ),
    "a schedule": Tried(
        "schedules",
        lambda optimizer: torch.optim.lr_scheduler.ExponentialLR(optimizer, 0.9),
        decayed(0.9),
        decayed(0.9 + 1e-10),
        Spec(),
    ),
    "a step": Tried("steps", torch_step, tf_step, step_on_other_targets, STEP),
    "a cut distribution": Tried(
        "initializers",
        lambda shape: nn.init.kaiming_normal_(torch.empty(shape)),
        scaled(2, "fan_in", "untruncated_normal"),
        scaled(2, "fan_in", "truncated_normal"),
        Spec(shape=(48, 64)),
    ),
    "a fan": Tried(
        "initializers",
        lambda shape: nn.init.kaiming_normal_(torch.empty(shape)),
        scaled(2, "fan_in", "untruncated_normal"),
        scaled(2, "fan_out", "untruncated_normal"),
        Spec(shape=(16, 8, 3, 2)),
    ),
    "a layout": Tried(
        "initializers",
        lambda shape: nn.init.eye_(torch.empty(shape)),
        lambda shape: tf.eye(*shape, dtype=tf.float64),
        lambda shape: tf.eye(*shape[::-1], dtype=tf.float64),
        Spec(shape=(3, 4), exact=True),
    ),
}


@pytest.mark.parametrize("what", RIGHT_AND_WRONG)
def test_a_right_entry_agrees_and_a_wrong_one_does_not(judged, what):
    tried = RIGHT_AND_WRONG[what]
    right = judged(tried.kind, tried.torch, tried.right, tried.spec)
    wrong = judged(tried.kind, tried.torch, tried.wrong, tried.spec)
    assert (right.verdict in ("equal", "agrees"), wrong.verdict) == (True, "differs"), (right.why, wrong.why)


def test_a_weight_that_lies_otherwise_is_no_agreement(judged):
    row = judged("dense", lambda: nn.Linear(5, 3), lambda: layers.Dense(4))
    assert row.verdict == "differs"
    assert row.why.startswith("weights 0: shape torch 3x5, tf 4x5")


def test_a_weight_too_many_is_no_agreement(judged):
    row = judged("dense", lambda: nn.Linear(5, 3, bias=False), lambda: layers.Dense(3))
    assert row.why.startswith("weights 1: missing in torch")


def test_every_weight_buffer_and_input_is_compared_by_the_same_names(tried):
    spec = Spec(x=normal(4, 5), training=True)
    torch_found = tried(check_torch, "normalizations", lambda: nn.BatchNorm1d(5), spec)
    tf_found = tried(check_tf, "normalizations", lambda: layers.BatchNormalization(), spec)
    forward = {"forward/output 0", "forward/buffer 0", "forward/buffer 1"}
    gradient = {"gradient/input x", "gradient/weight 0", "gradient/weight 1"}
    assert set(torch_found) == set(tf_found) == {"weights/0", "weights/1"} | forward | gradient


def test_the_gradient_is_that_of_the_sum_of_all_outputs_times_their_cotangents(tried, tmp_path):
    spec = Spec(x=normal(4, 5))
    for check, function in ((check_torch, lambda x: (x * x, 3 * x)), (check_tf, lambda x: [x * x, 3 * x])):
        found = tried(check, "activations", function, spec)
        first, second = arrays.read(tmp_path / "inputs.npz", "key", "float64").cotangent([(4, 5), (4, 5)])
        x = spec.draw("key")["x"]
        np.testing.assert_allclose(found["gradient/input x"], first * 2 * x + second * 3, rtol=1e-14)


def test_what_is_no_function_of_an_input_has_a_gradient_of_zeros(tried):
    spec = Spec(x=normal(4, 5), y=normal(3))
    for check, function in ((check_torch, lambda x, y: x.round()), (check_tf, lambda x, y: tf.round(x))):
        found = tried(check, "activations", function, spec)
        assert not found["gradient/input x"].any()
        assert found["gradient/input y"].shape == (3,)


def test_targets_labels_and_masks_have_no_gradient(tried):
    spec = Spec(x=normal(3), t=binary(3), s=signs(3), f=fixed(normal(3)), m=mask(3), n=labels(3, below=2))
    for check in (check_torch, check_tf):
        assert "gradient/input x" in (found := tried(check, "losses", lambda x, t, s, f, m, n: x * t * s * f, spec))
        assert len([name for name in found if name.startswith("gradient")]) == 1


def test_images_have_their_channels_where_each_framework_has_them_and_come_back(tried):
    spec, shapes = Spec(x=image(2, 3, 6, 7), y=as_image(uniform(2, 3, 6, 7))), []

    def seen(x, y):
        shapes.append([tuple(x.shape), tuple(y.shape)])
        return x + y

    outputs = [tried(check, "arithmetic", seen, spec)["forward/output 0"] for check in (check_torch, check_tf)]
    assert shapes == [[(2, 3, 6, 7)] * 2, [(2, 6, 7, 3)] * 2]
    assert np.array_equal(*outputs)


@pytest.mark.parametrize(("output", "shape"), [("auto", (2, 3)), ("as is", (2, 3)), ("image", (3, 2))])
def test_an_output_of_fewer_axes_stays_as_it_is_unless_it_is_said_to_be_an_image(tried, output, shape):
    if output == "image":  # (N, L, C)
        found = tried(check_tf, "indexing", lambda x: x[:, :, 0], Spec(x=image(2, 3, 6, 7), output=output))
        assert found["forward/output 0"].shape == (2, 3, 6)
    else:
        found = tried(check_tf, "indexing", lambda x: x[:, 0, 0], Spec(x=image(2, 3, 6, 7), output=output))
        assert found["forward/output 0"].shape == shape


def test_buffers_are_filled_alike_unless_they_are_the_layers_own(tried):
    for own in (True, False):
        spec = Spec(x=normal(4, 5), training=False, own_buffers=own)
        torch_found = tried(check_torch, "normalizations", lambda: nn.BatchNorm1d(5), spec)
        tf_found = tried(check_tf, "normalizations", lambda: layers.BatchNormalization(), spec)
        assert np.array_equal(torch_found["forward/buffer 0"], tf_found["forward/buffer 0"])
        assert (torch_found["forward/buffer 0"] == 0).all() == own
        assert (torch_found["forward/buffer 1"] > 0).all()


def test_a_layer_is_called_once_so_that_its_own_buffers_move_once(tried):
    spec = Spec(x=normal(4, 5), training=True, own_buffers=True)
    moved = 0.1 * spec.draw("key")["x"].mean(0)
    for check, entry in (
        (check_torch, lambda: nn.BatchNorm1d(5, momentum=0.1)),
        (check_tf, lambda: layers.BatchNormalization(momentum=0.9)),
    ):
        np.testing.assert_allclose(tried(check, "normalizations", entry, spec)["forward/buffer 0"], moved, rtol=1e-7)


def test_float32_and_its_nudge_move_inputs_and_weights_by_an_ulp_and_not_the_cotangents(tried):
    spec = Spec(x=normal(4, 5), precision="float32", why="It is tried.")
    plain = tried(check_torch, "dense", lambda: nn.Linear(5, 3, dtype=torch.float32), spec)
    nudged = tried(check_torch, "dense", lambda: nn.Linear(5, 3, dtype=torch.float32), spec, "float32")
    for name in ("weights/0", "weights/1"):
        assert (np.abs(plain[name] - nudged[name]) == np.spacing(np.abs(plain[name]))).all()
    assert {array.dtype.name for array in plain.values()} == {"float32"}
    # The gradient with respect to the bias is the sum of the cotangents.
    assert np.array_equal(plain["gradient/weight 1"], nudged["gradient/weight 1"])


def test_the_weights_after_50_steps_of_gradient_descent_are_those_of_numpy(tried):
    weights = initial_weights()
    for _ in range(STEPS):
        weights = [weight - 0.01 * slope for weight, slope in zip(weights, gradients(weights), strict=True)]
    entries = ((check_torch, lambda p: torch.optim.SGD(p, lr=0.01)), (check_tf, lambda p: tf_optimizers.SGD(0.01)))
    for check, entry in entries:
        found = tried(check, "optimizers", entry, Spec())
        assert found["forward/kernel"].shape == (STEPS, 4, 3)
        np.testing.assert_allclose(found["forward/kernel"][-1], weights[0], rtol=1e-13)
        np.testing.assert_allclose(found["forward/bias"][-1], weights[1], rtol=1e-13)


def test_the_gradients_are_those_of_the_loss_and_range_over_six_decades():
    weights = initial_weights()
    tensors = [torch.tensor(weight, requires_grad=True) for weight in weights]
    curvatures = [torch.logspace(-6, 1, tensor.numel()).reshape(tensor.shape) for tensor in tensors]
    pairs = list(zip(tensors, curvatures, strict=True))
    distances = sum((curvature * (torch.sqrt(1 + (tensor - 0.3) ** 2) - 1)).sum() for tensor, curvature in pairs)
    (distances + torch.sin(sum((curvature * tensor).sum() for tensor, curvature in pairs)) / 10).backward()
    found = gradients(weights)
    for tensor, gradient in zip(tensors, found, strict=True):
        np.testing.assert_allclose(gradient, tensor.grad.numpy(), rtol=1e-12)
    sizes = np.abs(np.concatenate([gradient.ravel() for gradient in found]))
    assert sizes.max() / sizes.min() > 1e6


def test_a_schedule_that_looks_at_the_loss_is_given_one_after_each_step(tried):
    losses = np.linspace(5, 1, STEPS)
    seen = []

    class Watching:
        def step(self, loss):
            seen.append(loss)

    for check in (check_torch, check_tf):
        seen.clear()
        found = tried(check, "schedules", lambda optimizer: Watching(), Spec(loss=values(losses)))
        assert seen == losses.tolist()
        assert found["forward/rates"].tolist() == [RATE] * STEPS


def test_the_first_rate_is_that_of_the_first_step(tried):
    found = tried(check_tf, "schedules", decayed(0.5), Spec())
    np.testing.assert_allclose(found["forward/rates"], RATE * 0.5 ** np.arange(STEPS), rtol=1e-15)


def test_a_step_s_losses_metrics_and_weights_are_recorded_at_every_step(tried):
    def with_metric(step, norm):
        def entry(side, batch):
            loss, _ = step(side, batch)
            return loss, {"norm": norm(batch["x"])}

        return entry

    shapes = {"loss": (50,), "metric norm": (50,), "weight 0": (50, 2, 3), "weight 1": (50, 2)}
    norms = np.linalg.norm(STEP.draw("key")["x"], axis=(1, 2))
    entries = ((check_torch, with_metric(torch_step, torch.linalg.norm)), (check_tf, with_metric(tf_step, tf.norm)))
    for check, entry in entries:
        found = tried(check, "steps", entry, STEP)
        assert {name.removeprefix("forward/"): array.shape for name, array in found.items()} == shapes
        np.testing.assert_allclose(found["forward/metric norm"], norms, rtol=1e-14)


def test_an_initializer_is_drawn_often_enough_and_never_twice_alike(tried):
    for check, entry in (
        (check_torch, lambda shape: nn.init.normal_(torch.empty(shape))),
        (check_tf, lambda shape: keras.initializers.RandomNormal()(shape)),
    ):
        drawn = tried(check, "initializers", entry, Spec(shape=(48, 64)))["forward/values"]
        assert drawn.shape == (43, 48, 64)
        assert np.unique(drawn).size == drawn.size


@pytest.mark.parametrize("find", [find_torch, find_tf])
def test_an_entry_that_is_not_there_is_said_with_the_file_to_look_in(find):
    with pytest.raises(LookupError, match=r"(torch|tf)_impl/components/activations.py has no reluu"):
        find("activations", "reluu")


def test_more_weights_than_the_pool_has_are_refused(tried):
    with pytest.raises(ValueError, match="make the component smaller"):
        tried(check_torch, "dense", lambda: nn.Linear(5, arrays.POOL), X)
