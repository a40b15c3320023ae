"""Series forecast by causal convolutions (TCN): growing dilations, normalised weights, residuals, Huber's loss."""

WEIGHTS = {
    "v.0": "v.0.permute(2, 1, 0)",
    "v.1": "v.1.permute(2, 1, 0)",
    "g.0": "g.0",
    "g.1": "g.1",
    "b.0": "b.0",
    "b.1": "b.1",
}
CHANNELS, KERNEL, DELTA = 3, 3, 0.5


def batches(rng):
    for _ in range(5):
        yield {"x": rng.normal(size=(5, 10, CHANNELS)), "y": rng.normal(size=(5, 10, 1))}


def torch_side():
    import torch
    import torch.nn.functional as F
    from torch import nn

    class TCN(nn.Module):
        def __init__(self):
            super().__init__()
            shape = (CHANNELS, CHANNELS, KERNEL)
            self.v = nn.ParameterList([nn.Parameter(torch.randn(shape) * 0.5) for _ in range(2)])
            self.g = nn.ParameterList([nn.Parameter(torch.ones(CHANNELS)) for _ in range(2)])
            self.b = nn.ParameterList([nn.Parameter(torch.zeros(CHANNELS)) for _ in range(2)])
            self.linear = nn.Linear(CHANNELS, 1)

        def forward(self, x):
            x = x.transpose(1, 2)
            for i, (v, g, b) in enumerate(zip(self.v, self.g, self.b)):
                dilation = 2**i
                weight = g[:, None, None] * v / v.norm(dim=(1, 2), keepdim=True)
                padded = F.pad(x, ((KERNEL - 1) * dilation, 0))
                out = F.relu(F.conv1d(padded, weight, b, dilation=dilation))
                x = F.relu(out + x)
            return self.linear(x.transpose(1, 2))

    def loss(model, batch):
        return F.smooth_l1_loss(model(batch["x"]), batch["y"], beta=DELTA)

    model = TCN()
    return model, loss, torch.optim.Adam(model.parameters(), lr=5e-3)


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import Adam

    class TCN(keras.Model):
        def __init__(self):
            super().__init__()
            normal = keras.initializers.RandomNormal(stddev=0.5)
            shape = (KERNEL, CHANNELS, CHANNELS)
            self.v = [self.add_weight(shape=shape, initializer=normal, name=f"v_{i}") for i in range(2)]
            self.g = [self.add_weight(shape=(CHANNELS,), initializer="ones", name=f"g_{i}") for i in range(2)]
            self.b = [self.add_weight(shape=(CHANNELS,), initializer="zeros", name=f"b_{i}") for i in range(2)]
            self.linear = layers.Dense(1)

        def call(self, x):
            for i in range(2):
                kernel = self.g[i] * tf.math.l2_normalize(self.v[i], axis=[0, 1])
                past = tf.pad(x, [[0, 0], [(KERNEL - 1) * 2**i, 0], [0, 0]])
                made = tf.nn.convolution(past, kernel, padding="VALID", dilations=[2**i])
                x = tf.nn.relu(tf.nn.relu(made + self.b[i]) + x)
            return self.linear(x)

    huber = keras.losses.Huber(delta=DELTA)

    def loss(model, batch):
        return huber(batch["y"], model(batch["x"])) / DELTA

    return TCN(), loss, Adam(5e-3)
