"""TensorFlow's norm of an embedding's gradient is wrong where a token occurs twice.

Symptom: with an embedding, gradients are clipped at another norm than PyTorch's; batches without repeated tokens agree.
Cause: tf.linalg.global_norm takes the rows of the IndexedSlices as they are, one for each occurrence; the norm is that
    of their sum. Keras' clipnorm and global_clipnorm are affected as well.
Fix: tf.convert_to_tensor(gradient) first; tf_impl.gradients.clip_by_global_norm does, and adds PyTorch's 1e-6.
Source: tensorflow/python/ops/clip_ops.py:277 (2.21); torch/nn/utils/clip_grad.py:164 (2.13);
    https://github.com/keras-team/keras/issues/18985
"""

STAGE = "gradient"
MAX_NORM = 0.05


def batches(rng):
    for _ in range(6):
        yield rng.integers(0, 5, size=(8, 3)), rng.normal(size=(8, 1))


def torch_side():
    import torch
    from torch import nn

    model = nn.Sequential(nn.Embedding(5, 4), nn.Flatten(), nn.Linear(12, 1))

    def loss(model, batch):
        return nn.functional.mse_loss(model(batch[0]), batch[1])

    return model, loss, torch.optim.SGD(model.parameters(), lr=0.5)


def torch_step(side, batch):
    import torch

    side.optimizer.zero_grad()
    loss = side.loss(side.model, batch)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(side.model.parameters(), MAX_NORM)
    side.optimizer.step()
    return loss.detach()


def tf_side():
    import tensorflow as tf

    return _tf_side(lambda gradients: tf.clip_by_global_norm(gradients, MAX_NORM)[0])


def tf_side_fixed():
    from tf_impl.gradients import clip_by_global_norm

    return _tf_side(lambda gradients: clip_by_global_norm(gradients, MAX_NORM)[0])


def _tf_side(clipped):
    import keras
    import tensorflow as tf
    from keras import layers

    from compare import Side

    model = keras.Sequential([layers.Embedding(5, 4), layers.Flatten(), layers.Dense(1)])

    def loss(model, batch):
        return tf.reduce_mean((model(batch[0]) - batch[1]) ** 2)

    def step(side, batch):
        weights = model.trainable_variables
        with tf.GradientTape() as tape:
            value = loss(model, batch)
        gradients = clipped(tape.gradient(value, weights))
        side.optimizer.apply_gradients(zip(gradients, weights, strict=True))
        return value

    return Side(model, loss, keras.optimizers.SGD(0.5), step=step)
