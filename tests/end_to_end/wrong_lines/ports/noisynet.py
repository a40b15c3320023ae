"""Noisy networks for a DQN (Rainbow): factorised noise in weights, returns of several steps, double Q, priorities."""

import numpy as np

STATES, HIDDEN, ACTIONS, GAMMA, STEPS, CLIP, EVERY = 4, 7, 3, 0.9, 3, 0.5, 2
NOISES = {"online": "a", "target": "b"}
WEIGHTS = {
    f"{net}.{layer}.{mine}": f"{net}.{layer}.{theirs}"
    for net in NOISES
    for layer in ("fc1", "fc2")
    for mine, theirs in (
        ("mu", "weight_mu.T"),
        ("sigma", "weight_sigma.T"),
        ("mu_b", "bias_mu"),
        ("sd_b", "bias_sigma"),
    )
}


def batches(rng):
    for number in range(6):
        noise = {
            f"{key}{i}": rng.normal(size=size)
            for key in NOISES.values()
            for i, size in enumerate((STATES, HIDDEN, HIDDEN, ACTIONS))
        }
        yield {
            "states": rng.normal(size=(6, STATES)),
            "actions": rng.integers(0, ACTIONS, size=6),
            "returns": rng.normal(size=6),
            "next_states": rng.normal(size=(6, STATES)),
            "nonterminals": (rng.random(size=6) < 0.8).astype(float),
            "weights": rng.uniform(0.3, 1.0, size=6),
            "number": np.array([number + 1]),
            **noise,
        }


def torch_side():
    import torch
    import torch.nn.functional as F
    from torch import nn

    class NoisyLinear(nn.Module):
        def __init__(self, in_features, out_features, std_init=0.5):
            super().__init__()
            bound = in_features**-0.5
            self.weight_mu = nn.Parameter(torch.empty(out_features, in_features).uniform_(-bound, bound))
            self.weight_sigma = nn.Parameter(torch.full((out_features, in_features), std_init * bound))
            self.bias_mu = nn.Parameter(torch.empty(out_features).uniform_(-bound, bound))
            self.bias_sigma = nn.Parameter(torch.full((out_features,), std_init * out_features**-0.5))

        def _scale_noise(self, x):
            return x.sign().mul(x.abs().sqrt())

        def reset_noise(self, noise_in, noise_out):
            epsilon_in, epsilon_out = self._scale_noise(noise_in), self._scale_noise(noise_out)
            self.weight_epsilon, self.bias_epsilon = torch.outer(epsilon_out, epsilon_in), epsilon_out

        def forward(self, x):
            weight = self.weight_mu + self.weight_sigma * self.weight_epsilon
            return F.linear(x, weight, self.bias_mu + self.bias_sigma * self.bias_epsilon)

    class DQN(nn.Module):
        def __init__(self):
            super().__init__()
            self.fc1, self.fc2 = NoisyLinear(STATES, HIDDEN), NoisyLinear(HIDDEN, ACTIONS)

        def reset_noise(self, batch, key):
            self.fc1.reset_noise(batch[f"{key}0"], batch[f"{key}1"])
            self.fc2.reset_noise(batch[f"{key}2"], batch[f"{key}3"])

        def forward(self, x):
            return self.fc2(F.relu(self.fc1(x)))

    online_net, target_net = DQN(), DQN()
    target_net.load_state_dict(online_net.state_dict())

    def loss(model, batch):
        online, target = model["online"], model["target"]
        online.reset_noise(batch, NOISES["online"])
        target.reset_noise(batch, NOISES["target"])
        with torch.no_grad():
            argmax_indices_ns = online(batch["next_states"]).argmax(1)
            qns = target(batch["next_states"]).gather(1, argmax_indices_ns.unsqueeze(1)).squeeze(1)
            Tz = batch["returns"] + batch["nonterminals"] * (GAMMA**STEPS) * qns
        qs = online(batch["states"]).gather(1, batch["actions"].unsqueeze(1)).squeeze(1)
        td = F.smooth_l1_loss(qs, Tz, reduction="none")
        return (batch["weights"] * td).mean()

    optimizer = torch.optim.Adam(online_net.parameters(), lr=0.01, eps=1.5e-4)
    return {"online": online_net, "target": target_net}, loss, optimizer


