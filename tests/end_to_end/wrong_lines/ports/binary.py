"""A network of binary activations: sign() whose gradient passes straight through where the input is small."""


def batches(rng):
    for _ in range(6):
        x = rng.normal(size=(9, 5))
        yield x, x[:, :1] * x[:, 1:2]


def torch_side():
    import torch
    from torch import nn

    class Sign(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return torch.sign(x)

        @staticmethod
        def backward(ctx, grad):
            (x,) = ctx.saved_tensors
            return grad * (x.abs() <= 1)

    class Binary(nn.Module):
        def __init__(self):
            super().__init__()
            self.fc1, self.fc2, self.fc3 = nn.Linear(5, 10), nn.Linear(10, 10), nn.Linear(10, 1)

        def forward(self, x):
            x = Sign.apply(self.fc1(2 * x))
            soft = torch.sigmoid(self.fc2(x))
            gates = (soft > 0.5).to(x) + soft - soft.detach()
            return self.fc3(x * gates)

    def loss(model, batch):
        return nn.functional.mse_loss(model(batch[0]), batch[1])

    model = Binary()
    return model, loss, torch.optim.SGD(model.parameters(), lr=0.1)


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import SGD

    @tf.custom_gradient
    def binarize(x):
        def grad(upstream):
            small = tf.cast(tf.abs(x) <= 1, x.dtype)
            return upstream * small

        return tf.sign(x), grad

    class Binary(keras.Model):
        def __init__(self):
            super().__init__()
            self.first, self.second, self.third = layers.Dense(10), layers.Dense(10), layers.Dense(1)

        def call(self, x):
            x = binarize(self.first(2 * x))
            probability = tf.sigmoid(self.second(x))
            hard = tf.cast(probability > 0.5, x.dtype)
            gate = probability + tf.stop_gradient(hard - probability)
            return self.third(x * gate)

    def loss(model, batch):
        return tf.reduce_mean((model(batch[0]) - batch[1]) ** 2)

    return Binary(), loss, SGD(0.1)
