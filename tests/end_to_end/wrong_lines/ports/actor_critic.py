"""Advantage actor-critic with generalised advantage estimation on one stretch of an episode."""

GAMMA, LAMBDA, HORIZON = 0.9, 0.8, 12


def batches(rng):
    for _ in range(6):
        yield {
            "state": rng.normal(size=(HORIZON, 4)),
            "next": rng.normal(size=(HORIZON, 4)),
            "action": rng.integers(0, 3, size=HORIZON),
            "reward": rng.normal(size=HORIZON),
            "done": (rng.uniform(size=HORIZON) < 0.2).astype(float),
        }


def torch_side():
    import torch
    from torch import nn
    from torch.nn import functional as F

    actor = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 3))
    critic = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 1))
    model = nn.ModuleDict({"actor": actor, "critic": critic})

    def gae(rewards, values, next_values, dones):
        advantages, running = [], 0.0
        for t in reversed(range(HORIZON)):
            alive = 1.0 - dones[t]
            delta = rewards[t] + GAMMA * next_values[t] * alive - values[t]
            running = delta + GAMMA * LAMBDA * alive * running
            advantages.insert(0, running)
        return torch.stack(advantages)

    def loss(model, batch):
        values, following = model["critic"](batch["state"])[:, 0], model["critic"](batch["next"])[:, 0]
        advantage = gae(batch["reward"], values.detach(), following.detach(), batch["done"])
        returns = advantage + values.detach()
        advantage = (advantage - advantage.mean()) / (advantage.std() + 1e-8)
        log_probs = F.log_softmax(model["actor"](batch["state"]), dim=-1)
        chosen = log_probs.gather(1, batch["action"][:, None]).squeeze(1)
        policy_loss = -(chosen * advantage).mean()
        entropy = -(log_probs.exp() * log_probs).sum(dim=-1).mean()
        return policy_loss + 0.5 * F.mse_loss(values, returns) - 0.01 * entropy

    return model, loss, torch.optim.Adam(model.parameters(), lr=0.01)


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import Adam

    def network(outputs):
        return keras.Sequential([keras.Input((4,)), layers.Dense(8, "tanh"), layers.Dense(outputs)])

    def estimate(reward, value, next_value, done):
        estimates, last = [], tf.zeros_like(reward[0])
        for step in range(HORIZON - 1, -1, -1):
            error = reward[step] + GAMMA * next_value[step] * (1 - done[step]) - value[step]
            last = error + GAMMA * LAMBDA * (1 - done[step]) * last
            estimates.append(last)
        return tf.stack(estimates[::-1])

    def loss(model, batch):
        value, next_value = model["critic"](batch["state"])[:, 0], model["critic"](batch["next"])[:, 0]
        fixed, next_fixed = tf.stop_gradient(value), tf.stop_gradient(next_value)
        adv = estimate(batch["reward"], fixed, next_fixed, batch["done"])
        value_loss = tf.reduce_mean((value - (adv + fixed)) ** 2)
        centered = adv - tf.reduce_mean(adv)
        std = tf.sqrt(tf.reduce_sum(centered**2) / (HORIZON - 1))
        normalised = centered / (std + 1e-8)
        logs = tf.nn.log_softmax(model["actor"](batch["state"]))
        taken = tf.gather(logs, batch["action"], batch_dims=1)
        actor_loss = -tf.reduce_mean(taken * normalised)
        spread = -tf.reduce_mean(tf.reduce_sum(tf.exp(logs) * logs, axis=-1))
        return actor_loss + 0.5 * value_loss - 0.01 * spread

    return {"actor": network(3), "critic": network(1)}, loss, Adam(0.01)
