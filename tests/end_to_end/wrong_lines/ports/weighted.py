"""Several soft binary labels, weights of positives and of examples, and half an L2 penalty on kernels only."""

POSITIVE, DECAY = 3.0, 0.05


def batches(rng):
    for _ in range(6):
        x = rng.normal(size=(10, 5))
        yield {"x": x, "y": rng.uniform(0, 1, size=(10, 3)), "weight": rng.uniform(0.5, 2, size=10)}


def torch_side():
    import torch
    from torch import nn
    from torch.nn import functional as F

    pos_weight = torch.full((3,), POSITIVE)

    def penalty(model):
        kernels = [parameter for name, parameter in model.named_parameters() if name.endswith("weight")]
        return DECAY / 2 * sum(kernel.square().sum() for kernel in kernels)

    def loss(model, batch):
        logits = model(batch["x"])
        losses = F.binary_cross_entropy_with_logits(logits, batch["y"], reduction="none", pos_weight=pos_weight)
        per_example = losses.mean(dim=1)
        weighted = (per_example * batch["weight"]).sum() / batch["weight"].sum()
        return weighted + penalty(model)

    model = nn.Sequential(nn.Linear(5, 8), nn.Tanh(), nn.Linear(8, 3))
    return model, loss, torch.optim.SGD(model.parameters(), lr=0.2)


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import SGD

    def weight_penalty(model):
        regularised = [w for w in model.trainable_variables if w.name == "kernel"]
        return DECAY * tf.add_n([tf.nn.l2_loss(w) for w in regularised])

    def loss(model, batch):
        scores = model(batch["x"])
        labels = tf.cast(batch["y"], scores.dtype)
        entropy = tf.nn.weighted_cross_entropy_with_logits(labels, scores, pos_weight=POSITIVE)
        sample_losses = tf.reduce_mean(entropy, axis=1)
        sample_weight = batch["weight"]
        data_term = tf.reduce_sum(sample_losses * sample_weight) / tf.reduce_sum(sample_weight)
        return data_term + weight_penalty(model)

    model = keras.Sequential([keras.Input((5,)), layers.Dense(8), layers.Activation("tanh"), layers.Dense(3)])
    return model, loss, SGD(0.2)
