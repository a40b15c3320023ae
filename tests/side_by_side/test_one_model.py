"""Loops over several models by name, or over tensors without a model, are recorded and compared as one model is."""

import re

import keras
import numpy as np
import pytest
import tensorflow as tf
import torch
from torch import nn

import tf_impl
import torch_impl
from compare import diff
from compare.traces.trace import Trace
from tf_impl.one_model import as_one as as_one_of_tf
from tf_impl.optimizers import SGD, Adam
from tf_impl.weights import named_parameters as tf_parameters
from torch_impl.one_model import as_one
from torch_impl.weights import named_parameters as torch_parameters
from torch_impl.weights import weight_groups

RNG = np.random.default_rng(0)
STEPS, RATE, DECAY = 4, 0.1, 0.9
REAL, NOISE = RNG.normal(size=(STEPS, 8, 3)) + 1, RNG.normal(size=(STEPS, 8, 2))
FORMS = {
    "dict": lambda generator, discriminator, average: {
        "generator": generator,
        "discriminator": discriminator,
        "average": average,
    },
    "list": lambda *models: list(models),
    "nested": lambda generator, discriminator, average: {"trained": [generator, discriminator], "average": average},
}


def torch_gan(path, form="dict"):
    torch.manual_seed(0)
    generator = nn.Sequential(nn.Linear(2, 4), nn.Tanh(), nn.Linear(4, 3))
    discriminator = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 1))
    average = torch.optim.swa_utils.AveragedModel(
        generator, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(DECAY)
    )
    average.update_parameters(generator)  # its first update copies
    optimizers = {
        "generator": torch.optim.SGD(generator.parameters(), lr=RATE),
        "discriminator": torch.optim.Adam(discriminator.parameters(), lr=RATE, eps=1e-7),
    }
    models = FORMS[form](generator, discriminator, average)
    with torch_impl.Recorder(path, models, optimizers if form == "dict" else list(optimizers.values())) as recorder:
        for real, noise in zip(torch.from_numpy(REAL), torch.from_numpy(NOISE), strict=True):
            made = generator(noise)
            loss = discriminator(made.detach()).square().mean() + (discriminator(real) - 1).square().mean()
            optimizers["discriminator"].zero_grad()
            loss.backward()
            optimizers["discriminator"].step()
            optimizers["generator"].zero_grad()
            (discriminator(made) - 1).square().mean().backward()
            optimizers["generator"].step()
            average.update_parameters(generator)
            recorder.step(loss, {"real": real, "noise": noise})
    return average


def network(into, out):
    return keras.Sequential([keras.Input((into,)), keras.layers.Dense(4, "tanh"), keras.layers.Dense(out)])


def tf_gan(path, start, form="dict", decay=DECAY):
    generator, discriminator, average = network(2, 3), network(3, 1), network(2, 3)
    optimizers = {"generator": keras.optimizers.SGD(RATE), "discriminator": Adam(RATE, epsilon=1e-7)}
    models = FORMS[form](generator, discriminator, average)
    tf_impl.start_from(models, start)
    with tf_impl.Recorder(path, models, optimizers if form == "dict" else list(optimizers.values())) as recorder:
        for real, noise in zip(tf.constant(REAL), tf.constant(NOISE), strict=True):
            with tf.GradientTape(persistent=True) as tape:
                made = generator(noise)
                fake = discriminator(tf.stop_gradient(made))
                loss = tf.reduce_mean(fake**2) + tf.reduce_mean((discriminator(real) - 1) ** 2)
            weights = discriminator.trainable_variables
            optimizers["discriminator"].apply(tape.gradient(loss, weights), weights)
            with tf.GradientTape() as tape:
                deceived = tf.reduce_mean((discriminator(generator(noise)) - 1) ** 2)
            weights = generator.trainable_variables
            optimizers["generator"].apply(tape.gradient(deceived, weights), weights)
            for mean, weight in zip(average.variables, generator.variables, strict=True):
                mean.assign(decay * mean + (1 - decay) * weight)
            recorder.step(loss, {"real": real, "noise": noise})


