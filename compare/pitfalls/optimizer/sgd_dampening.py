"""PyTorch's dampening spares the first step.

Symptom: with dampening written into the momentum, the first update is (1 - dampening) times PyTorch's, and the
    momentum is behind from then on; with dampening left out, the updates are too large from step 2 on.
Cause: PyTorch's first momentum is the gradient itself; only later ones are momentum * old + (1 - dampening) * gradient.
    Keras' SGD has no dampening at all.
Fix: use tf_impl.optimizers.SGD(dampening=), or begin the momentum with the whole gradient.
Source: torch/optim/sgd.py:357-364 (2.13); https://github.com/ml-explore/mlx/pull/473
"""

STAGE = "update"


def batches(rng):
    for _ in range(6):
        x = rng.normal(size=(16, 4))
        yield x, x[:, :1] * x[:, 1:2]


def torch_side():
    import torch
    from torch import nn

    model = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 1))

    def loss(model, batch):
        x, y = batch
        return nn.functional.mse_loss(model(x), y)

    return model, loss, torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9, dampening=0.5)


def tf_side():
    import keras

    class SGD(keras.optimizers.Optimizer):
        def build(self, variables):
            super().build(variables)
            self.momenta = self.add_optimizer_variables(variables, "momentum")

        def update_step(self, gradient, variable, learning_rate):
            momentum = self.momenta[self._get_variable_index(variable)]
            momentum.assign(0.9 * momentum + (1 - 0.5) * gradient)
            variable.assign_sub(learning_rate * momentum)

    return _tf_side(SGD(0.05))


def tf_side_fixed():
    from tf_impl.optimizers import SGD

    return _tf_side(SGD(0.05, momentum=0.9, dampening=0.5))


def _tf_side(optimizer):
    import keras
    import tensorflow as tf
    from keras import layers

    model = keras.Sequential([layers.Dense(8, "tanh"), layers.Dense(1)])

    def loss(model, batch):
        x, y = batch
        return tf.reduce_mean((model(x) - y) ** 2)

    return model, loss, optimizer
