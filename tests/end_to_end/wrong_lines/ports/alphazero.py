"""Moves and outcomes learned from self-play (AlphaZero): one trunk, a policy against visit counts, a value."""

CHANNELS_FIRST = ("board",)


def batches(rng):
    for _ in range(5):
        visits = rng.dirichlet([0.7] * 9, size=6)
        yield {
            "board": rng.integers(-1, 2, size=(6, 2, 3, 3)).astype(float),
            "visits": visits,
            "outcome": rng.choice([-1.0, 0.0, 1.0], size=6),
        }


def torch_side():
    import torch
    import torch.nn.functional as F
    from torch import nn

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv1 = nn.Conv2d(2, 4, 3, padding=1)
            self.policy_conv = nn.Conv2d(4, 2, 1)
            self.policy_fc = nn.Linear(18, 9)
            self.value_conv = nn.Conv2d(4, 1, 1)
            self.value_fc1 = nn.Linear(9, 5)
            self.value_fc2 = nn.Linear(5, 1)

        def forward(self, s):
            s = F.relu(self.conv1(s))
            pi = F.relu(self.policy_conv(s)).view(-1, 18)
            pi = self.policy_fc(pi)
            v = F.relu(self.value_conv(s)).view(-1, 9)
            v = self.value_fc2(F.relu(self.value_fc1(v)))
            return F.log_softmax(pi, dim=1), torch.tanh(v)

    def loss(model, batch):
        out_pi, out_v = model(batch["board"])
        l_pi = -torch.sum(batch["visits"] * out_pi) / batch["visits"].size(0)
        l_v = torch.sum((batch["outcome"] - out_v.view(-1)) ** 2) / batch["outcome"].size(0)
        return l_pi + l_v

    model = Net()
    return model, loss, torch.optim.Adam(model.parameters(), lr=5e-3)


def tf_side():
    import keras
    from keras import layers

    from tf_impl.optimizers import Adam

    board = keras.Input((3, 3, 2))
    trunk = layers.Conv2D(4, 3, padding="same", activation="relu", name="trunk")(board)
    x = layers.Conv2D(2, 1, activation="relu", name="policy_maps")(trunk)
    x = layers.Reshape((18,))(layers.Permute((3, 1, 2))(x))
    pi = layers.Dense(9, activation="softmax", name="pi")(x)
    x = layers.Conv2D(1, 1, activation="relu", name="value_maps")(trunk)
    x = layers.Dense(5, activation="relu", name="value_hidden")(layers.Flatten()(x))
    v = layers.Dense(1, activation="tanh", name="v")(x)
    model = keras.Model(board, [pi, v])
    cross_entropy = keras.losses.CategoricalCrossentropy()
    squared = keras.losses.MeanSquaredError()

    def loss(model, batch):
        policy, value = model(batch["board"])
        return cross_entropy(batch["visits"], policy) + squared(batch["outcome"][:, None], value)

    return model, loss, Adam(5e-3)
