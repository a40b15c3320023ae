"""Double Q-learning with importance weights, and a target network that follows slowly; a step of its own."""

GAMMA, TAU = 0.9, 0.1


def batches(rng):
    for _ in range(10):
        yield {
            "state": rng.normal(size=(8, 4)),
            "action": rng.integers(0, 3, size=8),
            "reward": 2 * rng.normal(size=8),
            "next": rng.normal(size=(8, 4)),
            "done": (rng.uniform(size=8) < 0.3).astype(float),
            "weight": rng.uniform(0.2, 1.0, size=8),
        }


def torch_side():
    import torch
    from torch import nn

    def network():
        return nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 3))

    online, target = network(), network().requires_grad_(False)

    def loss(model, batch):
        q = model["online"](batch["state"]).gather(1, batch["action"].unsqueeze(1)).squeeze(1)
        with torch.no_grad():
            best = model["online"](batch["next"]).argmax(dim=1, keepdim=True)
            next_q = model["target"](batch["next"]).gather(1, best).squeeze(1)
            expected = batch["reward"] + GAMMA * (1 - batch["done"]) * next_q
        td = nn.functional.smooth_l1_loss(q, expected, reduction="none")
        return (batch["weight"] * td).mean()

    return {"online": online, "target": target}, loss, torch.optim.SGD(online.parameters(), lr=0.2)


def torch_step(side, batch):
    import torch

    value = side.loss(side.model, batch)
    side.optimizer.zero_grad()
    value.backward()
    side.optimizer.step()
    with torch.no_grad():
        for slow, fast in zip(side.model["target"].parameters(), side.model["online"].parameters(), strict=True):
            slow.copy_(TAU * fast + (1 - TAU) * slow)
    return value.detach()


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import SGD

    def network():
        return keras.Sequential([keras.Input((4,)), layers.Dense(8), layers.Activation("tanh"), layers.Dense(3)])

    online, target = network(), network()
    target.trainable = False

    def loss(model, batch):
        q_values = model["online"](batch["state"])
        chosen = tf.gather(q_values, batch["action"], batch_dims=1)
        greedy = tf.argmax(model["online"](batch["next"]), axis=1)
        future = tf.gather(model["target"](batch["next"]), greedy, batch_dims=1)
        aim = tf.stop_gradient(batch["reward"] + GAMMA * (1 - batch["done"]) * future)
        gap = tf.abs(chosen - aim)
        huber = tf.where(gap < 1, 0.5 * gap**2, gap - 0.5)
        return tf.reduce_mean(batch["weight"] * huber)

    return {"online": online, "target": target}, loss, SGD(0.2)


def tf_step(side, batch):
    import tensorflow as tf

    online, target = side.model["online"], side.model["target"]
    with tf.GradientTape() as tape:
        value = side.loss(side.model, batch)
    gradients = tape.gradient(value, online.trainable_variables)
    side.optimizer.apply_gradients(zip(gradients, online.trainable_variables, strict=True))
    for slow, fast in zip(target.variables, online.variables, strict=True):
        slow.assign(TAU * fast + (1 - TAU) * slow)
    return value
