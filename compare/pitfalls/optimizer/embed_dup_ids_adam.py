"""A token that occurs twice in a batch gives Keras' Adam a wrong second moment.

Symptom: the embedding's second moment is too small for tokens that are repeated in a batch, so these move too far;
    batches without repetition agree. It is so through fit as well.
Cause: an embedding's gradient is an IndexedSlices with one row for each occurrence; Keras squares these rows and then
    adds them up, PyTorch squares the sum. Of Keras' optimizers, only SGD and Lion are not affected.
Fix: make the gradient dense first: tf.convert_to_tensor(gradient). The optimizers of tf_impl do.
Source: keras/src/optimizers/adam.py:122-127, backend/tensorflow/sparse.py:378-389 (3.15);
    https://github.com/tensorflow/tensorflow/issues/505
"""

STAGE = "state"
EPSILON = 1e-20  # so small that it does not matter where it is added: see adam_eps_placement
BETAS = 0.75, 0.875  # float32 holds these exactly, as it does not 0.9 and 0.999


def batches(rng):
    for _ in range(6):
        yield rng.integers(0, 5, size=(8, 3)), rng.normal(size=(8, 1))


def torch_side():
    import torch
    from torch import nn

    model = nn.Sequential(nn.Embedding(5, 4), nn.Flatten(), nn.Linear(12, 1))

    def loss(model, batch):
        tokens, y = batch
        return nn.functional.mse_loss(model(tokens), y)

    return model, loss, torch.optim.Adam(model.parameters(), lr=0.05, betas=BETAS, eps=EPSILON)


def tf_side(dense=False):
    import keras
    import tensorflow as tf
    from keras import layers

    from compare import Side

    model = keras.Sequential([layers.Embedding(5, 4), layers.Flatten(), layers.Dense(1)])

    def loss(model, batch):
        tokens, y = batch
        return tf.reduce_mean((model(tokens) - y) ** 2)

    def step(side, batch):
        with tf.GradientTape() as tape:
            value = loss(model, batch)
        gradients = tape.gradient(value, model.trainable_variables)
        if dense:
            gradients = [tf.convert_to_tensor(gradient) for gradient in gradients]
        side.optimizer.apply_gradients(zip(gradients, model.trainable_variables, strict=True))
        return value

    return Side(model, loss, keras.optimizers.Adam(0.05, *BETAS, epsilon=EPSILON), step=step)


def tf_side_fixed():
    return tf_side(dense=True)