@pytest.mark.parametrize("form", FORMS)
def test_models_by_name_or_in_a_list_are_recorded_as_one_and_copies_too(tmp_path, form):
    torch_gan(tmp_path / "torch", form)
    tf_gan(tmp_path / "tf", tmp_path / "torch", form)
    result = diff(tmp_path / "torch", tmp_path / "tf")
    assert result.verdict == "equivalent", result.findings
    with Trace(tmp_path / "torch.npz") as trace:
        paths = {group.path for group in trace.header.weight_groups}
        names = {"dict": "generator.0", "list": "0.0", "nested": "trained.0.0"}
        assert names[form] in paths


def test_a_copy_that_decays_otherwise_is_what_parts(tmp_path):
    torch_gan(tmp_path / "torch")
    tf_gan(tmp_path / "tf", tmp_path / "torch", decay=0.99)
    result = diff(tmp_path / "torch", tmp_path / "tf")
    assert result.verdict == "diverged"
    assert "step 0, update, average.module.0.weight" in result.findings[0]


WEIGHTS = {"w1": RNG.normal(size=(5, 5)), "b1": np.zeros(5), "w2": RNG.normal(size=(5, 3)), "b2": np.zeros(3)}
X, Y = RNG.normal(size=(STEPS, 8, 5)), RNG.normal(size=(STEPS, 8, 3))


def torch_tensors(path, as_list=False, train=True, optimizer=None, replacing=False):
    """Weights that are no parameters of a module, moved by an optimizer, by hand, or by formulas without autograd."""
    tensors = {name: torch.tensor(value, requires_grad=train) for name, value in WEIGHTS.items()}
    optimizer = optimizer and optimizer(list(tensors.values()))
    given = dict(tensors)
    with torch_impl.Recorder(path, list(given.values()) if as_list else given, optimizer) as recorder:
        for x, y in zip(torch.from_numpy(X), torch.from_numpy(Y), strict=True):
            hidden = torch.tanh(x @ tensors["w1"] + tensors["b1"])
            error = hidden @ tensors["w2"] + tensors["b2"] - y
            loss = error.square().mean()
            if optimizer:
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
            elif train:
                gradients = torch.autograd.grad(loss, list(tensors.values()))
            else:
                out = 2 * error / error.numel()
                inner = out @ tensors["w2"].T * (1 - hidden**2)
                gradients = x.T @ inner, inner.sum(0), hidden.T @ out, out.sum(0)
            if replacing:
                moved = (
                    one.detach() - RATE * gradient for one, gradient in zip(tensors.values(), gradients, strict=True)
                )
                tensors = {name: one.requires_grad_() for name, one in zip(tensors, moved, strict=True)}
            elif optimizer is None:
                with torch.no_grad():
                    for one, gradient in zip(tensors.values(), gradients, strict=True):
                        one -= RATE * gradient
            recorder.step(loss, (x, y))


class Layer(tf.Module):
    def __init__(self, into, out):
        super().__init__()
        self.kernel, self.bias = tf.Variable(np.zeros((into, out))), tf.Variable(np.zeros(out))
        self.activation = tf.tanh

    def __call__(self, x):
        return x @ self.kernel + self.bias


class Network(tf.Module):
    """In the style of TensorFlow 2 without Keras, and of Sonnet: layers in a list, a count beside the weights."""

    def __init__(self):
        super().__init__()
        self.layers, self.calls = [Layer(5, 5), Layer(5, 3)], tf.Variable(0, trainable=False)

    def __call__(self, x):
        self.calls.assign_add(1)
        return self.layers[1](tf.tanh(self.layers[0](x)))


class Lazy(tf.Module):
    """Makes its weights when it is first called."""

    def __init__(self):
        super().__init__()
        self.inner = None

    def __call__(self, x):
        if self.inner is None:
            self.inner = Network()
        return self.inner(x)


class Raw(keras.Model):
    """A Keras model whose weights Keras does not list."""

    def __init__(self):
        super().__init__()
        self.network = {name: tf.Variable(np.zeros_like(value)) for name, value in WEIGHTS.items()}

    def call(self, x):
        return tf.tanh(x @ self.network["w1"] + self.network["b1"]) @ self.network["w2"] + self.network["b2"]


