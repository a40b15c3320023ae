"""Models of transformers shift the labels inside; a port that is given labels=tokens must shift them itself.

Symptom: the loss falls to zero at once: each position is asked for the token that it was given.
Cause: GPT2LMHeadModel(labels=tokens) compares logits[:, :-1] with labels[:, 1:], which the call does not show.
Fix: the same slices.
Source: transformers/loss/loss_utils.py (ForCausalLMLoss, which moves the labels by one)
"""

STAGE = "loss"


def batches(rng):
    for _ in range(5):
        yield rng.integers(0, 7, (8, 5))


def torch_side():
    import torch
    from torch import nn

    model = nn.Sequential(nn.Embedding(7, 4), nn.Tanh(), nn.Linear(4, 7))

    def loss(model, batch):
        logits = model(batch)[:, :-1]
        return nn.functional.cross_entropy(logits.flatten(0, 1), batch[:, 1:].flatten())

    return model, loss, torch.optim.SGD(model.parameters(), lr=0.5)


def tf_side():
    return _tf_side(lambda logits, tokens: (tokens, logits))


def tf_side_fixed():
    return _tf_side(lambda logits, tokens: (tokens[:, 1:], logits[:, :-1]))


def _tf_side(compared):
    import keras
    import tensorflow as tf
    from keras import layers

    model = keras.Sequential([layers.Embedding(7, 4), layers.Activation("tanh"), layers.Dense(7)])

    def loss(model, batch):
        return tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(*compared(model(batch), batch)))

    return model, loss, keras.optimizers.SGD(0.5)
