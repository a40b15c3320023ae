"""A restricted Boltzmann machine: one step of contrastive divergence by hand, from given uniform numbers."""

RATE, HIDDEN, VISIBLE = 0.1, 4, 6


def batches(rng):
    for _ in range(6):
        yield {
            "v": (rng.uniform(size=(7, VISIBLE)) < 0.4).astype(float),
            "uh": rng.uniform(size=(7, HIDDEN)),
            "uv": rng.uniform(size=(7, VISIBLE)),
        }


def torch_side():
    import torch
    import torch.nn.functional as F

    params = {"W": torch.randn(HIDDEN, VISIBLE) * 0.3, "b": torch.zeros(VISIBLE), "c": torch.zeros(HIDDEN)}
    for tensor in params.values():
        tensor.requires_grad_()

    def loss(model, batch):
        p_h = torch.sigmoid(F.linear(batch["v"], model["W"], model["c"]))
        p_v = torch.sigmoid(F.linear(p_h, model["W"].t(), model["b"]))
        return F.mse_loss(p_v, batch["v"])

    return params, loss, None


def torch_step(side, batch):
    import torch
    import torch.nn.functional as F

    W, b, c = side.model["W"], side.model["b"], side.model["c"]
    v0 = batch["v"]
    with torch.no_grad():
        ph0 = torch.sigmoid(F.linear(v0, W, c))
        h0 = (batch["uh"] < ph0).to(v0.dtype)
        pv1 = torch.sigmoid(F.linear(h0, W.t(), b))
        v1 = (batch["uv"] < pv1).to(v0.dtype)
        ph1 = torch.sigmoid(F.linear(v1, W, c))
        n = v0.size(0)
        W += RATE * (ph0.t() @ v0 - ph1.t() @ v1) / n
        b += RATE * (v0 - v1).mean(0)
        c += RATE * (ph0 - ph1).mean(0)
    return F.mse_loss(pv1, v0)


def tf_side():
    import keras
    import tensorflow as tf

    dtype = keras.backend.floatx()
    variables = {
        "W": tf.Variable(tf.random.normal((HIDDEN, VISIBLE), stddev=0.3, dtype=dtype)),
        "b": tf.Variable(tf.zeros(VISIBLE, dtype)),
        "c": tf.Variable(tf.zeros(HIDDEN, dtype)),
    }

    def loss(model, batch):
        hidden = tf.sigmoid(tf.matmul(batch["v"], model["W"], transpose_b=True) + model["c"])
        visible = tf.sigmoid(tf.matmul(hidden, model["W"]) + model["b"])
        return tf.reduce_mean(tf.square(visible - batch["v"]))

    return variables, loss, None


def tf_step(side, batch):
    import tensorflow as tf

    weights, visible_bias, hidden_bias = side.model["W"], side.model["b"], side.model["c"]

    def hidden_given(visible):
        return tf.sigmoid(tf.matmul(visible, weights, transpose_b=True) + hidden_bias)

    data = batch["v"]
    up = hidden_given(data)
    sample = tf.cast(batch["uh"] < up, data.dtype)
    down = tf.sigmoid(tf.matmul(sample, weights) + visible_bias)
    fantasy = tf.cast(batch["uv"] < down, data.dtype)
    again = hidden_given(fantasy)
    positive = tf.matmul(up, data, transpose_a=True)
    negative = tf.matmul(again, fantasy, transpose_a=True)
    weights.assign_add(RATE * (positive - negative) / len(data))
    visible_bias.assign_add(RATE * tf.reduce_mean(data - fantasy, axis=0))
    hidden_bias.assign_add(RATE * tf.reduce_mean(up - again, axis=0))
    return tf.reduce_mean(tf.square(down - data))
