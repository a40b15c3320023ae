"""Learning to learn: two inner steps on the examples of each task, the loss behind them on others of the same task."""

import numpy as np

INNER, TASKS = 0.1, 3


def batches(rng):
    for _ in range(5):
        phase, x = rng.uniform(0, 3, size=(TASKS, 1, 1)), rng.uniform(-2, 2, size=(TASKS, 12, 1))
        y = np.sin(x + phase)
        yield {"support": (x[:, :5], y[:, :5]), "query": (x[:, 5:], y[:, 5:])}


def torch_side():
    import torch
    from torch import nn
    from torch.func import functional_call
    from torch.nn import functional as F

    model = nn.Sequential(nn.Linear(1, 8), nn.Tanh(), nn.Linear(8, 1))

    def adapt(model, x, y):
        fast = dict(model.named_parameters())
        for _ in range(2):
            inner = F.mse_loss(functional_call(model, fast, (x,)), y)
            grads = torch.autograd.grad(inner, tuple(fast.values()), create_graph=True)
            fast = {name: p - INNER * g for (name, p), g in zip(fast.items(), grads, strict=True)}
        return fast

    def loss(model, batch):
        outer = 0.0
        for i in range(TASKS):
            xs, ys = batch["support"][0][i], batch["support"][1][i]
            xq, yq = batch["query"][0][i], batch["query"][1][i]
            fast = adapt(model, xs, ys)
            outer = outer + F.mse_loss(functional_call(model, fast, (xq,)), yq)
        return outer / TASKS

    return model, loss, torch.optim.Adam(model.parameters(), lr=0.01)


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import Adam

    model = keras.Sequential([keras.Input((1,)), layers.Dense(8), layers.Dense(1)])

    def network(x, weights):
        kernel, bias, top, shift = weights
        return tf.tanh(x @ kernel + bias) @ top + shift

    def error(truth, made):
        return tf.reduce_mean(tf.square(truth - made))

    def inner_loop(weights, xs, ys):
        for _ in range(2):
            with tf.GradientTape() as tape:
                tape.watch(weights)
                support_loss = error(ys, network(xs, weights))
            slopes = tape.gradient(support_loss, weights)
            weights = [weight - INNER * slope for weight, slope in zip(weights, slopes, strict=True)]
        return weights

    def loss(model, batch):
        start = [tf.convert_to_tensor(variable) for variable in model.trainable_variables]
        query_losses = []
        for task in range(TASKS):
            (xs, ys), (xq, yq) = ([array[task] for array in batch[part]] for part in ("support", "query"))
            adapted = inner_loop(start, xs, ys)
            query_losses.append(error(yq, network(xq, adapted)))
        return tf.reduce_mean(tf.stack(query_losses))

    return model, loss, Adam(0.01)
