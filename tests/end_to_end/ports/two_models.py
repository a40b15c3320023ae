"""Two networks by name, each with an optimizer of its own, against each other; a generator's average beside them."""

STEPS_PER_EPOCH = 5
RATE, DECAY = 0.05, 0.9


def batches(rng):
    for _ in range(20):
        yield {"real": rng.normal(size=(16, 3)) + 1.0, "noise": rng.normal(size=(16, 2))}


def torch_side():
    import copy

    import torch
    from torch import nn

    from compare.inputs.side import Side

    generator = nn.Sequential(nn.Linear(2, 8), nn.Tanh(), nn.Linear(8, 3))
    discriminator = nn.Sequential(nn.Linear(3, 8), nn.Tanh(), nn.Linear(8, 1))
    model = {"generator": generator, "discriminator": discriminator, "average": copy.deepcopy(generator)}
    optimizers = {
        "generator": torch.optim.SGD(generator.parameters(), lr=RATE),
        "discriminator": torch.optim.SGD(discriminator.parameters(), lr=RATE, momentum=0.5),
    }

    def judged(model, examples, label):
        scores = model["discriminator"](examples)
        return nn.functional.binary_cross_entropy_with_logits(scores, torch.full_like(scores, label))

    def loss(model, batch):
        made = model["generator"](batch["noise"])
        return judged(model, batch["real"], 1.0) + judged(model, made, 0.0)

    def step(side, batch):
        value = side.loss(side.model, batch)
        side.optimizer["discriminator"].zero_grad()
        value.backward()
        side.optimizer["discriminator"].step()
        side.optimizer["generator"].zero_grad()
        judged(side.model, side.model["generator"](batch["noise"]), 1.0).backward()
        side.optimizer["generator"].step()
        with torch.no_grad():
            for mean, weight in zip(side.model["average"].parameters(), generator.parameters(), strict=True):
                mean.mul_(DECAY).add_(weight, alpha=1 - DECAY)
        return value.detach(), {}

    return Side(model, loss, optimizers, step=step)


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from compare.inputs.side import Side
    from tf_impl.optimizers import SGD

    def network(into, out):
        return keras.Sequential([keras.Input((into,)), layers.Dense(8), layers.Activation("tanh"), layers.Dense(out)])

    generator, discriminator, average = network(2, 3), network(3, 1), network(2, 3)
    average.set_weights(generator.get_weights())
    model = {"generator": generator, "discriminator": discriminator, "average": average}
    optimizers = {"generator": SGD(RATE), "discriminator": SGD(RATE, momentum=0.5)}

    def judged(model, examples, label):
        scores = model["discriminator"](examples)
        return tf.reduce_mean(
            tf.nn.sigmoid_cross_entropy_with_logits(
                labels=tf.fill(tf.shape(scores), tf.cast(label, scores.dtype)), logits=scores
            )
        )

    def loss(model, batch):
        made = model["generator"](batch["noise"])
        return judged(model, batch["real"], 1.0) + judged(model, made, 0.0)

    def step(side, batch):
        with tf.GradientTape() as tape:
            value = side.loss(side.model, batch)
        weights = side.model["discriminator"].trainable_variables
        side.optimizer["discriminator"].apply_gradients(zip(tape.gradient(value, weights), weights, strict=True))
        with tf.GradientTape() as tape:
            deceived = judged(side.model, side.model["generator"](batch["noise"]), 1.0)
        weights = side.model["generator"].trainable_variables
        side.optimizer["generator"].apply_gradients(zip(tape.gradient(deceived, weights), weights, strict=True))
        for mean, weight in zip(side.model["average"].variables, side.model["generator"].variables, strict=True):
            mean.assign(DECAY * mean + (1 - DECAY) * weight)
        return value, {}

    return Side(model, loss, optimizers, step=step)
