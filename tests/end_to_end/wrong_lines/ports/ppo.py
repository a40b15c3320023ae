"""Proximal policy optimisation: clipped ratio, clipped value, entropy; the port is written in keras.ops."""

import numpy as np

CLIP = 0.2


def batches(rng):
    for _ in range(6):
        yield {
            "obs": rng.normal(size=(16, 4)),
            "act": rng.integers(0, 3, size=16),
            "old_logp": np.log(rng.uniform(0.2, 0.5, size=16)),
            "old_value": 0.3 * rng.normal(size=16),
            "adv": rng.normal(size=16) + 0.5,
            "ret": rng.normal(size=16),
        }


def torch_side():
    import torch
    from torch import nn
    from torch.distributions import Categorical

    class ActorCritic(nn.Module):
        def __init__(self):
            super().__init__()
            self.body = nn.Linear(4, 10)
            self.pi = nn.Linear(10, 3)
            self.v = nn.Linear(10, 1)

        def forward(self, obs):
            hidden = torch.tanh(self.body(obs))
            return Categorical(logits=self.pi(hidden)), self.v(hidden).squeeze(-1)

    def loss(model, batch):
        policy, value = model(batch["obs"])
        adv = (batch["adv"] - batch["adv"].mean()) / (batch["adv"].std(unbiased=False) + 1e-8)
        ratio = torch.exp(policy.log_prob(batch["act"]) - batch["old_logp"])
        surr1 = ratio * adv
        surr2 = torch.clamp(ratio, 1 - CLIP, 1 + CLIP) * adv
        policy_loss = -torch.min(surr1, surr2).mean()
        clipped = batch["old_value"] + (value - batch["old_value"]).clamp(-CLIP, CLIP)
        value_loss = torch.max((value - batch["ret"]) ** 2, (clipped - batch["ret"]) ** 2).mean()
        return policy_loss + 0.5 * value_loss - 0.01 * policy.entropy().mean()

    model = ActorCritic()
    return model, loss, torch.optim.Adam(model.parameters(), lr=0.01)


def tf_side():
    import keras
    from keras import layers, ops

    from tf_impl.optimizers import Adam

    class Network(keras.Model):
        def __init__(self):
            super().__init__()
            self.body = layers.Dense(10)
            self.pi = layers.Dense(3)
            self.v = layers.Dense(1)

        def call(self, obs):
            hidden = ops.tanh(self.body(obs))
            return ops.log_softmax(self.pi(hidden), axis=-1), ops.squeeze(self.v(hidden), axis=-1)

    def loss(model, batch):
        logp_all, value = model(batch["obs"])
        logp = ops.take_along_axis(logp_all, batch["act"][:, None], axis=1)[:, 0]
        advantage = batch["adv"]
        advantage = (advantage - ops.mean(advantage)) / (ops.std(advantage) + 1e-8)
        ratio = ops.exp(logp - batch["old_logp"])
        unclipped = ratio * advantage
        limited = ops.clip(ratio, 1 - CLIP, 1 + CLIP) * advantage
        policy_loss = -ops.mean(ops.minimum(unclipped, limited))
        near = batch["old_value"] + ops.clip(value - batch["old_value"], -CLIP, CLIP)
        value_loss = ops.mean(ops.maximum((value - batch["ret"]) ** 2, (near - batch["ret"]) ** 2))
        entropy = -ops.mean(ops.sum(ops.exp(logp_all) * logp_all, axis=-1))
        return policy_loss + 0.5 * value_loss - 0.01 * entropy

    return Network(), loss, Adam(0.01)
