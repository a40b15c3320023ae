"""padding_idx keeps a row from being trained; mask_zero only makes a mask, and the row is trained.

Symptom: the padding's vector moves away from zero, and sums and means over a sequence begin to depend on its length.
Cause: nn.Embedding gives the row no gradient; in Keras mask_zero is for the layers behind, most of which ignore it.
Fix: multiply by the mask, which gives zeros and no gradient.
Source: torch/nn/modules/sparse.py:24-27 (2.13); keras/src/layers/core/embedding.py:53-60,199 (3.15)
"""

STAGE = "gradient"


def batches(rng):
    for _ in range(5):
        yield rng.integers(0, 6, (8, 5)), rng.normal(size=(8, 1))


def torch_side():
    import torch
    from torch import nn

    model = nn.ModuleDict({"embedding": nn.Embedding(6, 4, padding_idx=0), "out": nn.Linear(4, 1)})

    def loss(model, batch):
        tokens, y = batch
        return nn.functional.mse_loss(model["out"](model["embedding"](tokens).sum(1)), y)

    return model, loss, torch.optim.SGD(model.parameters(), lr=0.1)


def tf_side():
    return _tf_side(lambda embedded, tokens: embedded)


def tf_side_fixed():
    import tensorflow as tf

    return _tf_side(lambda embedded, tokens: embedded * tf.cast(tokens != 0, embedded.dtype)[..., None])


def _tf_side(without_padding):
    import keras
    import tensorflow as tf
    from keras import layers

    model = {"embedding": layers.Embedding(6, 4, mask_zero=True), "out": layers.Dense(1)}

    def loss(model, batch):
        tokens, y = batch
        embedded = without_padding(model["embedding"](tokens), tokens)
        return tf.reduce_mean((model["out"](tf.reduce_sum(embedded, 1)) - y) ** 2)

    return model, loss, keras.optimizers.SGD(0.1)
