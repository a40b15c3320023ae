"""Offline reinforcement (implicit Q-learning): an expectile of the values, critics, a policy weighted by advantages."""

EXPECTILE, BETA, LIMIT, GAMMA, TAU = 0.8, 3.0, 2.0, 0.9, 0.1
PARTS = ("value", "critic", "actor")


def batches(rng):
    for _ in range(8):
        yield {
            "s": rng.normal(size=(8, 3)),
            "a": rng.normal(size=(8, 2)),
            "r": rng.normal(size=8),
            "s2": rng.normal(size=(8, 3)),
            "done": (rng.uniform(size=8) < 0.2).astype(float),
        }


def torch_side():
    import copy

    import torch
    from torch import nn

    def mlp(into, out):
        return nn.Sequential(nn.Linear(into, 8), nn.Tanh(), nn.Linear(8, out))

    model = {"value": mlp(3, 1), "critic": mlp(5, 2), "actor": mlp(3, 2)}
    model["target"] = copy.deepcopy(model["critic"]).requires_grad_(False)

    def loss(model, batch):
        adv = torch.min(model["target"](torch.cat([batch["s"], batch["a"]], dim=1)), dim=1)[0]
        adv = adv - model["value"](batch["s"]).squeeze(1)
        return (torch.abs(EXPECTILE - (adv < 0).to(adv)) * adv**2).mean()

    return model, loss, {name: torch.optim.Adam(model[name].parameters(), lr=0.01) for name in PARTS}


def torch_step(side, batch):
    import torch
    from torch.nn import functional as F

    net, optimizer = side.model, side.optimizer

    def update(name, objective):
        optimizer[name].zero_grad()
        objective.backward()
        optimizer[name].step()

    sa = torch.cat([batch["s"], batch["a"]], dim=1)
    with torch.no_grad():
        target_q = torch.min(net["target"](sa), dim=1)[0]
        next_v = net["value"](batch["s2"]).squeeze(1)
    adv = target_q - net["value"](batch["s"]).squeeze(1)
    v_loss = torch.mean(torch.abs(EXPECTILE - (adv < 0).to(adv)) * adv**2)
    update("value", v_loss)
    targets = batch["r"] + (1.0 - batch["done"]) * GAMMA * next_v
    q_loss = sum(F.mse_loss(q, targets) for q in net["critic"](sa).unbind(dim=1)) / 2
    update("critic", q_loss)
    with torch.no_grad():
        for slow, fast in zip(net["target"].parameters(), net["critic"].parameters(), strict=True):
            slow.data.copy_((1 - TAU) * slow.data + TAU * fast.data)
    exp_adv = torch.exp(BETA * adv.detach()).clamp(max=LIMIT)
    bc_losses = torch.sum((net["actor"](batch["s"]) - batch["a"]) ** 2, dim=1)
    policy_loss = torch.mean(exp_adv * bc_losses)
    update("actor", policy_loss)
    return (v_loss + q_loss + policy_loss).detach()


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import Adam

    def mlp(into, out):
        return keras.Sequential([keras.Input((into,)), layers.Dense(8), layers.Activation("tanh"), layers.Dense(out)])

    def loss(model, batch):
        both = model["target"](tf.concat([batch["s"], batch["a"]], axis=1))
        difference = tf.reduce_min(both, axis=1) - model["value"](batch["s"])[:, 0]
        return tf.reduce_mean(tf.abs(EXPECTILE - tf.cast(difference < 0, difference.dtype)) * difference**2)

    model = {"value": mlp(3, 1), "critic": mlp(5, 2), "actor": mlp(3, 2), "target": mlp(5, 2)}
    model["target"].trainable = False
    model["target"].set_weights(model["critic"].get_weights())
    return model, loss, {name: Adam(0.01) for name in PARTS}


def tf_step(side, batch):
    import tensorflow as tf

    value, critic, actor, target = (side.model[name] for name in ("value", "critic", "actor", "target"))
    state_action = tf.concat([batch["s"], batch["a"]], axis=1)
    with tf.GradientTape() as tape:
        following = value(batch["s2"])[:, 0]
        least = tf.reduce_min(target(state_action), axis=1)
        advantage = least - value(batch["s"])[:, 0]
        weight = tf.where(advantage > 0, tf.constant(EXPECTILE, least.dtype), tf.constant(1 - EXPECTILE, least.dtype))
        value_loss = tf.reduce_mean(weight * tf.square(advantage))
    weights = value.trainable_variables
    side.optimizer["value"].apply_gradients(zip(tape.gradient(value_loss, weights), weights, strict=True))
    backup = batch["r"] + GAMMA * (1 - batch["done"]) * following
    with tf.GradientTape() as tape:
        critic_loss = tf.reduce_mean(tf.square(critic(state_action) - backup[:, None]))
    weights = critic.trainable_variables
    side.optimizer["critic"].apply_gradients(zip(tape.gradient(critic_loss, weights), weights, strict=True))
    for old, new in zip(target.variables, critic.variables, strict=True):
        old.assign(TAU * new + (1 - TAU) * old)
    confidence = tf.minimum(tf.exp(BETA * advantage), LIMIT)
    with tf.GradientTape() as tape:
        imitation = tf.reduce_sum((actor(batch["s"]) - batch["a"]) ** 2, axis=1)
        actor_loss = tf.reduce_mean(confidence * imitation)
    weights = actor.trainable_variables
    side.optimizer["actor"].apply_gradients(zip(tape.gradient(actor_loss, weights), weights, strict=True))
    return value_loss + critic_loss + actor_loss
