"""An actor and a learner apart (IMPALA): V-trace over an unroll, backwards in a loop and in a tf.scan, time first."""

GAMMA, RHO, C, ENTROPY = 0.9, 1.2, 1.0, 0.05


def batches(rng):
    for _ in range(5):
        discount = GAMMA * (rng.random((6, 4)) > 0.15)
        behaviour = rng.normal(size=(6, 4, 3))
        unroll = {"obs": rng.normal(size=(7, 4, 5)), "logits": behaviour, "reward": rng.normal(size=(6, 4))}
        yield unroll | {"action": rng.integers(0, 3, size=(6, 4)), "discount": discount}


def torch_side():
    import torch
    from torch import nn
    from torch.nn import functional as F

    class Agent(nn.Module):
        def __init__(self):
            super().__init__()
            self.core = nn.Linear(5, 8)
            self.policy = nn.Linear(8, 3)
            self.baseline = nn.Linear(8, 1)

        def forward(self, obs):
            hidden = F.relu(self.core(obs))
            return {"policy_logits": self.policy(hidden), "baseline": self.baseline(hidden).squeeze(-1)}

    def action_log_probs(logits, actions):
        return -F.nll_loss(F.log_softmax(logits.flatten(0, 1), dim=-1), actions.flatten(), reduction="none").view(6, 4)

    @torch.no_grad()
    def from_importance_weights(log_rhos, batch, values, bootstrap):
        rhos = log_rhos.exp()
        clipped_rhos = torch.clamp(rhos, max=RHO)
        cs = torch.clamp(rhos, max=C)
        values_t_plus_1 = torch.cat([values[1:], bootstrap[None]], dim=0)
        deltas = clipped_rhos * (batch["reward"] + batch["discount"] * values_t_plus_1 - values)
        acc, result = torch.zeros_like(bootstrap), []
        for t in range(5, -1, -1):
            acc = deltas[t] + batch["discount"][t] * cs[t] * acc
            result.append(acc)
        vs = torch.stack(result[::-1]) + values
        vs_t_plus_1 = torch.cat([vs[1:], bootstrap[None]], dim=0)
        return vs, clipped_rhos * (batch["reward"] + batch["discount"] * vs_t_plus_1 - values)

    def loss(model, batch):
        out = model(batch["obs"])
        logits, values = out["policy_logits"][:-1], out["baseline"]
        chosen = action_log_probs(logits, batch["action"])
        log_rhos = chosen.detach() - action_log_probs(batch["logits"], batch["action"])
        vs, advantages = from_importance_weights(log_rhos, batch, values[:-1], values[-1])
        pg_loss = -(chosen * advantages).sum()
        baseline_loss = 0.5 * (vs - values[:-1]).pow(2).sum()
        entropy_loss = (F.softmax(logits, dim=-1) * F.log_softmax(logits, dim=-1)).sum()
        return (pg_loss + 0.5 * baseline_loss + ENTROPY * entropy_loss) / 24

    model = Agent()
    return model, loss, torch.optim.RMSprop(model.parameters(), lr=0.005, alpha=0.99, eps=0.01)


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import RMSprop

    inputs = keras.Input((4, 5))
    hidden = layers.Dense(8, "relu")(inputs)
    model = keras.Model(inputs, {"logits": layers.Dense(3)(hidden), "value": layers.Dense(1)(hidden)})

    def log_prob(logits, actions):
        return -tf.nn.sparse_softmax_cross_entropy_with_logits(labels=actions, logits=logits)

    def vtrace(ratios, discounts, rewards, values, bootstrap):
        limited = tf.minimum(ratios, RHO)
        traces = discounts * tf.minimum(ratios, C)
        following = tf.concat([values[1:], bootstrap[None]], axis=0)
        errors = limited * (rewards + discounts * following - values)
        corrections = tf.scan(
            lambda later, now: now[0] + now[1] * later, (errors, traces), tf.zeros_like(bootstrap), reverse=True
        )
        targets = corrections + values
        next_targets = tf.concat([targets[1:], bootstrap[None]], axis=0)
        advantages = limited * (rewards + discounts * next_targets - values)
        return tf.stop_gradient(targets), tf.stop_gradient(advantages)

    def loss(model, batch):
        outputs = model(batch["obs"])
        logits, value = outputs["logits"][:-1], tf.squeeze(outputs["value"], axis=-1)
        logp = log_prob(logits, batch["action"])
        ratios = tf.exp(tf.stop_gradient(logp) - log_prob(batch["logits"], batch["action"]))
        targets, advantages = vtrace(ratios, batch["discount"], batch["reward"], value[:-1], value[-1])
        actor = -tf.reduce_sum(logp * advantages)
        critic = tf.nn.l2_loss(targets - value[:-1])
        negative_entropy = tf.reduce_sum(tf.nn.softmax(logits) * tf.nn.log_softmax(logits))
        return (actor + 0.5 * critic + ENTROPY * negative_entropy) / 24

    return model, loss, RMSprop(0.005, alpha=0.99, epsilon=0.01)
