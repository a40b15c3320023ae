"""Soft actor-critic with few actions: expectations over the policy instead of samples, two critics, a temperature
that learns its entropy.
"""

import numpy as np

OBS, ACTIONS, GAMMA, TAU = 5, 3, 0.95, 0.1
TARGET_ENTROPY = 0.89 * float(np.log(ACTIONS))


def batches(rng):
    for _ in range(5):
        yield {
            "observations": rng.normal(size=(8, OBS)),
            "actions": rng.integers(0, ACTIONS, size=(8, 1)),
            "next_observations": rng.normal(size=(8, OBS)),
            "rewards": rng.normal(size=(8, 1)),
            "dones": (rng.uniform(size=(8, 1)) < 0.2).astype(float),
        }


def torch_side():
    import copy

    import torch
    from torch import nn

    class SoftQNetwork(nn.Module):
        def __init__(self):
            super().__init__()
            self.fc1 = nn.Linear(OBS, 7)
            self.fc_q = nn.Linear(7, ACTIONS)

        def forward(self, x):
            return self.fc_q(torch.relu(self.fc1(x)))

    class Actor(nn.Module):
        def __init__(self):
            super().__init__()
            self.fc1 = nn.Linear(OBS, 6)
            self.fc_logits = nn.Linear(6, ACTIONS)

        def forward(self, x):
            return self.fc_logits(torch.relu(self.fc1(x)))

    class Temperature(nn.Module):
        def __init__(self):
            super().__init__()
            self.log_alpha = nn.Parameter(torch.tensor([-0.5]))

        def forward(self):
            return self.log_alpha.exp()

    qf1, qf2 = SoftQNetwork(), SoftQNetwork()
    model = {"actor": Actor(), "qf1": qf1, "qf2": qf2, "temperature": Temperature()}
    model |= {"qf1_target": copy.deepcopy(qf1), "qf2_target": copy.deepcopy(qf2)}
    optimizers = {
        "actor": torch.optim.Adam(model["actor"].parameters(), lr=0.01, eps=1e-4),
        "q": torch.optim.Adam([*qf1.parameters(), *qf2.parameters()], lr=0.01, eps=1e-4),
        "alpha": torch.optim.Adam(model["temperature"].parameters(), lr=0.01, eps=1e-4),
    }

    def loss(model, batch):
        return model["qf1"](batch["observations"]).mean()

    return model, loss, optimizers


def torch_step(side, batch):
    import torch
    import torch.nn.functional as F
    from torch.distributions.categorical import Categorical

    model, optimizer = side.model, side.optimizer

    def get_action(x):
        logits = model["actor"](x)
        policy_dist = Categorical(logits=logits)
        return policy_dist.probs, F.log_softmax(logits, dim=1)

    alpha = model["temperature"]().item()
    # CRITIC training
    with torch.no_grad():
        next_state_action_probs, next_state_log_pi = get_action(batch["next_observations"])
        qf1_next_target = model["qf1_target"](batch["next_observations"])
        qf2_next_target = model["qf2_target"](batch["next_observations"])
        # we can use the action probabilities instead of MC sampling to estimate the expectation
        min_qf_next_target = next_state_action_probs * (
            torch.min(qf1_next_target, qf2_next_target) - alpha * next_state_log_pi
        )
        min_qf_next_target = min_qf_next_target.sum(dim=1)
        next_q_value = batch["rewards"].flatten() + (1 - batch["dones"].flatten()) * GAMMA * min_qf_next_target
    qf1_a_values = model["qf1"](batch["observations"]).gather(1, batch["actions"].long()).view(-1)
    qf2_a_values = model["qf2"](batch["observations"]).gather(1, batch["actions"].long()).view(-1)
    qf_loss = F.mse_loss(qf1_a_values, next_q_value) + F.mse_loss(qf2_a_values, next_q_value)
    optimizer["q"].zero_grad()
    qf_loss.backward()
    optimizer["q"].step()
    # ACTOR training
    action_probs, log_pi = get_action(batch["observations"])
    with torch.no_grad():
        min_qf_values = torch.min(model["qf1"](batch["observations"]), model["qf2"](batch["observations"]))
    # no need for reparameterization, the expectation can be calculated for discrete actions
    actor_loss = (action_probs * ((alpha * log_pi) - min_qf_values)).mean()
    optimizer["actor"].zero_grad()
    actor_loss.backward()
    optimizer["actor"].step()
    # re-use action probabilities for temperature loss
    alpha_loss = (action_probs.detach() * (-model["temperature"]() * (log_pi + TARGET_ENTROPY).detach())).mean()
    optimizer["alpha"].zero_grad()
    alpha_loss.backward()
    optimizer["alpha"].step()
    # update the target networks
    for name in ("qf1", "qf2"):
        for param, target_param in zip(model[name].parameters(), model[f"{name}_target"].parameters()):
            target_param.data.copy_(TAU * param.data + (1 - TAU) * target_param.data)
    return (qf_loss + actor_loss + alpha_loss).detach()


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import Adam

    def mlp(width):
        return keras.Sequential([keras.Input((OBS,)), layers.Dense(width, activation="relu"), layers.Dense(ACTIONS)])

    class Temperature(tf.Module):
        def __init__(self):
            super().__init__()
            self.log_alpha = tf.Variable([-0.5], dtype=keras.config.floatx(), name="log_alpha")

        def __call__(self):
            return tf.exp(self.log_alpha)

    model = {"actor": mlp(6), "qf1": mlp(7), "qf2": mlp(7), "temperature": Temperature()}
    for name in ("qf1", "qf2"):
        model[f"{name}_target"] = mlp(7)
        model[f"{name}_target"].set_weights(model[name].get_weights())

    def loss(model, batch):
        return tf.reduce_mean(model["qf1"](batch["observations"]))

    return model, loss, {name: Adam(0.01, epsilon=1e-4) for name in ("actor", "q", "alpha")}


