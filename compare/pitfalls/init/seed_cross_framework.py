"""The same seed gives other numbers in each framework.

Symptom: all that is sampled once is another on the two sides: random features, fixed noise, a projection, a sign.
Cause: torch.manual_seed(0), tf.random.set_seed(0) and np.random.default_rng(0) start different generators.
Fix: sample once, with one of them, and give the numbers to both sides.
Source: torch/random.py:49 (2.13); tensorflow/python/framework/random_seed.py:211 (2.21)
"""

STAGE = "forward"
# torch.randn(3, 2, generator=torch.Generator().manual_seed(0), dtype=torch.float64), to all its digits
FREQUENCIES = [
    [1.5409961082440433, -0.2934289057609464],
    [-2.1787893820745574, 0.5684312772806678],
    [-1.084522342424021, -1.3985953953708767],
]


def batches(rng):
    for _ in range(4):
        x = rng.normal(size=(16, 3))
        yield x, x[:, :1] * x[:, 1:2]


def torch_side():
    import torch
    from torch import nn

    model = nn.Linear(2, 1)
    frequencies = torch.randn(3, 2, generator=torch.Generator().manual_seed(0), dtype=torch.float64)

    def loss(model, batch):
        x, y = batch
        return nn.functional.mse_loss(model(torch.sin(x @ frequencies.to(x.dtype))), y)

    return model, loss, torch.optim.SGD(model.parameters(), lr=0.1)


def tf_side():
    import tensorflow as tf

    return _tf_side(tf.random.stateless_normal((3, 2), seed=(0, 0), dtype=tf.float64))


def tf_side_fixed():
    import tensorflow as tf

    return _tf_side(tf.constant(FREQUENCIES, tf.float64))


def _tf_side(frequencies):
    import keras
    import tensorflow as tf
    from keras import layers

    model = keras.Sequential([layers.Dense(1)])

    def loss(model, batch):
        x, y = batch
        return tf.reduce_mean((model(tf.sin(tf.matmul(x, tf.cast(frequencies, x.dtype)))) - y) ** 2)

    return model, loss, keras.optimizers.SGD(0.1)
