"""A loop over chunks of a sequence hands the hidden state on; a Keras layer begins each call at zero.

Symptom: the first chunk agrees, from the second on outputs differ, most in the first positions of a chunk.
Cause: stateful=False is the default, and the state has to be asked for (return_state) and given (initial_state).
Fix: initial_state=tf.stop_gradient(state), as h.detach() in PyTorch; or stateful=True, with a fixed batch size.
Source: torch/nn/modules/rnn.py:313 (2.13); keras/src/layers/rnn/rnn.py:50,95-106,180 (3.15)
"""

STAGE = "forward"
CHUNK = 4


def batches(rng):
    for _ in range(5):
        yield rng.normal(size=(4, 3 * CHUNK, 3)), rng.normal(size=(4, 3 * CHUNK, 5))


def torch_side():
    import torch
    from torch import nn

    model = nn.GRU(3, 5, batch_first=True)

    def loss(model, batch):
        state, losses = None, []
        for x, y in zip(*(array.split(CHUNK, 1) for array in batch), strict=True):
            outputs, state = model(x, state if state is None else state.detach())
            losses.append(nn.functional.mse_loss(outputs, y))
        return sum(losses)

    return model, loss, torch.optim.SGD(model.parameters(), lr=0.1)


def tf_side(carry=False):
    import keras
    import tensorflow as tf
    from keras import layers

    model = layers.GRU(5, return_sequences=True, return_state=True)

    def loss(model, batch):
        state, losses = None, []
        for x, y in zip(*(tf.split(array, 3, 1) for array in batch), strict=True):
            outputs, last = model(x, initial_state=state)
            state = tf.stop_gradient(last) if carry else None
            losses.append(tf.reduce_mean((outputs - y) ** 2))
        return sum(losses)

    return model, loss, keras.optimizers.SGD(0.1)


def tf_side_fixed():
    return tf_side(carry=True)
