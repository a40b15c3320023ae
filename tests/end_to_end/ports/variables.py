"""Weights without a model: a dict of tensors in PyTorch, a tf.Module in TensorFlow; no optimizer, moved by hand."""

RATE, DECAY = 0.1, 0.01
STEPS_PER_EPOCH = 5


def batches(rng):
    for _ in range(20):
        x = rng.normal(size=(16, 6))
        yield x, (x[:, :3] * x[:, 3:]).sum(axis=1, keepdims=True)


def torch_side():
    import torch

    torch.manual_seed(3)
    weights = {
        "w1": torch.randn(6, 6).mul_(0.3).requires_grad_(),
        "b1": torch.zeros(6, requires_grad=True),
        "w2": torch.randn(6, 1).mul_(0.3).requires_grad_(),
        "b2": torch.zeros(1, requires_grad=True),
    }

    def loss(weights, batch):
        x, y = batch
        hidden = torch.tanh(x @ weights["w1"] + weights["b1"])
        return ((hidden @ weights["w2"] + weights["b2"] - y) ** 2).mean()

    return weights, loss, None


def torch_step(side, batch):
    import torch

    loss = side.loss(side.model, batch)
    loss.backward()
    with torch.no_grad():
        for weight in side.model.values():
            weight -= RATE * (weight.grad + DECAY * weight)
            weight.grad = None
    return loss.detach()


def tf_side():
    import tensorflow as tf

    class Layer(tf.Module):
        def __init__(self, into, out):
            super().__init__()
            self.kernel = tf.Variable(0.3 * tf.random.stateless_normal((into, out), (into, out), dtype=dtype))
            self.bias = tf.Variable(tf.zeros(out, dtype))

        def __call__(self, x):
            return x @ self.kernel + self.bias

    class Network(tf.Module):
        def __init__(self):
            super().__init__()
            self.layers = [Layer(6, 6), Layer(6, 1)]
            self.called = tf.Variable(0, trainable=False)

        def __call__(self, x):
            self.called.assign_add(1)
            return self.layers[1](tf.tanh(self.layers[0](x)))

    import keras

    dtype = keras.config.floatx()

    def loss(network, batch):
        x, y = batch
        return tf.reduce_mean((network(x) - y) ** 2)

    return Network(), loss, None


def tf_step(side, batch):
    import tensorflow as tf

    weights = side.model.trainable_variables
    with tf.GradientTape() as tape:
        loss = side.loss(side.model, batch)
    for weight, gradient in zip(weights, tape.gradient(loss, weights), strict=True):
        weight.assign_sub(RATE * (gradient + DECAY * weight))
    return loss
