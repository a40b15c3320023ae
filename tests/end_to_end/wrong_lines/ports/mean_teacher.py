"""Mean teacher: a student learns from labels and from a teacher that is its moving average, moved last."""

DECAY, CONSISTENCY, LIMIT = 0.9, 2.0, 0.05


def batches(rng):
    for _ in range(8):
        x = rng.normal(size=(9, 5))
        yield {"x": x, "other": x + 0.3 * rng.normal(size=x.shape), "y": rng.integers(0, 3, size=9)}


def torch_side():
    import copy

    import torch
    from torch import nn
    from torch.nn import functional as F

    student = nn.Sequential(nn.Linear(5, 8), nn.Tanh(), nn.Linear(8, 3))
    teacher = copy.deepcopy(student).requires_grad_(False)

    def loss(model, batch):
        logits = model["student"](batch["x"])
        aims = F.softmax(model["teacher"](batch["other"]), dim=1)
        consistency = F.mse_loss(F.softmax(logits, dim=1), aims, reduction="sum") / len(aims)
        return F.cross_entropy(logits, batch["y"]) + CONSISTENCY * consistency

    return {"student": student, "teacher": teacher}, loss, torch.optim.SGD(student.parameters(), lr=0.5, momentum=0.9)


def torch_step(side, batch):
    import torch

    student, teacher = side.model["student"], side.model["teacher"]
    value = side.loss(side.model, batch)
    side.optimizer.zero_grad()
    value.backward()
    torch.nn.utils.clip_grad_value_(student.parameters(), LIMIT)
    side.optimizer.step()
    with torch.no_grad():
        for slow, fast in zip(teacher.parameters(), student.parameters(), strict=True):
            slow.mul_(DECAY).add_(fast, alpha=1 - DECAY)
    return value.detach()


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import SGD

    def network():
        return keras.Sequential([keras.Input((5,)), layers.Dense(8), layers.Activation("tanh"), layers.Dense(3)])

    student, teacher = network(), network()
    teacher.trainable = False
    teacher.set_weights(student.get_weights())

    def loss(model, batch):
        scores = model["student"](batch["x"])
        supervised = tf.nn.sparse_softmax_cross_entropy_with_logits(batch["y"], scores)
        expected = tf.nn.softmax(model["teacher"](batch["other"]))
        squares = tf.reduce_sum((tf.nn.softmax(scores) - expected) ** 2, axis=1)
        return tf.reduce_mean(supervised) + CONSISTENCY * tf.reduce_mean(squares)

    return {"student": student, "teacher": teacher}, loss, SGD(0.5, momentum=0.9)


def tf_step(side, batch):
    import tensorflow as tf

    student, teacher = side.model["student"], side.model["teacher"]
    with tf.GradientTape() as tape:
        value = side.loss(side.model, batch)
    gradients = tape.gradient(value, student.trainable_variables)
    gradients = [tf.clip_by_value(gradient, -LIMIT, LIMIT) for gradient in gradients]
    side.optimizer.apply_gradients(zip(gradients, student.trainable_variables, strict=True))
    for average, weight in zip(teacher.variables, student.variables, strict=True):
        average.assign(average * DECAY + weight * (1 - DECAY))
    return value
