"""Loops over several models by name, or over tensors without a model, are recorded and compared as one model is."""

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
from tf_impl.optimizers import Adam

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
