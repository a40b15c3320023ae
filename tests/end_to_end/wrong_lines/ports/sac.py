"""The actor of soft actor-critic: a squashed Gaussian, the smaller of two critics, and a temperature that is learnt."""

import math

TARGET_ENTROPY = -2.0
WEIGHTS = {"log_alpha": "log_alpha"}


def batches(rng):
    for _ in range(6):
        yield {"obs": rng.normal(size=(8, 4)), "noise": rng.normal(size=(8, 2))}


def torch_side():
    import torch
    from torch import nn
    from torch.distributions import Normal

    class Agent(nn.Module):
        def __init__(self):
            super().__init__()
            self.policy = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 4))
            self.q1 = nn.Sequential(nn.Linear(6, 9), nn.Tanh(), nn.Linear(9, 1))
            self.q2 = nn.Sequential(nn.Linear(6, 9), nn.Tanh(), nn.Linear(9, 1))
            self.log_alpha = nn.Parameter(torch.full((1,), -0.5))

    def loss(agent, batch):
        mean, log_std = agent.policy(batch["obs"]).chunk(2, dim=-1)
        gaussian = Normal(mean, log_std.exp())
        raw = mean + log_std.exp() * batch["noise"]
        action = torch.tanh(raw)
        log_prob = (gaussian.log_prob(raw) - torch.log(1 - action.pow(2) + 1e-6)).sum(dim=-1)
        inputs = torch.cat([batch["obs"], action], dim=-1)
        q = torch.min(agent.q1(inputs), agent.q2(inputs)).squeeze(-1)
        actor_loss = (agent.log_alpha.exp().detach() * log_prob - q).mean()
        alpha_loss = -(agent.log_alpha * (log_prob + TARGET_ENTROPY).detach()).mean()
        return actor_loss + alpha_loss

    agent = Agent()
    return agent, loss, torch.optim.Adam(agent.parameters(), lr=0.01)


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import Adam

    def network(into, hidden, out):
        return keras.Sequential([keras.Input((into,)), layers.Dense(hidden, "tanh"), layers.Dense(out)])

    start = keras.initializers.Constant(-0.5)

    class Agent(keras.Model):
        def __init__(self):
            super().__init__()
            self.policy, self.q1, self.q2 = network(4, 8, 4), network(6, 9, 1), network(6, 9, 1)
            self.log_alpha = self.add_weight(shape=(1,), initializer=start, name="log_alpha")

    def gaussian_logs(value, mean, log_std):
        z = (value - mean) / tf.exp(log_std)
        return -0.5 * z**2 - log_std - 0.5 * math.log(2 * math.pi)

    def loss(agent, batch):
        mean, log_std = tf.split(agent.policy(batch["obs"]), 2, axis=-1)
        sample = mean + tf.exp(log_std) * batch["noise"]
        squashed = tf.tanh(sample)
        logs = gaussian_logs(sample, mean, log_std)
        logs = logs - tf.math.log(1 - squashed**2 + 1e-6)
        logp = tf.reduce_sum(logs, axis=-1)
        both = tf.concat([batch["obs"], squashed], axis=-1)
        smaller = tf.minimum(agent.q1(both), agent.q2(both))[:, 0]
        alpha = tf.stop_gradient(tf.exp(agent.log_alpha))
        policy_loss = tf.reduce_mean(alpha * logp - smaller)
        surplus = tf.stop_gradient(logp + TARGET_ENTROPY)
        temperature_loss = -tf.reduce_mean(agent.log_alpha * surplus)
        return policy_loss + temperature_loss

    return Agent(), loss, Adam(0.01)
