"""A pole to balance: duelling heads, the online network chooses and the target values, samples weighted by priority."""

STATES, ACTIONS, GAMMA, TAU, CLIP = 4, 3, 0.95, 0.05, 0.02


def batches(rng):
    for _ in range(12):
        yield {
            "obs": rng.normal(size=(8, STATES)),
            "act": rng.integers(0, ACTIONS, size=(8, 1)),
            "rew": 2.0 * rng.normal(size=(8, 1)),
            "next_obs": rng.normal(size=(8, STATES)),
            "done": (rng.uniform(size=(8, 1)) < 0.2).astype(float),
            "weights": rng.uniform(0.2, 1.0, size=8),
        }


def torch_side():
    import copy

    import torch
    import torch.nn as nn
    import torch.nn.functional as F

    class DuelingNet(nn.Module):
        def __init__(self):
            super().__init__()
            self.feature = nn.Sequential(nn.Linear(STATES, 12), nn.ReLU())
            self.advantage = nn.Sequential(nn.Linear(12, 8), nn.ReLU(), nn.Linear(8, ACTIONS))
            self.value = nn.Sequential(nn.Linear(12, 8), nn.ReLU(), nn.Linear(8, 1))

        def forward(self, state):
            x = self.feature(state)
            advantage = self.advantage(x)
            return self.value(x) + advantage - advantage.mean(1, keepdim=True)

    def loss(model, batch):
        q_eval = model["policy"](batch["obs"]).gather(1, batch["act"])
        with torch.no_grad():
            next_action = model["policy"](batch["next_obs"]).argmax(1, keepdim=True)
            q_next = model["target"](batch["next_obs"]).gather(1, next_action)
            q_target = batch["rew"] + GAMMA * (1 - batch["done"]) * q_next
        element_loss = F.smooth_l1_loss(q_eval, q_target, reduction="none").squeeze(1)
        return (element_loss * batch["weights"]).mean()

    policy = DuelingNet()
    target = copy.deepcopy(policy)
    for p in target.parameters():
        p.requires_grad = False
    return {"policy": policy, "target": target}, loss, {"policy": torch.optim.Adam(policy.parameters(), lr=0.05)}


def torch_step(side, batch):
    import torch

    policy, target = side.model["policy"], side.model["target"]
    optimizer = side.optimizer["policy"]
    loss = side.loss(side.model, batch)
    optimizer.zero_grad()
    loss.backward()
    torch.nn.utils.clip_grad_value_(policy.parameters(), CLIP)
    optimizer.step()
    with torch.no_grad():
        for target_param, param in zip(target.parameters(), policy.parameters()):
            target_param.mul_(1.0 - TAU).add_(TAU * param)
    return loss.detach()


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers, ops

    from tf_impl.optimizers import Adam

    def q_network():
        observation = keras.Input((STATES,))
        shared = layers.Dense(12, "relu")(observation)
        gains = layers.Dense(ACTIONS)(layers.Dense(8, "relu")(shared))
        worth = layers.Dense(1)(layers.Dense(8, "relu")(shared))
        return keras.Model(observation, worth + (gains - ops.mean(gains, axis=1, keepdims=True)))

    policy, target = q_network(), q_network()
    target.set_weights(policy.get_weights())
    target.trainable = False

    def picked(q, action):
        return ops.squeeze(ops.take_along_axis(q, action, axis=1), axis=1)

    def loss(model, batch):
        later = batch["next_obs"]
        greedy = ops.argmax(model["policy"](later), axis=1)[:, None]
        bootstrap = picked(model["target"](later), greedy)
        goal = batch["rew"][:, 0] + GAMMA * (1.0 - batch["done"][:, 0]) * bootstrap
        error = tf.stop_gradient(goal) - picked(model["policy"](batch["obs"]), batch["act"])
        absolute = ops.abs(error)
        each = ops.where(absolute < 1.0, 0.5 * ops.square(error), absolute - 0.5)
        return ops.mean(batch["weights"] * each)

    return {"policy": policy, "target": target}, loss, {"policy": Adam(0.05)}


def tf_step(side, batch):
    import tensorflow as tf

    policy, target = side.model["policy"], side.model["target"]
    with tf.GradientTape() as tape:
        value = side.loss(side.model, batch)
    gradients = tape.gradient(value, policy.trainable_variables)
    gradients = [tf.clip_by_value(gradient, -CLIP, CLIP) for gradient in gradients]
    side.optimizer["policy"].apply_gradients(zip(gradients, policy.trainable_variables))
    for slow, fast in zip(target.variables, policy.variables):
        slow.assign_add(TAU * (fast - slow))
    return value