def called(model):
    model(tf.constant(X[0]))
    return model, model, lambda: list(model.network.values()) if isinstance(model, Raw) else model.trainable_variables


def variables(form):
    """A dict or a list of variables, and a function that uses them."""
    held = {name: tf.Variable(np.zeros_like(value)) for name, value in WEIGHTS.items()}
    given = form(held)
    return given, lambda x: tf.tanh(x @ held["w1"] + held["b1"]) @ held["w2"] + held["b2"], lambda: list(held.values())


MODELS = {
    "module": lambda: called(Network()),
    "lazy module": lambda: called(Lazy()),
    "raw": lambda: called(Raw()),
    "dict": lambda: variables(dict),
    "list": lambda: variables(lambda held: list(held.values())),
}


def tf_variables(path, start, model, optimizer=None, rate=RATE, follow=False):
    given, network, weights = MODELS[model]()
    tf_impl.start_from(given, start)
    optimizer = optimizer and optimizer()
    recorder = tf_impl.Recorder(path, given, optimizer, follow=start if follow else None)

    @tf.function
    def step(x, y):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((network(x) - y) ** 2)
        gradients = tape.gradient(loss, weights())
        if optimizer:
            optimizer.apply_gradients(zip(gradients, weights(), strict=True))
        else:
            for variable, gradient in zip(weights(), gradients, strict=True):
                variable.assign_sub(rate * gradient)
        return loss

    for x, y in zip(tf.constant(X), tf.constant(Y), strict=True):
        recorder.step(step(x, y), (x, y))
    recorder.close()


TENSORS = {
    "dict": {},
    "list": {"as_list": True},
    "without autograd": {"train": False},
    "optimizer": {"optimizer": lambda tensors: torch.optim.SGD(tensors, lr=RATE)},
}


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("tensors", TENSORS)
def test_weights_without_layers_are_paired_and_their_updates_compared(tmp_path, tensors, model):
    torch_tensors(tmp_path / "torch", **TENSORS[tensors])
    tf_variables(tmp_path / "tf", tmp_path / "torch", model)
    result = diff(tmp_path / "torch", tmp_path / "tf")
    assert result.verdict == "equivalent", result.findings


def test_an_update_by_hand_at_another_rate_is_what_parts(tmp_path):
    torch_tensors(tmp_path / "torch")
    tf_variables(tmp_path / "tf", tmp_path / "torch", "module", rate=0.99 * RATE)
    result = diff(tmp_path / "torch", tmp_path / "tf")
    assert result.verdict == "diverged"
    assert "parts at step 0, update, w1" in result.findings[0]
    assert "every update of tf is 0.99 times torch's in step 0" in result.findings


def test_an_optimizer_of_keras_that_trains_raw_variables_shows_what_it_was_given(tmp_path):
    torch_tensors(tmp_path / "torch", optimizer=lambda tensors: torch.optim.SGD(tensors, lr=RATE, momentum=0.9))
    tf_variables(tmp_path / "tf", tmp_path / "torch", "module", lambda: SGD(RATE, momentum=0.9))
    result = diff(tmp_path / "torch", tmp_path / "tf")
    assert result.verdict == "equivalent", result.findings
    with Trace(tmp_path / "tf.npz") as trace:
        assert (0, "gradient", "layers.0.kernel") in trace
        assert (0, "state", "layers.0.kernel momentum_buffer") in trace


def test_variables_follow_the_tensors_of_the_other_loop(tmp_path):
    torch_tensors(tmp_path / "torch")
    tf_variables(tmp_path / "tf", tmp_path / "torch", "dict", follow=True)
    assert diff(tmp_path / "torch", tmp_path / "tf").verdict == "equivalent"


def test_a_loop_that_puts_new_tensors_in_the_place_of_its_weights_is_told_to_move_them(tmp_path):
    torch_tensors(tmp_path / "torch", replacing=True)
    tf_variables(tmp_path / "tf", tmp_path / "torch", "dict")
    assert any("no weight of torch moved" in finding for finding in diff(tmp_path / "torch", tmp_path / "tf").findings)


