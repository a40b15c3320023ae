"""Prices of houses: numbers and a district, log-cosh of the logarithm, some weights decay, the rate falls by epoch."""

import numpy as np

COLUMNS, DISTRICTS, DECAY, RATE, EPOCH = 4, 5, 0.02, 0.05, 2


def batches(rng):
    for _ in range(8):
        numbers = rng.normal(size=(10, COLUMNS))
        price = np.exp(numbers[:, 0] + 0.3 * rng.normal(size=10) + 1.0)
        yield {"numbers": numbers, "district": rng.integers(0, DISTRICTS, size=10), "price": price}


def torch_side():
    import math

    import torch
    import torch.nn.functional as F
    from torch import nn

    from compare import Side

    class PriceNet(nn.Module):
        def __init__(self):
            super().__init__()
            self.emb = nn.Embedding(DISTRICTS, 3)
            self.bn = nn.BatchNorm1d(COLUMNS)
            self.fc1 = nn.Linear(COLUMNS + 3, 10)
            self.fc2 = nn.Linear(10, 1)

        def forward(self, numbers, district):
            x = torch.cat([self.bn(numbers), self.emb(district)], dim=1)
            x = F.elu(self.fc1(x))
            return self.fc2(x).squeeze(1)

    class LogCoshLoss(nn.Module):
        def forward(self, output, target):
            diff = output - target
            return torch.mean(diff + F.softplus(-2.0 * diff) - math.log(2.0))

    criterion = LogCoshLoss()

    def loss(model, batch):
        output = model(batch["numbers"], batch["district"])
        return criterion(output, torch.log1p(batch["price"]))

    model = PriceNet()
    decay = [p for n, p in model.named_parameters() if n in ("fc1.weight", "fc2.weight")]
    plain = [p for n, p in model.named_parameters() if n not in ("fc1.weight", "fc2.weight")]
    groups = [{"params": decay, "weight_decay": DECAY}, {"params": plain, "weight_decay": 0.0}]
    optimizer = torch.optim.SGD(groups, lr=RATE, momentum=0.9, nesterov=True)
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step_size=EPOCH, gamma=0.5)
    return Side(model, loss, optimizer, schedule=scheduler)


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.layers import BatchNorm1d
    from tf_impl.optimizers import SGD

    numbers = keras.Input((COLUMNS,))
    district = keras.Input((), dtype="int64")
    where = layers.Embedding(DISTRICTS, 3)(district)
    features = layers.Concatenate()([BatchNorm1d()(numbers), where])
    hidden = layers.Dense(10, activation="elu")(features)
    model = keras.Model([numbers, district], layers.Dense(1)(hidden))

    def loss(model, batch, training=True):
        predicted = tf.squeeze(model([batch["numbers"], batch["district"]], training=training), axis=-1)
        residual = predicted - tf.math.log(1.0 + batch["price"])
        return tf.reduce_mean(tf.math.log(tf.cosh(residual)))

    return model, loss, SGD(RATE, momentum=0.9, nesterov=True)


def tf_step(side, batch):
    import tensorflow as tf

    optimizer, variables = side.optimizer, side.model.trainable_variables
    epoch = int(optimizer.iterations) // EPOCH
    optimizer.learning_rate = RATE * 0.5**epoch
    with tf.GradientTape() as tape:
        value = side.loss(side.model, batch)
    gradients = tape.gradient(value, variables)
    for i, variable in enumerate(variables):
        if variable.path.endswith("kernel"):
            gradients[i] = gradients[i] + DECAY * variable
    optimizer.apply_gradients(zip(gradients, variables))
    return value
