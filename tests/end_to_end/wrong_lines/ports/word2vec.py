"""Skip-grams with negative samples; tables moved by hand, with gradients in closed form as in the C program."""

RATE, WORDS, WIDTH = 0.5, 9, 4
WEIGHTS = {"syn0": "centres", "syn1": "contexts"}


def batches(rng):
    for _ in range(6):
        yield rng.integers(0, WORDS, size=12), rng.integers(0, WORDS, size=12), rng.integers(0, WORDS, size=(12, 3))


def torch_side():
    import torch
    from torch.nn import functional as F

    tables = {name: torch.rand(WORDS, WIDTH).sub_(0.5).requires_grad_() for name in ("centres", "contexts")}

    def loss(tables, batch):
        centre, context, negative = batch
        v, u, noise = tables["centres"][centre], tables["contexts"][context], tables["contexts"][negative]
        positive_loss = F.logsigmoid((v * u).sum(dim=1))
        negative_loss = F.logsigmoid(-torch.bmm(noise, v.unsqueeze(2)).squeeze(2)).sum(dim=1)
        return -(positive_loss + negative_loss).mean()

    return tables, loss, None


def torch_step(side, batch):
    import torch

    centre, context, negative = batch
    syn0, syn1 = side.model["centres"].data, side.model["contexts"].data
    value = side.loss(side.model, batch).detach()
    rate = RATE / len(centre)
    words = torch.cat([context[:, None], negative], dim=1)
    labels = torch.zeros(words.shape, dtype=syn0.dtype)
    labels[:, 0] = 1
    hidden, rows = syn0[centre], syn1[words]
    g = rate * (labels - torch.sigmoid((rows @ hidden.unsqueeze(2)).squeeze(2)))
    error = (g.unsqueeze(2) * rows).sum(dim=1)
    outer = g.unsqueeze(2) * hidden.unsqueeze(1)
    syn1.index_add_(0, words.flatten(), outer.flatten(0, 1))
    syn0.index_add_(0, centre, error)
    return value


def tf_side():
    import keras
    import tensorflow as tf

    dtype = keras.config.floatx()

    class Tables(tf.Module):
        def __init__(self):
            super().__init__()
            self.syn0 = tf.Variable(tf.random.uniform((WORDS, WIDTH), -0.5, 0.5, dtype), name="syn0")
            self.syn1 = tf.Variable(tf.random.uniform((WORDS, WIDTH), -0.5, 0.5, dtype), name="syn1")

    def loss(tables, batch):
        target, context, sampled = batch
        embedded = tf.nn.embedding_lookup(tables.syn0, target)
        true_logits = tf.einsum("nd,nd->n", embedded, tf.gather(tables.syn1, context))
        noise_logits = tf.einsum("nd,nkd->nk", embedded, tf.gather(tables.syn1, sampled))
        true_xent = tf.nn.sigmoid_cross_entropy_with_logits(tf.ones_like(true_logits), true_logits)
        noise_xent = tf.nn.sigmoid_cross_entropy_with_logits(tf.zeros_like(noise_logits), noise_logits)
        return tf.reduce_mean(true_xent + tf.reduce_sum(noise_xent, axis=1))

    return Tables(), loss, None


def tf_step(side, batch):
    import tensorflow as tf

    target, context, sampled = batch
    tables = side.model
    nce_loss = side.loss(tables, batch)
    ids = tf.concat([context[:, None], sampled], axis=1)
    truth = tf.one_hot(tf.zeros_like(target), ids.shape[1], dtype=tables.syn0.dtype)
    layer, weights = tf.gather(tables.syn0, target), tf.gather(tables.syn1, ids)
    gradient = (truth - tf.sigmoid(tf.einsum("nd,nkd->nk", layer, weights))) * RATE / target.shape[0]
    to_layer = tf.einsum("nk,nkd->nd", gradient, weights)
    to_weights = tf.einsum("nk,nd->nkd", gradient, layer)
    tables.syn1.assign(tf.tensor_scatter_nd_add(tables.syn1, ids[..., None], to_weights))
    tables.syn0.assign(tf.tensor_scatter_nd_add(tables.syn0, target[:, None], to_layer))
    return nce_loss
