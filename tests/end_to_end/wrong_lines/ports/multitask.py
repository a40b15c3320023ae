"""Several tasks (dynamic weight average): weights from how past losses fell, a shared trunk,
a rate that falls on a plateau.
"""

import numpy as np

HEAT, PATIENCE, FACTOR, RATE = 2.0, 0, 0.5, 0.05


def batches(rng):
    for _ in range(8):
        x = rng.normal(size=(8, 5))
        yield {
            "x": x,
            "value": np.tanh(x[:, :1]),
            "kind": rng.integers(0, 3, size=8),
            "many": (x[:, :2] > 0).astype(float),
        }


def torch_side():
    import torch
    from torch import nn
    from torch.nn import functional as F

    class MTL(nn.Module):
        def __init__(self):
            super().__init__()
            self.shared = nn.Sequential(nn.Linear(5, 8), nn.ELU())
            self.heads = nn.ModuleDict({"value": nn.Linear(8, 1), "kind": nn.Linear(8, 3), "many": nn.Linear(8, 2)})

        def forward(self, x):
            x = self.shared(x)
            return {task: head(x) for task, head in self.heads.items()}

    def losses(model, batch):
        pred = model(batch["x"])
        return {
            "value": F.huber_loss(pred["value"], batch["value"], delta=0.5),
            "kind": F.cross_entropy(pred["kind"], batch["kind"]),
            "many": F.multilabel_soft_margin_loss(pred["many"], batch["many"]),
        }

    def loss(model, batch):
        return sum(losses(model, batch).values())

    model = MTL()
    model.losses, model.history = losses, []
    optimizer = torch.optim.SGD(model.parameters(), lr=RATE, momentum=0.9)
    model.scheduler = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, factor=FACTOR, patience=PATIENCE)
    return model, loss, optimizer


def torch_step(side, batch):

    train_losses = side.model.losses(side.model, batch)
    history = side.model.history
    if len(history) < 2:
        weights = [1.0] * 3
    else:
        w = [history[-1][task] / history[-2][task] for task in train_losses]
        total = sum(np.exp(w_i / HEAT) for w_i in w)
        weights = [3 * np.exp(w_i / HEAT) / total for w_i in w]
    loss = sum(w * train_losses[task] for w, task in zip(weights, train_losses))
    side.optimizer.zero_grad()
    loss.backward()
    side.optimizer.step()
    history.append({task: value.item() for task, value in train_losses.items()})
    side.model.scheduler.step(loss.item())
    return loss.detach()


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import SGD

    inputs = keras.Input((5,))
    trunk = layers.Dense(8, activation="elu")(inputs)
    outputs = [layers.Dense(units, name=name)(trunk) for name, units in (("value", 1), ("kind", 3), ("many", 2))]
    model = keras.Model(inputs, outputs)

    def huber(error):
        error = tf.abs(error)
        return tf.where(error <= 0.5, 0.5 * error**2, 0.5 * (error - 0.25))

    def of_tasks(model, batch):
        value, kind, many = model(batch["x"])
        of_value = tf.reduce_mean(huber(value - batch["value"]))
        of_kind = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(batch["kind"], kind))
        of_many = tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(batch["many"], many))
        return tf.stack([of_value, of_kind, of_many])

    def loss(model, batch):
        return tf.reduce_sum(of_tasks(model, batch))

    model.of_tasks, model.past, model.best = of_tasks, [], [float("inf")]
    return model, loss, SGD(RATE, momentum=0.9)


def tf_step(side, batch):
    import tensorflow as tf

    model, optimizer = side.model, side.optimizer
    with tf.GradientTape() as tape:
        each = model.of_tasks(model, batch)
        if len(model.past) < 2:
            weights = tf.ones_like(each)
        else:
            weights = 3.0 * tf.nn.softmax(model.past[-1] / model.past[-2] / HEAT)
        total = tf.reduce_sum(weights * each)
    optimizer.apply_gradients(zip(tape.gradient(total, model.trainable_variables), model.trainable_variables))
    model.past.append(each)
    if float(total) < model.best[0] * (1 - 1e-4):
        model.best[0] = float(total)
    else:
        optimizer.learning_rate.assign(optimizer.learning_rate * FACTOR)
    return total
