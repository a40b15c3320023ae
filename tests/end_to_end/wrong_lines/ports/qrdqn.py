"""Quantiles of returns (QR-DQN, ku2482/fqf-iqn-qrdqn.pytorch): pairwise Huber errors, a target copied now and then."""

import numpy as np

STATES, ACTIONS, QUANTILES, GAMMA, KAPPA, SYNC = 4, 3, 5, 0.9, 1.0, 3


def batches(rng):
    for step in range(7):
        yield {
            "state": rng.normal(size=(6, STATES)),
            "action": rng.integers(0, ACTIONS, size=6),
            "reward": 2.0 * rng.normal(size=6),
            "next_state": rng.normal(size=(6, STATES)),
            "done": (rng.uniform(size=6) < 0.2).astype(float),
            "step": np.array([step + 1]),
        }


def torch_side():
    import copy

    import torch
    from torch import nn

    class QRDQN(nn.Module):
        def __init__(self):
            super().__init__()
            self.dqn_net = nn.Sequential(nn.Linear(STATES, 10), nn.ReLU())
            self.q_net = nn.Linear(10, ACTIONS * QUANTILES)

        def forward(self, states):
            quantiles = self.q_net(self.dqn_net(states))
            return quantiles.view(states.shape[0], QUANTILES, ACTIONS)

    def evaluate_quantile_at_action(s_quantiles, actions):
        action_index = actions[:, None, None].expand(s_quantiles.shape[0], QUANTILES, 1)
        return s_quantiles.gather(dim=2, index=action_index)

    def calculate_huber_loss(td_errors, kappa=1.0):
        return torch.where(td_errors.abs() <= kappa, 0.5 * td_errors.pow(2), kappa * (td_errors.abs() - 0.5 * kappa))

    def loss(model, batch):
        online, target = model["online"], model["target"]
        current_sa_quantiles = evaluate_quantile_at_action(online(batch["state"]), batch["action"])
        with torch.no_grad():
            next_quantiles = target(batch["next_state"])
            next_actions = next_quantiles.mean(dim=1).argmax(dim=1)
            next_sa_quantiles = evaluate_quantile_at_action(next_quantiles, next_actions).transpose(1, 2)
            rewards, dones = batch["reward"][:, None, None], batch["done"][:, None, None]
            target_sa_quantiles = rewards + (1.0 - dones) * GAMMA * next_sa_quantiles
        td_errors = target_sa_quantiles - current_sa_quantiles
        taus = (torch.arange(QUANTILES, dtype=td_errors.dtype) + 0.5) / QUANTILES
        element_wise_huber_loss = calculate_huber_loss(td_errors, KAPPA)
        weight = torch.abs(taus[None, :, None] - (td_errors.detach() < 0).to(td_errors.dtype))
        element_wise_quantile_huber_loss = weight * element_wise_huber_loss / KAPPA
        batch_quantile_huber_loss = element_wise_quantile_huber_loss.sum(dim=1).mean(dim=1)
        return batch_quantile_huber_loss.mean()

    online = QRDQN()
    target = copy.deepcopy(online).requires_grad_(False)
    optimizer = torch.optim.Adam(online.parameters(), lr=5e-3, eps=1e-2 / 32)
    return {"online": online, "target": target}, loss, {"online": optimizer}


def torch_step(side, batch):
    loss = side.loss(side.model, batch)
    side.optimizer["online"].zero_grad()
    loss.backward()
    side.optimizer["online"].step()
    if batch["step"].item() % SYNC == 0:
        side.model["target"].load_state_dict(side.model["online"].state_dict())
    return loss.detach()


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import Adam

    def quantile_network():
        state = keras.Input((STATES,))
        hidden = layers.Dense(10, activation="relu")(state)
        return keras.Model(state, layers.Reshape((QUANTILES, ACTIONS))(layers.Dense(QUANTILES * ACTIONS)(hidden)))

    online, target = quantile_network(), quantile_network()
    target.trainable = False
    target.set_weights(online.get_weights())

    def huber(error):
        size = tf.abs(error)
        inside = tf.minimum(size, KAPPA)
        return 0.5 * tf.square(inside) + KAPPA * (size - inside)

    def loss(model, batch):
        future = model["target"](batch["next_state"])
        best = tf.argmax(tf.reduce_mean(future, axis=1), axis=-1)
        future = tf.gather(future, best, axis=2, batch_dims=1)
        alive = (1.0 - batch["done"])[:, None]
        wanted = tf.stop_gradient(batch["reward"][:, None] + GAMMA * alive * future)
        chosen = tf.one_hot(batch["action"], ACTIONS, dtype=wanted.dtype)
        quantiles = tf.einsum("bqa,ba->bq", model["online"](batch["state"]), chosen)
        error = wanted[:, None, :] - quantiles[:, :, None]
        levels = (tf.range(QUANTILES, dtype=error.dtype) + 0.5)[None, :, None] / QUANTILES
        slope = tf.where(error < 0.0, 1.0 - levels, levels)
        per_sample = tf.reduce_sum(tf.reduce_mean(slope * huber(error) / KAPPA, axis=2), axis=1)
        return tf.reduce_mean(per_sample)

    return {"online": online, "target": target}, loss, {"online": Adam(5e-3, epsilon=0.01 / 32)}


def tf_step(side, batch):
    import tensorflow as tf

    online, target = side.model["online"], side.model["target"]
    with tf.GradientTape() as tape:
        value = side.loss(side.model, batch)
    gradients = tape.gradient(value, online.trainable_variables)
    side.optimizer["online"].apply_gradients(zip(gradients, online.trainable_variables))
    if int(batch["step"][0]) % SYNC == 0:
        for copy, original in zip(target.weights, online.weights):
            copy.assign(original)
    return value
