"""One step instead of many (consistency training): scalings after Karras, neighbours in noise,
an average as teacher.
"""

import numpy as np

SIGMA_MIN, SIGMA_MAX, SIGMA_DATA, RHO, LEVELS, EMA, DIM = 0.02, 5.0, 0.5, 7.0, 6, 0.9, 3


def batches(rng):
    for _ in range(6):
        yield {
            "x": 0.5 * rng.normal(size=(8, DIM)),
            "noise": rng.normal(size=(8, DIM)),
            "level": rng.integers(0, LEVELS - 1, size=8),
        }


def torch_side():
    import copy

    import torch
    from torch import nn

    def append_dims(x, target_dims):
        return x[(...,) + (None,) * (target_dims - x.ndim)]

    def karras_schedule(num_timesteps, dtype):
        rho_inv = 1.0 / RHO
        steps = torch.arange(num_timesteps).to(dtype) / max(num_timesteps - 1, 1)
        sigmas = SIGMA_MIN**rho_inv + steps * (SIGMA_MAX**rho_inv - SIGMA_MIN**rho_inv)
        return sigmas**RHO

    def skip_scaling(sigma):
        return SIGMA_DATA**2 / ((sigma - SIGMA_MIN) ** 2 + SIGMA_DATA**2)

    def output_scaling(sigma):
        return (SIGMA_DATA * (sigma - SIGMA_MIN)) / (SIGMA_DATA**2 + sigma**2) ** 0.5

    def in_scaling(sigma):
        return 1.0 / (sigma**2 + SIGMA_DATA**2) ** 0.5

    class TimeMLP(nn.Module):
        def __init__(self):
            super().__init__()
            self.time = nn.Linear(6, 8)
            self.x = nn.Linear(DIM, 8)
            self.act = nn.SiLU()
            self.out = nn.Linear(8, DIM)

        def forward(self, x, c_noise):
            freqs = torch.exp(-np.log(100.0) * torch.arange(3).to(x.dtype) / 3)
            args = c_noise[:, None] * freqs[None]
            emb = torch.cat([torch.cos(args), torch.sin(args)], dim=-1)
            return self.out(self.act(self.x(x) + self.time(emb)))

    def denoise(net, x_t, sigma):
        c_skip, c_out, c_in = [append_dims(f(sigma), x_t.ndim) for f in (skip_scaling, output_scaling, in_scaling)]
        rescaled_t = 0.25 * torch.log(sigma + 1e-44)
        return c_out * net(c_in * x_t, rescaled_t) + c_skip * x_t

    def pseudo_huber_loss(input, target):
        c = 0.00054 * np.sqrt(np.prod(input.shape[1:]))
        return torch.sqrt((input - target) ** 2 + c**2) - c

    online = TimeMLP()
    target = copy.deepcopy(online).requires_grad_(False)

    def loss(model, batch):
        x, noise = batch["x"], batch["noise"]
        sigmas = karras_schedule(LEVELS, x.dtype)
        current, following = sigmas[batch["level"]], sigmas[batch["level"] + 1]
        next_x = x + append_dims(following, x.ndim) * noise
        current_x = x + append_dims(current, x.ndim) * noise
        distiller = denoise(model["online"], next_x, following)
        with torch.no_grad():
            distiller_target = denoise(model["target"], current_x, current)
        weights = append_dims(1 / (following - current), x.ndim)
        return (pseudo_huber_loss(distiller, distiller_target) * weights).mean()

    return {"online": online, "target": target}, loss, torch.optim.RAdam(online.parameters(), lr=0.005)


def torch_step(side, batch):
    import torch

    side.optimizer.zero_grad()
    loss = side.loss(side.model, batch)
    loss.backward()
    side.optimizer.step()
    with torch.no_grad():
        for ema, p in zip(side.model["target"].parameters(), side.model["online"].parameters()):
            ema.mul_(EMA).add_(p, alpha=1 - EMA)
    return loss.detach()


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import RAdam

    class Network(keras.Model):
        def __init__(self):
            super().__init__()
            self.of_time, self.of_x, self.top = layers.Dense(8), layers.Dense(8), layers.Dense(DIM)

        def call(self, x, noise_level):
            rates = tf.pow(tf.constant(100.0, x.dtype), -tf.range(3, dtype=x.dtype) / 3.0)
            angle = tf.tensordot(noise_level, rates, axes=0)
            features = self.of_time(tf.concat([tf.cos(angle), tf.sin(angle)], axis=1))
            return self.top(tf.nn.silu(self.of_x(x) + features))

    def consistency_function(network, noisy, sigma):
        s = sigma[:, None]
        above = s - SIGMA_MIN
        size = tf.sqrt(s**2 + SIGMA_DATA**2)
        keep = SIGMA_DATA**2 / (above**2 + SIGMA_DATA**2)
        return keep * noisy + above * SIGMA_DATA / size * network(noisy / size, tf.math.log(sigma) / 4.0)

    def levels(dtype):
        low, high = SIGMA_MIN ** (1 / RHO), SIGMA_MAX ** (1 / RHO)
        return tf.linspace(tf.constant(low, dtype), tf.constant(high, dtype), LEVELS) ** RHO

    def loss(model, batch):
        sigma = levels(batch["x"].dtype)
        lower, upper = tf.gather(sigma, batch["level"]), tf.gather(sigma, batch["level"] + 1)
        student = consistency_function(model["online"], batch["x"] + upper[:, None] * batch["noise"], upper)
        teacher = consistency_function(model["target"], batch["x"] + lower[:, None] * batch["noise"], lower)
        c = 0.00054 * DIM**0.5
        distance = tf.sqrt(tf.square(student - tf.stop_gradient(teacher)) + c**2) - c
        return tf.reduce_mean(tf.reduce_mean(distance, axis=1) / (upper - lower))

    online, target = Network(), Network()
    for network in (online, target):
        network(tf.zeros((1, DIM)), tf.zeros((1,)))
    target.set_weights(online.get_weights())
    target.trainable = False
    return {"online": online, "target": target}, loss, RAdam(0.005)


def tf_step(side, batch):
    import tensorflow as tf

    @tf.function
    def train(batch):
        online, target = side.model["online"], side.model["target"]
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch([weight.value for weight in online.trainable_variables])
            value = side.loss(side.model, batch)
        gradients = tape.gradient(value, online.trainable_variables)
        side.optimizer.apply_gradients(zip(gradients, online.trainable_variables))
        for slow, fast in zip(target.weights, online.weights):
            slow.assign_sub((1 - EMA) * (slow - fast))
        return value

    return train(batch)
