"""Q-learning with a second network by name, which is copied from the first every few steps and never trained."""

STEPS_PER_EPOCH = 6
RATE, GAMMA, EVERY = 0.05, 0.9, 4


def batches(rng):
    for _ in range(24):
        yield {
            "state": rng.normal(size=(16, 4)),
            "action": rng.integers(0, 3, size=16),
            "reward": rng.normal(size=16),
            "next": rng.normal(size=(16, 4)),
        }


def torch_side():
    import copy

    import torch
    from torch import nn

    from compare.inputs.side import Side

    online = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 3))
    target = copy.deepcopy(online).eval().requires_grad_(False)
    optimizer = torch.optim.Adam(online.parameters(), lr=RATE)
    made = 0

    def loss(model, batch):
        chosen = model["online"](batch["state"]).gather(1, batch["action"][:, None])[:, 0]
        with torch.no_grad():
            aim = batch["reward"] + GAMMA * model["target"](batch["next"]).max(1).values
        return nn.functional.smooth_l1_loss(chosen, aim)

    def step(side, batch):
        nonlocal made
        optimizer.zero_grad()
        value = side.loss(side.model, batch)
        value.backward()
        optimizer.step()
        made += 1
        if not made % EVERY:
            side.model["target"].load_state_dict(side.model["online"].state_dict())
        return value.detach(), {}

    return Side({"online": online, "target": target}, loss, optimizer, step=step)


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from compare.inputs.side import Side
    from tf_impl.optimizers import Adam

    def network():
        return keras.Sequential([keras.Input((4,)), layers.Dense(8, "tanh"), layers.Dense(3)])

    online, target = network(), network()
    target.trainable = False
    target.set_weights(online.get_weights())
    optimizer = Adam(RATE)
    made = 0

    def loss(model, batch):
        chosen = tf.gather(model["online"](batch["state"]), batch["action"], batch_dims=1)
        aim = batch["reward"] + GAMMA * tf.reduce_max(model["target"](batch["next"]), axis=1)
        gap = tf.abs(chosen - tf.stop_gradient(aim))
        return tf.reduce_mean(tf.where(gap < 1, gap**2 / 2, gap - 0.5))

    def step(side, batch):
        nonlocal made
        with tf.GradientTape() as tape:
            value = side.loss(side.model, batch)
        weights = side.model["online"].trainable_variables
        optimizer.apply_gradients(zip(tape.gradient(value, weights), weights, strict=True))
        made += 1
        if made % EVERY == 0:
            side.model["target"].set_weights(side.model["online"].get_weights())
        return value, {}

    return Side({"online": online, "target": target}, loss, optimizer, step=step)
