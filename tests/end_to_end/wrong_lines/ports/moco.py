"""Momentum contrast: queries and keys of two encoders, a queue of old keys, a step of its own that moves all three."""

TEMPERATURE, MOMENTUM, QUEUE = 0.3, 0.9, 12
WEIGHTS = {"memory.keys": "memory.queue.T"}


def batches(rng):
    for _ in range(8):
        x = rng.normal(size=(4, 5))
        yield {"im_q": x + 0.2 * rng.normal(size=x.shape), "im_k": x + 0.2 * rng.normal(size=x.shape)}


def torch_side():
    import copy

    import torch
    from torch import nn
    from torch.nn import functional as F

    class Memory(nn.Module):
        def __init__(self):
            super().__init__()
            self.register_buffer("queue", F.normalize(torch.randn(3, QUEUE), dim=0))

        def dequeue_and_enqueue(self, keys):
            self.queue.copy_(torch.cat([self.queue[:, len(keys) :], keys.t()], dim=1))

    encoder_q = nn.Sequential(nn.Linear(5, 8), nn.Tanh(), nn.Linear(8, 3))
    encoder_k = copy.deepcopy(encoder_q).requires_grad_(False)

    def loss(model, batch):
        q = F.normalize(model["q"](batch["im_q"]), dim=1)
        with torch.no_grad():
            k = F.normalize(model["k"](batch["im_k"]), dim=1)
        l_pos = torch.einsum("nc,nc->n", [q, k]).unsqueeze(-1)
        l_neg = torch.einsum("nc,ck->nk", [q, model["memory"].queue.clone()])
        logits = torch.cat([l_pos, l_neg], dim=1) / TEMPERATURE
        labels = torch.zeros(len(logits), dtype=torch.long)
        return F.cross_entropy(logits, labels)

    return {"q": encoder_q, "k": encoder_k, "memory": Memory()}, loss, torch.optim.SGD(encoder_q.parameters(), lr=0.2)


def torch_step(side, batch):
    import torch
    from torch.nn import functional as F

    encoder_q, encoder_k = side.model["q"], side.model["k"]
    value = side.loss(side.model, batch)
    side.optimizer.zero_grad()
    value.backward()
    side.optimizer.step()
    with torch.no_grad():
        keys = F.normalize(encoder_k(batch["im_k"]), dim=1)
        side.model["memory"].dequeue_and_enqueue(keys)
        for param_q, param_k in zip(encoder_q.parameters(), encoder_k.parameters(), strict=True):
            param_k.data = param_k.data * MOMENTUM + param_q.data * (1.0 - MOMENTUM)
    return value.detach()


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import SGD

    class Memory(layers.Layer):
        def __init__(self):
            super().__init__()
            self.keys = self.add_weight(shape=(QUEUE, 3), initializer="ones", trainable=False, name="keys")

        def push(self, fresh):
            kept = self.keys[tf.shape(fresh)[0] :]
            self.keys.assign(tf.concat([kept, fresh], axis=0))

    def encoder():
        return keras.Sequential([keras.Input((5,)), layers.Dense(8), layers.Activation("tanh"), layers.Dense(3)])

    query_net, key_net = encoder(), encoder()
    key_net.trainable = False
    key_net.set_weights(query_net.get_weights())

    def loss(model, batch):
        query = tf.math.l2_normalize(model["q"](batch["im_q"]), axis=1)
        key = tf.stop_gradient(tf.math.l2_normalize(model["k"](batch["im_k"]), axis=1))
        positive = tf.reduce_sum(query * key, axis=1) / TEMPERATURE
        negatives = tf.matmul(query, tf.stop_gradient(model["memory"].keys), transpose_b=True) / TEMPERATURE
        every = tf.concat([positive[:, None], negatives], axis=1)
        return tf.reduce_mean(tf.reduce_logsumexp(every, axis=1) - positive)

    return {"q": query_net, "k": key_net, "memory": Memory()}, loss, SGD(0.2)


def tf_step(side, batch):
    import tensorflow as tf

    query_net, key_net = side.model["q"], side.model["k"]
    with tf.GradientTape() as tape:
        value = side.loss(side.model, batch)
    gradients = tape.gradient(value, query_net.trainable_variables)
    side.optimizer.apply_gradients(zip(gradients, query_net.trainable_variables, strict=True))
    fresh = tf.math.l2_normalize(key_net(batch["im_k"]), axis=1)
    side.model["memory"].push(fresh)
    for slow, fast in zip(key_net.variables, query_net.variables, strict=True):
        slow.assign_sub((1.0 - MOMENTUM) * (slow - fast))
    return value