def tf_step(side, batch):
    import tensorflow as tf

    nets = side.model
    obs, obs_next = batch["observations"], batch["next_observations"]
    reward, done = batch["rewards"][:, 0], batch["dones"][:, 0]
    alpha = tf.stop_gradient(nets["temperature"]())

    def smaller(first, second, states):
        return tf.reduce_min(tf.stack([nets[first](states), nets[second](states)]), axis=0)

    # critics
    log_p = tf.nn.log_softmax(nets["actor"](obs_next))
    p = tf.exp(log_p)
    soft_value = tf.reduce_sum(p * smaller("qf1_target", "qf2_target", obs_next), axis=-1)
    soft_value -= alpha * tf.reduce_sum(p * log_p, axis=-1)
    backup = tf.stop_gradient(reward + GAMMA * (1.0 - done) * soft_value)
    taken = tf.one_hot(batch["actions"][:, 0], ACTIONS, dtype=obs.dtype)
    with tf.GradientTape() as tape:
        q_loss = 0.0
        for name in ("qf1", "qf2"):
            estimate = tf.reduce_sum(nets[name](obs) * taken, axis=1)
            q_loss += tf.reduce_mean(tf.math.squared_difference(backup, estimate))
    variables = nets["qf1"].trainable_variables + nets["qf2"].trainable_variables
    side.optimizer["q"].apply_gradients(zip(tape.gradient(q_loss, variables), variables))
    # actor
    q_min = smaller("qf1", "qf2", obs)
    with tf.GradientTape() as tape:
        logits = nets["actor"](obs)
        log_p = tf.nn.log_softmax(logits)
        p = tf.nn.softmax(logits)
        policy_loss = tf.reduce_mean(p * (alpha * log_p - q_min))
    variables = nets["actor"].trainable_variables
    side.optimizer["actor"].apply_gradients(zip(tape.gradient(policy_loss, variables), variables))
    # temperature
    surplus = tf.reduce_mean(tf.stop_gradient(p * (log_p + TARGET_ENTROPY)))
    with tf.GradientTape() as tape:
        alpha_loss = -tf.reduce_sum(nets["temperature"]()) * surplus
    variables = nets["temperature"].trainable_variables
    side.optimizer["alpha"].apply_gradients(zip(tape.gradient(alpha_loss, variables), variables))
    for name in ("qf1", "qf2"):
        for slow, fast in zip(nets[f"{name}_target"].variables, nets[name].variables):
            slow.assign_add(TAU * (fast - slow))
    return q_loss + policy_loss + alpha_loss
