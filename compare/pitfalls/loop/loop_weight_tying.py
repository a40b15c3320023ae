"""decoder.weight = encoder.weight shares one parameter; copying the values ties nothing but the start.

Symptom: the first loss agrees; the gradient of the table lacks the decoder's part, and the two drift apart.
Cause: in PyTorch the assignment makes both names one Parameter, whose gradient is the sum of both uses; set_weights and
    assign copy numbers, and a second variable (or a constant, as here) is trained by itself.
Fix: use the one variable twice: tf.matmul(x, embedding.embeddings, transpose_b=True), or layers.ReversibleEmbedding.
Source: torch/nn/modules/module.py:1971 (2.13, __setattr__); keras/src/layers/core/reversible_embedding.py:17 (3.15)
"""

STAGE = "gradient"


def batches(rng):
    for _ in range(5):
        yield rng.integers(0, 7, (8, 4)), rng.integers(0, 7, (8, 4))


def torch_side():
    import torch
    from torch import nn

    model = nn.ModuleDict({"encoder": nn.Embedding(7, 5), "decoder": nn.Linear(5, 7, bias=False)})
    model["decoder"].weight = model["encoder"].weight

    def loss(model, batch):
        tokens, y = batch
        logits = model["decoder"](torch.tanh(model["encoder"](tokens)))
        return nn.functional.cross_entropy(logits.flatten(0, 1), y.flatten())

    return model, loss, torch.optim.SGD(model.parameters(), lr=0.5)


def tf_side():
    import tensorflow as tf

    return _tf_side(lambda table: tf.stop_gradient(table))  # embedding.get_weights()[0], and the like


def tf_side_fixed():
    return _tf_side(lambda table: table)


def _tf_side(tied):
    import keras
    import tensorflow as tf
    from keras import layers

    model = {"encoder": layers.Embedding(7, 5)}

    def loss(model, batch):
        tokens, y = batch
        hidden = tf.tanh(model["encoder"](tokens))
        logits = tf.einsum("ntf,vf->ntv", hidden, tied(model["encoder"].embeddings))
        return tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(y, logits))

    return model, loss, keras.optimizers.SGD(0.5)