def torch_step(side, batch):
    from torch.nn.utils import clip_grad_norm_

    online_net, target_net = side.model["online"], side.model["target"]
    if int(batch["number"][0]) % EVERY == 0:
        target_net.load_state_dict(online_net.state_dict())
    online_net.zero_grad()
    loss = side.loss(side.model, batch)
    loss.backward()
    clip_grad_norm_(online_net.parameters(), CLIP)
    side.optimizer.step()
    return loss.detach()


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import Adam

    def squash(noise):
        return tf.sign(noise) * tf.sqrt(tf.abs(noise))

    class NoisyDense(layers.Layer):
        def __init__(self, inputs, units, name):
            super().__init__(name=name)
            width = inputs**-0.5
            uniform = keras.initializers.RandomUniform(-width, width)
            spread = lambda size: keras.initializers.Constant(0.5 * size**-0.5)
            self.mu = self.add_weight(shape=(inputs, units), initializer=uniform, name="mu")
            self.sigma = self.add_weight(shape=(inputs, units), initializer=spread(inputs), name="sigma")
            self.mu_b = self.add_weight(shape=(units,), initializer=uniform, name="mu_b")
            self.sd_b = self.add_weight(shape=(units,), initializer=spread(units), name="sd_b")

        def call(self, x, before, after):
            before, after = squash(before), squash(after)
            # the noise of a weight is a product: it can be applied before and after the matrix
            noisy = tf.matmul(x * before, self.sigma) * after
            return tf.matmul(x, self.mu) + noisy + self.mu_b + self.sd_b * after

    class QNetwork(keras.Model):
        def __init__(self, name):
            super().__init__(name=name)
            self.fc1 = NoisyDense(STATES, HIDDEN, name="fc1")
            self.fc2 = NoisyDense(HIDDEN, ACTIONS, name="fc2")

        def call(self, x, noise):
            return self.fc2(tf.nn.relu(self.fc1(x, noise[0], noise[1])), noise[2], noise[3])

    nets = {name: QNetwork(name) for name in NOISES}
    nets["target"].set_weights(nets["online"].get_weights())
    huber = keras.losses.Huber(delta=1.0, reduction=None)

    def loss(model, batch):
        mine, old = ([batch[f"{key}{i}"] for i in range(4)] for key in ("a", "b"))
        best = tf.argmax(model["online"](batch["next_states"], mine), axis=1)
        ahead = tf.gather(model["target"](batch["next_states"], old), best, batch_dims=1)
        goal = tf.stop_gradient(batch["returns"] + GAMMA**STEPS * batch["nonterminals"] * ahead)
        chosen = tf.reduce_sum(
            model["online"](batch["states"], mine) * tf.one_hot(batch["actions"], ACTIONS, dtype=goal.dtype), axis=1
        )
        return tf.reduce_mean(batch["weights"] * huber(goal[:, None], chosen[:, None]))

    return nets, loss, Adam(0.01, epsilon=1.5e-4)


def tf_step(side, batch):
    import tensorflow as tf

    online, target = side.model["online"], side.model["target"]
    if int(batch["number"][0]) % EVERY == 0:
        for old, new in zip(target.variables, online.variables):
            old.assign(new)
    with tf.GradientTape() as tape:
        value = side.loss(side.model, batch)
    grads = tape.gradient(value, online.trainable_variables)
    norm = tf.sqrt(tf.add_n([tf.reduce_sum(tf.square(g)) for g in grads]))
    grads = [g * tf.minimum(1.0, CLIP / (norm + 1e-6)) for g in grads]
    side.optimizer.apply_gradients(zip(grads, online.trainable_variables))
    return value
