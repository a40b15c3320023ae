"""A world model: states drawn from categories with given noise, balanced divergences, bootstrapped returns."""

import numpy as np

TIME, GROUPS, KINDS, FREE, BALANCE, GAMMA, LAMBDA = 4, 2, 3, 0.05, 0.8, 0.9, 0.7


def batches(rng):
    for _ in range(4):
        obs, reward = rng.normal(size=(TIME, 5, 4)), 3 * rng.normal(size=(TIME, 5))
        gumbel = -np.log(-np.log(rng.uniform(0.01, 0.99, size=(TIME, 5, GROUPS, KINDS))))
        yield {"obs": obs, "reward": reward, "gumbel": gumbel}


def torch_side():
    import torch
    from torch import nn
    from torch.distributions import Categorical, Independent, kl_divergence
    from torch.nn import functional as F

    def dist(logits):
        return Independent(Categorical(logits=logits), 1)

    class RSSM(nn.Module):
        def __init__(self):
            super().__init__()
            self.mix = nn.Linear(6 + GROUPS * KINDS, 6)
            self.prior, self.posterior = nn.Linear(6, GROUPS * KINDS), nn.Linear(10, GROUPS * KINDS)
            self.decoder, self.reward, self.value = nn.Linear(12, 4), nn.Linear(12, 1), nn.Linear(12, 1)

        def forward(self, obs, gumbel):
            h, z = obs.new_zeros(5, 6), obs.new_zeros(5, GROUPS * KINDS)
            priors, posteriors, features = [], [], []
            for t in range(TIME):
                h = torch.tanh(self.mix(torch.cat([h, z], dim=-1)))
                priors.append(self.prior(h).view(5, GROUPS, KINDS))
                posteriors.append(self.posterior(torch.cat([h, obs[t]], dim=-1)).view(5, GROUPS, KINDS))
                probs = posteriors[-1].softmax(dim=-1)
                sample = F.one_hot((posteriors[-1] + gumbel[t]).argmax(dim=-1), KINDS).to(probs)
                z = (sample + probs - probs.detach()).flatten(1)
                features.append(torch.cat([h, z], dim=-1))
            return torch.stack(priors), torch.stack(posteriors), torch.stack(features)

    def lambda_returns(reward, value):
        last, returns = value[-1], []
        for t in reversed(range(TIME - 1)):
            last = reward[t] + GAMMA * ((1 - LAMBDA) * value[t + 1] + LAMBDA * last)
            returns.insert(0, last)
        return torch.stack(returns)

    def loss(model, batch):
        prior, post, feat = model(batch["obs"], batch["gumbel"])
        lhs = kl_divergence(dist(post.detach()), dist(prior)).mean().clamp(min=FREE)
        rhs = kl_divergence(dist(post), dist(prior.detach())).mean().clamp(min=FREE)
        image = (model.decoder(feat) - batch["obs"]).pow(2).sum(dim=-1).mean()
        squashed = torch.sign(batch["reward"]) * torch.log1p(batch["reward"].abs())
        reward = (model.reward(feat).squeeze(-1) - squashed).pow(2).mean()
        value = model.value(feat.detach()).squeeze(-1)
        target = lambda_returns(squashed, value).detach()
        critic = 0.5 * (value[:-1] - target).pow(2).mean()
        return BALANCE * lhs + (1 - BALANCE) * rhs + image + reward + critic

    model = RSSM()
    return model, loss, torch.optim.Adam(model.parameters(), lr=0.01)


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import Adam

    class RecurrentStates(keras.Model):
        def __init__(self):
            super().__init__()
            self.mix = layers.Dense(6, "tanh")
            self.prior, self.posterior = layers.Dense(GROUPS * KINDS), layers.Dense(GROUPS * KINDS)
            self.decoder, self.reward, self.value = layers.Dense(4), layers.Dense(1), layers.Dense(1)

        def draw(self, logits, noise):
            hard = tf.one_hot(tf.argmax(logits + noise, axis=-1), KINDS, dtype=logits.dtype)
            soft = tf.nn.softmax(logits)
            return tf.reshape(soft + tf.stop_gradient(hard - soft), (5, GROUPS * KINDS))

        def call(self, observed, noise):
            deter, stoch = tf.zeros((5, 6), observed.dtype), tf.zeros((5, GROUPS * KINDS), observed.dtype)
            rollout = []
            for seen, gumbel in zip(tf.unstack(observed), tf.unstack(noise), strict=True):
                deter = self.mix(tf.concat([deter, stoch], axis=1))
                prior = tf.reshape(self.prior(deter), (5, GROUPS, KINDS))
                post = tf.reshape(self.posterior(tf.concat([deter, seen], axis=1)), (5, GROUPS, KINDS))
                stoch = self.draw(post, gumbel)
                rollout.append((prior, post, tf.concat([deter, stoch], axis=1)))
            priors, posts, features = (tf.stack(part) for part in zip(*rollout, strict=True))
            return {"prior": priors, "post": posts, "feat": features}

    def divergence(p, q):
        log_p, log_q = tf.nn.log_softmax(p), tf.nn.log_softmax(q)
        return tf.reduce_sum(tf.exp(log_p) * (log_p - log_q), axis=(-2, -1))

    def kl_loss(post, prior):
        fixed_post, fixed_prior = tf.stop_gradient(post), tf.stop_gradient(prior)
        dynamics = tf.maximum(tf.reduce_mean(divergence(fixed_post, prior)), FREE)
        representation = tf.maximum(tf.reduce_mean(divergence(post, fixed_prior)), FREE)
        return BALANCE * dynamics + (1 - BALANCE) * representation

    def targets(reward, value):
        inputs = reward[:-1] + GAMMA * (1 - LAMBDA) * value[1:]
        returns = tf.scan(lambda later, now: now + GAMMA * LAMBDA * later, inputs, value[-1], reverse=True)
        return tf.stop_gradient(returns)

    def loss(model, batch):
        states = model(batch["obs"], batch["gumbel"])
        feat = states["feat"]
        symlog = tf.sign(batch["reward"]) * tf.math.log(1 + tf.abs(batch["reward"]))
        value = model.value(tf.stop_gradient(feat))[..., 0]
        losses = {
            "kl": kl_loss(states["post"], states["prior"]),
            "image": tf.reduce_mean(tf.reduce_sum(tf.square(model.decoder(feat) - batch["obs"]), axis=-1)),
            "reward": tf.reduce_mean(tf.square(model.reward(feat)[..., 0] - symlog)),
            "value": 0.5 * tf.reduce_mean(tf.square(targets(symlog, value) - value[:-1])),
        }
        return tf.add_n(list(losses.values()))

    return RecurrentStates(), loss, Adam(0.01)
