"""Tomorrow's price: two layers of GRU, attention over the days, gradients gathered over two parts of a batch."""

DAYS, FEATURES, HIDDEN, BETA, PARTS = 6, 3, 5, 0.5, 2


def batches(rng):
    for _ in range(5):
        yield {"past": rng.normal(size=(8, DAYS, FEATURES)), "next": 1.5 * rng.normal(size=(8, 1))}


def torch_side():
    import torch
    from torch import nn

    class AttentionGRU(nn.Module):
        def __init__(self):
            super().__init__()
            self.gru = nn.GRU(FEATURES, HIDDEN, num_layers=2, batch_first=True)
            self.W = nn.Linear(HIDDEN, 4)
            self.v = nn.Linear(4, 1, bias=False)
            self.fc = nn.Linear(HIDDEN, 1)

        def forward(self, x):
            out, _ = self.gru(x)
            score = self.v(torch.tanh(self.W(out)))
            alpha = torch.softmax(score, dim=1)
            context = (alpha * out).sum(dim=1)
            return self.fc(context)

    criterion = nn.SmoothL1Loss(beta=BETA)

    def loss(model, batch):
        return criterion(model(batch["past"]), batch["next"])

    model = AttentionGRU()
    return model, loss, torch.optim.Adamax(model.parameters(), lr=0.01)


def torch_step(side, batch):
    total = 0.0
    side.optimizer.zero_grad()
    for past, target in zip(batch["past"].chunk(PARTS), batch["next"].chunk(PARTS)):
        value = side.loss(side.model, {"past": past, "next": target})
        (value / PARTS).backward()
        total = total + value.detach() / PARTS
    side.optimizer.step()
    return total


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import Adamax

    class DayAttention(layers.Layer):
        def __init__(self):
            super().__init__()
            self.project = layers.Dense(4, activation="tanh")
            self.score = layers.Dense(1, use_bias=False)

        def call(self, states):
            weights = tf.nn.softmax(self.score(self.project(states)), axis=1)
            return tf.reduce_sum(weights * states, axis=1)

    model = keras.Sequential(
        [
            keras.Input((DAYS, FEATURES)),
            layers.GRU(HIDDEN, return_sequences=True),
            layers.GRU(HIDDEN, return_sequences=True),
            DayAttention(),
            layers.Dense(1),
        ]
    )

    def loss(model, batch):
        errors = keras.losses.huber(batch["next"], model(batch["past"]), delta=BETA)
        return tf.reduce_mean(errors) / BETA

    return model, loss, Adamax(0.01)


def tf_step(side, batch):
    import tensorflow as tf

    weights = side.model.trainable_variables
    gathered = [tf.zeros_like(weight) for weight in weights]
    values = []
    for past, following in zip(tf.split(batch["past"], PARTS), tf.split(batch["next"], PARTS)):
        with tf.GradientTape() as tape:
            value = side.loss(side.model, {"past": past, "next": following})
        gradients = tape.gradient(value, weights)
        gathered = [sum_ + gradient / PARTS for sum_, gradient in zip(gathered, gradients)]
        values.append(value)
    side.optimizer.apply_gradients(zip(gathered, weights))
    return tf.reduce_mean(values)
