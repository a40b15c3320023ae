"""Replicas of tf.distribute add up their gradients; PyTorch's DistributedDataParallel averages them.

Symptom: gradients are as many times too large as there are replicas, which looks like a larger rate.
Cause: a Keras optimizer sums gradients over the replicas of a strategy; with a loss that is the mean over a replica's
    share, that sum is n times the mean over the whole batch.
Fix: divide each replica's sum by the size of the whole batch (tf.nn.compute_average_loss), or its mean by n.
    Here two halves of a batch stand for the replicas, and their gradients are added as the strategy does.
Source: keras/src/backend/tensorflow/optimizer.py:141-161 (3.15); https://www.tensorflow.org/tutorials/distribute
"""

STAGE = "gradient"
REPLICAS = 2


def batches(rng):
    for _ in range(6):
        x = rng.normal(size=(16, 4))
        yield x, x[:, :1] * x[:, 1:2]


def torch_side():
    import torch
    from torch import nn

    model = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 1))

    def loss(model, batch):
        return nn.functional.mse_loss(model(batch[0]), batch[1])

    return model, loss, torch.optim.SGD(model.parameters(), lr=0.05)


def tf_side(share=1.0):
    import keras
    import tensorflow as tf
    from keras import layers

    from compare import Side

    model = keras.Sequential([layers.Dense(8, "tanh"), layers.Dense(1)])

    def loss(model, batch):
        return tf.reduce_mean((model(batch[0]) - batch[1]) ** 2)

    def step(side, batch):
        weights, values, gradients = model.trainable_variables, [], []
        for replica in range(REPLICAS):
            with tf.GradientTape() as tape:
                value = loss(model, [array[replica::REPLICAS] for array in batch])
                scaled = share * value
            gradients.append(tape.gradient(scaled, weights))
            values.append(value)
        summed = [sum(of_weight) for of_weight in zip(*gradients, strict=True)]  # as the strategy's all-reduce
        side.optimizer.apply_gradients(zip(summed, weights, strict=True))
        return sum(values) / REPLICAS

    return Side(model, loss, keras.optimizers.SGD(0.05), step=step)


def tf_side_fixed():
    return tf_side(share=1 / REPLICAS)
