"""A target that PyTorch computes under no_grad() is differentiated by a tape that is open.

Symptom: losses agree, gradients do not: bootstrapped targets, teachers and pseudo-labels are trained towards the
    prediction.
Cause: torch.no_grad() (or detach()) takes the target out of the graph; a GradientTape records all that runs inside.
Fix: tf.stop_gradient(target), or compute it before the tape.
Source: torch/autograd/grad_mode.py:21 (2.13); tensorflow/python/ops/array_ops.py:6772 (2.21)
"""

STAGE = "gradient"


def batches(rng):
    for _ in range(6):
        yield rng.normal(size=(16, 4)), rng.normal(size=(16, 4)), rng.normal(size=(16, 1))


def torch_side():
    import torch
    from torch import nn

    model = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 1))

    def loss(model, batch):
        state, following, reward = batch
        with torch.no_grad():
            target = reward + 0.9 * model(following)
        return nn.functional.mse_loss(model(state), target)

    return model, loss, torch.optim.SGD(model.parameters(), lr=0.05)


def tf_side():
    import tensorflow as tf

    return _tf_side(tf.identity)


def tf_side_fixed():
    import tensorflow as tf

    return _tf_side(tf.stop_gradient)


def _tf_side(target_of):
    import keras
    import tensorflow as tf
    from keras import layers

    model = keras.Sequential([layers.Dense(8, "tanh"), layers.Dense(1)])

    def loss(model, batch):
        state, following, reward = batch
        target = target_of(reward + 0.9 * model(following))
        return tf.reduce_mean((model(state) - target) ** 2)

    return model, loss, keras.optimizers.SGD(0.05)
