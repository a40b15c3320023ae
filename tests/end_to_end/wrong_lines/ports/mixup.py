"""Pairs of examples mixed (mixup), smoothed labels, Nesterov's momentum: two losses against one mixed target."""


def batches(rng):
    for _ in range(6):
        yield {
            "x": rng.normal(size=(8, 5)),
            "y": rng.integers(0, 3, size=8),
            "order": rng.permutation(8),
            "lam": rng.beta(0.4, 0.4, size=8),
        }


def torch_side():
    import torch
    from torch import nn

    model = nn.Sequential(nn.Linear(5, 9), nn.ReLU(), nn.Linear(9, 3))
    criterion = nn.CrossEntropyLoss(label_smoothing=0.1, reduction="none")

    def loss(model, batch):
        lam, index = batch["lam"], batch["order"]
        mixed_x = lam.unsqueeze(1) * batch["x"] + (1 - lam).unsqueeze(1) * batch["x"][index]
        y_a, y_b = batch["y"], batch["y"][index]
        outputs = model(mixed_x)
        return (lam * criterion(outputs, y_a) + (1 - lam) * criterion(outputs, y_b)).mean()

    return model, loss, torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9, weight_decay=1e-3, nesterov=True)


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import SGD

    model = keras.Sequential([keras.Input((5,)), layers.Dense(9, activation="relu"), layers.Dense(3)])

    def mix(lam, values, order):
        lam = lam[:, None]
        return lam * values + (1.0 - lam) * tf.gather(values, order)

    def loss(model, batch):
        logits = model(mix(batch["lam"], batch["x"], batch["order"]))
        labels = tf.one_hot(batch["y"], 3, dtype=logits.dtype)
        soft = mix(batch["lam"], labels, batch["order"]) * 0.9 + 0.1 / 3
        return tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(soft, logits))

    return model, loss, SGD(0.1, momentum=0.9, weight_decay=1e-3, nesterov=True)
