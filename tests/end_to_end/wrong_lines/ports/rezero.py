"""Residuals that begin at nothing (ReZero): every block weighs its branch by a number that is learnt, from zero on."""

WIDTH, CLASSES = 6, 3


def batches(rng):
    for _ in range(6):
        yield {"x": rng.normal(size=(10, WIDTH)), "y": rng.integers(0, CLASSES, size=10)}


def torch_side():
    import torch
    from torch import nn
    from torch.nn import functional as F

    class ReZeroBlock(nn.Module):
        def __init__(self, dim):
            super().__init__()
            self.fc1 = nn.Linear(dim, dim)
            self.fc2 = nn.Linear(dim, dim)
            self.resweight = nn.Parameter(torch.zeros(1))

        def forward(self, x):
            return x + self.resweight * self.fc2(F.relu(self.fc1(x)))

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.blocks = nn.Sequential(*[ReZeroBlock(WIDTH) for _ in range(3)])
            self.head = nn.Linear(WIDTH, CLASSES)

        def forward(self, x):
            return self.head(torch.tanh(self.blocks(x)))

    def loss(model, batch):
        return F.cross_entropy(model(batch["x"]), batch["y"])

    model = Net()
    return model, loss, torch.optim.Adagrad(model.parameters(), lr=0.1)


def tf_side():
    import keras
    from keras import layers

    from tf_impl.optimizers import Adagrad

    class Weighed(layers.Layer):
        def build(self, shape):
            self.amount = self.add_weight(shape=(1,), initializer="zeros", name="amount")

        def call(self, branch):
            return self.amount * branch

    inputs = x = keras.Input((WIDTH,))
    for _ in range(3):
        x = layers.add([x, Weighed()(layers.Dense(WIDTH)(layers.Dense(WIDTH, activation="relu")(x)))])
    outputs = layers.Dense(CLASSES)(layers.Activation("tanh")(x))
    model = keras.Model(inputs, outputs)
    criterion = keras.losses.SparseCategoricalCrossentropy(from_logits=True)

    def loss(model, batch):
        return criterion(batch["y"], model(batch["x"]))

    return model, loss, Adagrad(0.1)
