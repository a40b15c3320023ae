"""Words that occur together (GloVe): weighted squares of logarithms,
all variables and their Adagrad by hand, two tables.
"""

import numpy as np

WORDS, DIM, X_MAX, ALPHA, RATE = 9, 4, 20.0, 0.75, 0.1


def batches(rng):
    for _ in range(6):
        pair = rng.permutation(WORDS * WORDS)[:14]
        yield {"i": pair // WORDS, "j": pair % WORDS, "count": rng.integers(1, 60, size=14).astype(float)}


def torch_side():
    import torch

    def init(*shape):
        return ((torch.rand(*shape) - 0.5) / DIM).requires_grad_(True)

    model = {"w": init(WORDS, DIM), "w_tilde": init(WORDS, DIM), "b": init(WORDS), "b_tilde": init(WORDS)}
    state = {f"sq_{name}": torch.ones_like(tensor, requires_grad=False) for name, tensor in model.items()}

    def loss(model, batch):
        i, j, x_ij = batch["i"], batch["j"], batch["count"]
        weight_factor = torch.clamp(torch.pow(x_ij / X_MAX, ALPHA), max=1.0)
        distance_expr = (
            (model["w"][i] * model["w_tilde"][j]).sum(1) + model["b"][i] + model["b_tilde"][j] - x_ij.log()
        ) ** 2
        return torch.mean(weight_factor * distance_expr)

    return {**model, **state}, loss, None


def torch_step(side, batch):
    import torch

    names = ("w", "w_tilde", "b", "b_tilde")
    params = [side.model[name] for name in names]
    loss = side.loss(side.model, batch)
    grads = torch.autograd.grad(loss, params)
    with torch.no_grad():
        for name, p, g in zip(names, params, grads):
            side.model[f"sq_{name}"].add_(g * g)
            p.sub_(RATE * g / side.model[f"sq_{name}"].sqrt())
    return loss.detach()


def tf_side():
    import keras
    import tensorflow as tf

    def table(name, *shape, value=0.0):
        return keras.Variable(np.full(shape, value), dtype=keras.config.floatx(), name=name)

    model = {
        "w": table("w", WORDS, DIM),
        "w_tilde": table("w_tilde", WORDS, DIM),
        "b": table("b", WORDS),
        "b_tilde": table("b_tilde", WORDS),
    }
    model |= {f"sq_{name}": table(f"sq_{name}", *variable.shape, value=1.0) for name, variable in model.items()}

    def loss(model, batch):
        focal, context, count = batch["i"], batch["j"], batch["count"]
        weighting = tf.minimum(1.0, tf.pow(count / X_MAX, ALPHA))
        product = tf.einsum("nd,nd->n", tf.gather(model["w"], focal), tf.gather(model["w_tilde"], context))
        biases = tf.gather(model["b"], focal) + tf.gather(model["b_tilde"], context)
        error = product + biases - tf.math.log(count)
        return tf.reduce_mean(weighting * tf.square(error))

    return model, loss, None


def tf_step(side, batch):
    import tensorflow as tf

    names = ["w", "w_tilde", "b", "b_tilde"]
    variables = [side.model[name] for name in names]
    with tf.GradientTape() as tape:
        value = side.loss(side.model, batch)
    for name, variable, gradient in zip(names, variables, tape.gradient(value, variables)):
        gradient = tf.convert_to_tensor(gradient)
        squares = side.model["sq_" + name]
        squares.assign(squares + tf.square(gradient))
        variable.assign_sub(RATE * gradient * tf.math.rsqrt(tf.convert_to_tensor(squares)))
    return value
