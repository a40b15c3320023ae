"""Three tasks on one trunk: gradients that conflict are projected (PCGrad), then clipped by the norm of all."""

CLIP, RATE = 0.8, 0.1


def batches(rng):
    for _ in range(6):
        yield {"x": rng.normal(size=(8, 5)), "y": 2 * rng.normal(size=(8, 3))}


def torch_side():
    import torch
    from torch import nn

    model = nn.Sequential(nn.Linear(5, 8), nn.Tanh(), nn.Linear(8, 3))

    def loss(model, batch):
        return ((model(batch["x"]) - batch["y"]) ** 2).mean(dim=0).sum()

    return model, loss, torch.optim.SGD(model.parameters(), lr=RATE, momentum=0.9)


def torch_step(side, batch):
    import torch

    parameters = list(side.model.parameters())
    errors = ((side.model(batch["x"]) - batch["y"]) ** 2).mean(dim=0)
    grads = []
    for task in range(3):
        parts = torch.autograd.grad(errors[task], parameters, retain_graph=True)
        grads.append(torch.cat([part.flatten() for part in parts]))
    pc_grad = [grad.clone() for grad in grads]
    for i, g_i in enumerate(pc_grad):
        for j, g_j in enumerate(grads):
            g_i_g_j = torch.dot(g_i, g_j)
            if i != j and g_i_g_j < 0:
                g_i -= g_i_g_j * g_j / (g_j.norm() ** 2)
    merged = torch.stack(pc_grad).mean(dim=0)
    start = 0
    for parameter in parameters:
        parameter.grad = merged[start : start + parameter.numel()].view_as(parameter).clone()
        start += parameter.numel()
    torch.nn.utils.clip_grad_norm_(parameters, CLIP)
    side.optimizer.step()
    return errors.sum().detach()


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import SGD

    def loss(model, batch):
        return tf.reduce_sum(tf.reduce_mean(tf.square(model(batch["x"]) - batch["y"]), axis=0))

    model = keras.Sequential([keras.Input((5,)), layers.Dense(8, activation="tanh"), layers.Dense(3)])
    return model, loss, SGD(RATE, momentum=0.9)


def tf_step(side, batch):
    import tensorflow as tf

    variables = side.model.trainable_variables
    with tf.GradientTape(persistent=True) as tape:
        squares = tf.square(side.model(batch["x"]) - batch["y"])
        task_losses = tf.unstack(tf.reduce_mean(squares, axis=0))
    per_task = [tape.gradient(task_loss, variables) for task_loss in task_losses]

    def dot(left, right):
        return tf.add_n([tf.reduce_sum(a * b) for a, b in zip(left, right, strict=True)])

    projected = []
    for number, gradient in enumerate(per_task):
        for other in (*per_task[:number], *per_task[number + 1 :]):
            inner = dot(gradient, other)
            factor = tf.minimum(inner, 0.0) / dot(other, other)
            gradient = [g - factor * o for g, o in zip(gradient, other, strict=True)]
        projected.append(gradient)
    merged = [tf.add_n(parts) / len(projected) for parts in zip(*projected, strict=True)]
    length = tf.linalg.global_norm(merged)
    merged = [part * tf.minimum(CLIP / (length + 1e-6), 1.0) for part in merged]
    side.optimizer.apply_gradients(zip(merged, variables, strict=True))
    return tf.add_n(task_losses)
