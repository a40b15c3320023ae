"""Learning to rank: the ListMLE loss of each list, of which the hardest half counts."""


def batches(rng):
    for _ in range(6):
        yield {"x": rng.normal(size=(6, 5, 4)), "relevance": rng.normal(size=(6, 5))}


def torch_side():
    import torch
    from torch import nn

    def list_mle(scores, relevance):
        order = relevance.argsort(dim=1, descending=True)
        ordered = scores.gather(1, order)
        remaining = torch.logcumsumexp(ordered.flip(1), dim=1).flip(1)
        return (remaining - ordered).sum(dim=1)

    def loss(model, batch):
        lists = list_mle(model(batch["x"]).squeeze(-1), batch["relevance"])
        hardest = lists.topk(len(lists) // 2).values
        return hardest.mean()

    model = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 1))
    return model, loss, torch.optim.Adam(model.parameters(), lr=0.02)


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import Adam

    def listwise(predictions, labels):
        positions = tf.argsort(labels, axis=1, direction="DESCENDING")
        sorted_scores = tf.gather(predictions, positions, batch_dims=1)
        exps = tf.exp(sorted_scores)
        tails = tf.cumsum(exps, axis=1, reverse=True)
        return tf.reduce_sum(tf.math.log(tails) - sorted_scores, axis=1)

    def loss(model, batch):
        per_list = listwise(model(batch["x"])[..., 0], batch["relevance"])
        descending = tf.sort(per_list, direction="DESCENDING")
        return tf.reduce_mean(descending[: 6 // 2])

    inputs = [keras.Input((None, 4)), layers.Dense(8), layers.Activation("tanh"), layers.Dense(1)]
    return keras.Sequential(inputs), loss, Adam(0.02)
