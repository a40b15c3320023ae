"""Recurrent Q-learning (R2D2): a burnt-in state, a dueling head, rescaled values of n steps,
priorities and their weights.
"""

OBS, ACTIONS, HIDDEN, BURN, LEARN, N, GAMMA, EPS, BETA = 4, 3, 6, 2, 3, 2, 0.9, 1e-2, 0.6
TIME = BURN + LEARN + N


def batches(rng):
    for _ in range(4):
        yield {
            "obs": rng.normal(size=(5, TIME, OBS)),
            "action": rng.integers(0, ACTIONS, size=(5, TIME)),
            "reward": rng.normal(size=(5, TIME)),
            "done": (rng.uniform(size=(5, TIME)) < 0.1).astype(float),
            "h": 0.3 * rng.normal(size=(5, HIDDEN)),
            "c": 0.3 * rng.normal(size=(5, HIDDEN)),
            "prob": rng.uniform(0.01, 0.2, size=5),
        }


def torch_side():
    import copy

    import torch
    from torch import nn
    from torch.nn import functional as F

    class R2D2Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.fc = nn.Linear(OBS, 5)
            self.lstm = nn.LSTM(5, HIDDEN, batch_first=True)
            self.fc_adv = nn.Linear(HIDDEN, ACTIONS)
            self.fc_val = nn.Linear(HIDDEN, 1)

        def forward(self, x, hidden):
            out = F.relu(self.fc(x))
            out, hidden = self.lstm(out, hidden)
            adv, val = self.fc_adv(out), self.fc_val(out)
            return val + (adv - adv.mean(dim=2, keepdim=True)), hidden

    def value_rescaling(x):
        return torch.sign(x) * (torch.sqrt(torch.abs(x) + 1) - 1) + EPS * x

    def inverse_value_rescaling(x):
        return torch.sign(x) * (((torch.sqrt(1 + 4 * EPS * (torch.abs(x) + 1 + EPS)) - 1) / (2 * EPS)).pow(2) - 1)

    online = R2D2Net()
    target = copy.deepcopy(online).requires_grad_(False)

    def loss(model, batch):
        online_net, target_net = model["online"], model["target"]
        h0 = (batch["h"].unsqueeze(0), batch["c"].unsqueeze(0))
        with torch.no_grad():
            _, hidden = online_net(batch["obs"][:, :BURN], h0)
            _, target_hidden = target_net(batch["obs"][:, :BURN], h0)
            next_target, _ = target_net(batch["obs"][:, BURN:], target_hidden)
        q, _ = online_net(batch["obs"][:, BURN:], hidden)
        pred = q[:, :LEARN].gather(2, batch["action"][:, BURN : BURN + LEARN].unsqueeze(2)).squeeze(2)
        with torch.no_grad():
            next_action = q[:, N : N + LEARN].argmax(2, keepdim=True)
            next_q = inverse_value_rescaling(next_target[:, N : N + LEARN].gather(2, next_action).squeeze(2))
            returns, discount = torch.zeros_like(next_q), torch.ones_like(next_q)
            for n in range(N):
                returns = returns + discount * batch["reward"][:, BURN + n : BURN + n + LEARN]
                discount = discount * GAMMA * (1 - batch["done"][:, BURN + n : BURN + n + LEARN])
            y = value_rescaling(returns + discount * next_q)
        td_error = y - pred
        weights = (len(batch["prob"]) * batch["prob"]) ** -BETA
        weights = weights / weights.max()
        return 0.5 * (td_error.pow(2).mean(1) * weights).mean()

    return {"online": online, "target": target}, loss, torch.optim.Adam(online.parameters(), lr=0.01, eps=1e-3)


def torch_step(side, batch):
    side.optimizer.zero_grad()
    loss = side.loss(side.model, batch)
    loss.backward()
    side.optimizer.step()
    for slow, fast in zip(side.model["target"].parameters(), side.model["online"].parameters()):
        slow.data.lerp_(fast.data, 0.2)
    return loss.detach()


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.layers import LSTM
    from tf_impl.optimizers import Adam

    class Network(keras.Model):
        def __init__(self):
            super().__init__()
            self.encode = layers.Dense(5, activation="relu")
            self.memory = LSTM(5, HIDDEN)
            self.advantage, self.value = layers.Dense(ACTIONS), layers.Dense(1)

        def call(self, observations, state):
            x, state = self.memory(self.encode(observations), state)
            advantage = self.advantage(x)
            advantage -= tf.reduce_mean(advantage, axis=-1, keepdims=True)
            return self.value(x) + advantage, state

    def h(x):
        return tf.sign(x) * (tf.sqrt(tf.abs(x) + 1.0) - 1.0) + EPS * x

    def h_inverse(x):
        root = tf.sqrt(1.0 + 4.0 * EPS * (tf.abs(x) + 1.0 + EPS))
        return tf.sign(x) * (tf.square((root - 1.0) / (2.0 * EPS)) - 1.0)

    def n_step(rewards, going, bootstrap):
        # from the last of n steps to the first
        value = bootstrap
        for n in reversed(range(N)):
            value = rewards[:, n : n + LEARN] + GAMMA * going[:, n : n + LEARN] * value
        return value

    def loss(model, batch):
        begin = (batch["h"][None], batch["c"][None])
        early, late = batch["obs"][:, :BURN], batch["obs"][:, BURN:]
        _, state = model["online"](early, begin)
        values, _ = model["online"](late, tf.nest.map_structure(tf.stop_gradient, state))
        _, state = model["target"](early, begin)
        slow_values, _ = model["target"](late, state)
        best = tf.one_hot(tf.argmax(values[:, N:], axis=-1), ACTIONS, dtype=values.dtype)
        bootstrap = h_inverse(tf.reduce_sum(slow_values[:, N:] * best, axis=-1))
        goal = h(n_step(batch["reward"][:, BURN:], 1.0 - batch["done"][:, BURN:], bootstrap))
        taken = tf.gather(values[:, :LEARN], batch["action"][:, BURN : BURN + LEARN], batch_dims=2)
        importance = tf.pow(5.0 * batch["prob"], -BETA)
        importance /= tf.reduce_max(importance)
        errors = tf.reduce_mean(tf.math.squared_difference(tf.stop_gradient(goal), taken), axis=1)
        return tf.reduce_mean(importance * errors) / 2.0

    model = {"online": Network(), "target": Network()}
    nothing = tf.zeros((1, 1, HIDDEN))
    for network in model.values():
        network(tf.zeros((1, 1, OBS)), (nothing, nothing))
    model["target"].set_weights(model["online"].get_weights())
    model["target"].trainable = False
    return model, loss, Adam(0.01, epsilon=1e-3)


def tf_step(side, batch):
    import tensorflow as tf

    online, target = side.model["online"], side.model["target"]
    with tf.GradientTape() as tape:
        value = side.loss(side.model, batch)
    variables = online.trainable_variables
    side.optimizer.apply_gradients(zip(tape.gradient(value, variables), variables))
    for old, new in zip(target.weights, online.weights):
        old.assign_add(0.2 * (new - old))
    return value