class Unused(nn.Module):
    pass


def fail_torch(model):
    torch_impl.Recorder("unused", model, None)


def fail_tf(model):
    tf_impl.Recorder("unused", model, None)


@pytest.mark.parametrize(
    ("model", "said"),
    [
        (nn.LazyLinear(2), "weight, a weight of the model, has no shape yet, since its module is lazy"),
        (nn.Linear(2, 2, device="meta"), "has no values"),
        (
            nn.Linear(2, 2, dtype=torch.complex64),
            "weight, a weight of the model, is complex: hold torch.view_as_real(w)",
        ),
        ([torch.ones(2, requires_grad=True) * 2], "0, a weight of the model, is computed from other tensors"),
        (torch.jit.script(nn.Linear(2, 2)), "the model is a ScriptModule: give the nn.Module that it was made from"),
        (type("FullyShardedDataParallel", (nn.Linear,), {})(2, 2), "the model is spread over devices"),
        (Unused(), "the model (Unused) has no weights"),
        (Unused, "model is the class Unused"),
        (nn.Linear(2, 2).parameters(), "model is an iterator"),
        ({"w": np.ones(2)}, "model['w'] is of the type ndarray"),
        (torch.compile(lambda x: x), "model is the function"),
        (keras.layers.Dense(2), "tf_impl.Recorder records"),
        (None, "model is None: give an nn.Module"),
    ],
)
def test_what_cannot_be_recorded_in_pytorch_is_refused_with_what_to_do(model, said):
    with pytest.raises(ValueError, match=re.escape(said)):
        fail_torch(model)


@pytest.mark.parametrize(
    ("model", "said"),
    [
        (tf.function(lambda x: x), "model is the function"),
        (keras.Model, "model is the class Model"),
        (nn.Linear(2, 2), "torch_impl.Recorder records"),
        ([tf.constant(1.0)], "model['0'] is of the type EagerTensor, which is not a model: give"),
        (keras.optimizers.SGD(0.1), "model is an optimizer (SGD)"),
        ({}, "model is a dict without weights"),
        (None, "model is None: give a Keras model"),
    ],
)
def test_what_cannot_be_recorded_in_tensorflow_is_refused_with_what_to_do(model, said):
    with pytest.raises(ValueError, match=re.escape(said)):
        fail_tf(model)


def test_a_model_that_was_never_called_cannot_start_from_another(tmp_path):
    torch_tensors(tmp_path / "torch")
    with pytest.raises(ValueError, match="call it once on a batch before"):
        tf_impl.start_from(Lazy(), tmp_path / "torch")


def test_the_modes_of_several_models_stay_as_they_are():
    trained, target = nn.Linear(2, 2), nn.Linear(2, 2).eval()
    assert [part.training for part in as_one([trained, target]).children()] == [True, False]


def test_the_state_of_tensors_with_dots_in_their_names_is_put_back():
    model = as_one({"a.b": torch.zeros(2), "layer": nn.Linear(1, 1)})
    before = {name: value.clone() for name, value in model.state_dict().items()}
    for parameter in model.parameters():
        parameter.data.fill_(3.0)
    model.load_state_dict(before)
    assert model.state_dict()["a.b"].tolist() == [0.0, 0.0]


def test_what_is_given_by_itself_is_a_weight_frozen_or_not():
    torch_model = as_one({"frozen": torch.zeros(2), "count": torch.tensor(1)})
    tf_model = as_one_of_tf(
        {"frozen": tf.Variable([0.0], trainable=False), "count": tf.Variable(1)}
    )  # "trainable", says TensorFlow
    assert (list(torch_parameters(torch_model)), list(tf_parameters(tf_model))) == (["frozen"], ["frozen"])


def test_weights_of_integers_do_not_train_and_are_left_out():
    model = nn.Linear(2, 2)
    model.scale = nn.Parameter(torch.ones(2, dtype=torch.int8), requires_grad=False)
    assert list(torch_parameters(model)) == ["weight", "bias"]
    assert [group.kind for group in weight_groups(model)] == ["Linear"]
