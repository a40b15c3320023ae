"""BinaryAccuracy calls everything above 0.5 positive, logits too.

Symptom: the losses agree, the accuracies do not: logits between 0 and 0.5 are counted as negative in Keras.
    (What parts is the metric that the step returns: no tensor of a step does.)
Cause: the threshold is meant for probabilities; from_logits of the loss does not reach the metric.
Fix: threshold=0.0.
Source: keras/src/metrics/accuracy_metrics.py:63-68,112 (3.15)
"""

STAGE = ""


def batches(rng):
    for _ in range(5):
        x = rng.normal(size=(32, 4))
        yield x, (x[:, :1] > x[:, 1:2]).astype(float)


def torch_side():
    import torch
    from torch import nn

    model = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 1))

    def loss(model, batch):
        x, y = batch
        logits = model(x)
        accuracy = ((logits > 0) == (y > 0)).double().mean()
        return nn.functional.binary_cross_entropy_with_logits(logits, y), {"accuracy": accuracy}

    return model, loss, torch.optim.SGD(model.parameters(), lr=0.1)


def tf_side():
    return _tf_side()


def tf_side_fixed():
    return _tf_side(threshold=0.0)


def _tf_side(**options):
    import keras
    import tensorflow as tf
    from keras import layers

    model = keras.Sequential([layers.Dense(8, "tanh"), layers.Dense(1)])

    def loss(model, batch):
        x, y = batch
        logits = model(x)
        accuracy = tf.reduce_mean(keras.metrics.binary_accuracy(y, logits, **options))
        return tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(y, logits)), {"accuracy": accuracy}

    return model, loss, keras.optimizers.SGD(0.1)
