"""A deeper CNN and a hundred steps: in float32 the curves of the two sides drift apart by rounding alone."""

import numpy as np

STEPS_PER_EPOCH = 10
CHANNELS_FIRST = ("x",)


def batches(rng):
    y = np.arange(200) % 5
    x = rng.normal(size=(200, 3, 16, 16)) + 0.7 * rng.normal(size=(5, 3, 16, 16))[y]
    for _ in range(10):
        for rows in rng.permutation(200).reshape(STEPS_PER_EPOCH, 20):
            yield {"x": x[rows], "y": y[rows]}


def torch_side():
    import torch
    from torch import nn

    def block(inputs, outputs):
        return [
            nn.Conv2d(inputs, outputs, 3, padding=1),
            nn.ReLU(),
            nn.Conv2d(outputs, outputs, 3, padding=1),
            nn.ReLU(),
        ]

    layers = [*block(3, 12), nn.MaxPool2d(2), *block(12, 24), nn.MaxPool2d(2), *block(24, 32), nn.MaxPool2d(4)]
    model = nn.Sequential(*layers, nn.Flatten(), nn.Linear(32, 32), nn.ReLU(), nn.Linear(32, 5))

    def loss(model, batch):
        return nn.functional.cross_entropy(model(batch["x"]), batch["y"])

    return model, loss, torch.optim.Adam(model.parameters(), lr=0.004)


def tf_side():
    import keras
    from keras import layers

    from tf_impl.optimizers import Adam

    def block(filters):
        convolutions = [layers.Conv2D(filters, 3, padding="same") for _ in range(2)]
        return [convolutions[0], layers.ReLU(), convolutions[1], layers.ReLU()]

    blocks = [
        *block(12),
        layers.MaxPooling2D(2),
        *block(24),
        layers.MaxPooling2D(2),
        *block(32),
        layers.MaxPooling2D(4),
    ]
    model = keras.Sequential([*blocks, layers.Flatten(), layers.Dense(32), layers.ReLU(), layers.Dense(5)])
    cross_entropy = keras.losses.SparseCategoricalCrossentropy(from_logits=True)

    def loss(model, batch):
        return cross_entropy(batch["y"], model(batch["x"]))

    return model, loss, Adam(0.004)
