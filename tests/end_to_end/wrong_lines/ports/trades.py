"""Adversarial training (TRADES): projected gradient steps find the worst input, a divergence ties it to the clean."""

EPSILON, STEP, STEPS, BETA = 0.3, 0.12, 3, 4.0


def batches(rng):
    for _ in range(5):
        yield {
            "x": rng.uniform(size=(8, 5)),
            "start": 0.05 * rng.normal(size=(8, 5)),
            "y": rng.integers(0, 3, size=8),
        }


def torch_side():
    import torch
    from torch import nn
    from torch.nn import functional as F

    def attack(model, x_natural, start):
        x_adv = x_natural.detach() + start
        natural = F.softmax(model(x_natural), dim=1).detach()
        for _ in range(STEPS):
            x_adv.requires_grad_()
            loss_kl = F.kl_div(F.log_softmax(model(x_adv), dim=1), natural, reduction="sum")
            grad = torch.autograd.grad(loss_kl, [x_adv])[0]
            x_adv = x_adv.detach() + STEP * torch.sign(grad.detach())
            x_adv = torch.min(torch.max(x_adv, x_natural - EPSILON), x_natural + EPSILON)
            x_adv = torch.clamp(x_adv, 0.0, 1.0)
        return x_adv.detach()

    def loss(model, batch):
        with torch.enable_grad():
            x_adv = attack(model, batch["x"], batch["start"])
        logits = model(batch["x"])
        loss_natural = F.cross_entropy(logits, batch["y"])
        loss_robust = F.kl_div(F.log_softmax(model(x_adv), dim=1), F.softmax(logits, dim=1), reduction="batchmean")
        return loss_natural + BETA * loss_robust

    model = nn.Sequential(nn.Linear(5, 10), nn.Tanh(), nn.Linear(10, 3))
    return model, loss, torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import SGD

    per_example = keras.losses.KLDivergence(reduction="none")

    def perturb(model, images, delta):
        clean_probs = tf.stop_gradient(keras.ops.softmax(model(images)))
        for _ in range(STEPS):
            with tf.GradientTape() as tape:
                tape.watch(delta)
                objective = tf.reduce_sum(per_example(clean_probs, keras.ops.softmax(model(images + delta))))
            delta = delta + STEP * tf.sign(tape.gradient(objective, delta))
            delta = tf.clip_by_value(delta, -EPSILON, EPSILON)
            delta = tf.clip_by_value(images + delta, 0.0, 1.0) - images
        return tf.stop_gradient(images + delta)

    def loss(model, batch):
        adversarial = perturb(model, batch["x"], batch["start"])
        clean_logits = model(batch["x"])
        natural = keras.losses.SparseCategoricalCrossentropy(from_logits=True)(batch["y"], clean_logits)
        robust = per_example(keras.ops.softmax(clean_logits), keras.ops.softmax(model(adversarial)))
        return natural + BETA * tf.reduce_mean(robust)

    model = keras.Sequential([keras.Input((5,)), layers.Dense(10, "tanh"), layers.Dense(3)])
    return model, loss, SGD(0.1, momentum=0.9)
