"""Policy gradient with a baseline: returns by NumPy within the step, and a rate that is set by hand."""

import numpy as np

GAMMA, RATE, WARMUP = 0.9, 0.1, 3


def batches(rng):
    for number in range(6):
        yield {
            "obs": rng.normal(size=(10, 4)),
            "action": rng.integers(0, 3, size=10),
            "reward": rng.normal(size=10),
            "number": np.full(10, float(number)),
        }


def torch_side():
    import torch
    from torch import nn

    policy = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 3))
    baseline = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 1))
    model = nn.ModuleDict({"policy": policy, "baseline": baseline})

    def loss(model, batch):
        return nn.functional.cross_entropy(model["policy"](batch["obs"]), batch["action"])

    return model, loss, torch.optim.SGD(model.parameters(), lr=RATE)


def torch_step(side, batch):
    import torch
    from torch.nn import functional as F

    returns, future = [], 0.0
    for reward in batch["reward"].flip(0):
        future = reward + GAMMA * future
        returns.insert(0, future)
    returns = torch.stack(returns)
    returns = (returns - returns.mean()) / (returns.std() + 1e-8)
    value = side.model["baseline"](batch["obs"]).squeeze(1)
    log_prob = -F.cross_entropy(side.model["policy"](batch["obs"]), batch["action"], reduction="none")
    advantage = returns - value.detach()
    loss = -(log_prob * advantage).mean() + F.mse_loss(value, returns)
    for group in side.optimizer.param_groups:
        group["lr"] = RATE * min(1.0, (float(batch["number"][0]) + 1) / WARMUP)
    side.optimizer.zero_grad()
    loss.backward()
    side.optimizer.step()
    return loss.detach()


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import SGD

    def network(outputs):
        return keras.Sequential([keras.Input((4,)), layers.Dense(8, "tanh"), layers.Dense(outputs)])

    def loss(model, batch):
        logits = model["policy"](batch["obs"])
        return tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(batch["action"], logits))

    return {"policy": network(3), "baseline": network(1)}, loss, SGD(RATE)


def tf_step(side, batch):
    import tensorflow as tf

    gains, gain = [], 0.0
    for reward in batch["reward"].numpy()[::-1]:
        gain = reward + GAMMA * gain
        gains.append(gain)
    gains = np.array(gains[::-1])
    gains = (gains - np.mean(gains)) / (np.std(gains, ddof=1) + 1e-8)
    weights = [*side.model["policy"].trainable_variables, *side.model["baseline"].trainable_variables]
    with tf.GradientTape() as tape:
        estimates = side.model["baseline"](batch["obs"])[:, 0]
        logits = side.model["policy"](batch["obs"])
        chosen = tf.reduce_sum(tf.nn.log_softmax(logits) * tf.one_hot(batch["action"], 3, dtype=logits.dtype), axis=1)
        advantages = gains - tf.stop_gradient(estimates)
        actor = -tf.reduce_mean(chosen * advantages)
        value = actor + tf.reduce_mean(tf.square(estimates - gains))
    side.optimizer.learning_rate.assign(RATE * min(1.0, (float(batch["number"][0]) + 1) / WARMUP))
    side.optimizer.apply_gradients(zip(tape.gradient(value, weights), weights, strict=True))
    return value
