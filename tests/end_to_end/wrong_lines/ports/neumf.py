"""Who likes what (NeuMF): a product of embeddings beside a network on others, sampled negatives, penalised rows."""

REG = 1e-2


def batches(rng):
    for _ in range(5):
        yield {
            "user": rng.integers(0, 7, size=10),
            "item": rng.integers(0, 9, size=10),
            "liked": (rng.uniform(size=10) < 0.4).astype(float),
        }


def torch_side():
    import torch
    import torch.nn.functional as F
    from torch import nn

    class NeuMF(nn.Module):
        def __init__(self):
            super().__init__()
            self.embed_user_gmf = nn.Embedding(7, 4)
            self.embed_item_gmf = nn.Embedding(9, 4)
            self.embed_user_mlp = nn.Embedding(7, 3)
            self.embed_item_mlp = nn.Embedding(9, 3)
            self.mlp = nn.Sequential(nn.Linear(6, 5), nn.ReLU(), nn.Linear(5, 4), nn.ReLU())
            self.predict = nn.Linear(8, 1)

        def forward(self, user, item):
            gmf_u, gmf_i = self.embed_user_gmf(user), self.embed_item_gmf(item)
            mlp_u, mlp_i = self.embed_user_mlp(user), self.embed_item_mlp(item)
            deep = self.mlp(torch.cat((mlp_u, mlp_i), -1))
            concat = torch.cat((gmf_u * gmf_i, deep), -1)
            reg = sum(e.pow(2).sum() for e in (gmf_u, gmf_i, mlp_u, mlp_i)) / user.shape[0]
            return self.predict(concat).view(-1), reg

    def loss(model, batch):
        prediction, reg = model(batch["user"], batch["item"])
        return F.binary_cross_entropy_with_logits(prediction, batch["liked"]) + REG * reg

    model = NeuMF()
    return model, loss, torch.optim.Adam(model.parameters(), lr=1e-2)


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import Adam

    user, item = keras.Input((), dtype="int64"), keras.Input((), dtype="int64")
    user_factors = layers.Embedding(7, 4, name="user_gmf")(user)
    item_factors = layers.Embedding(9, 4, name="item_gmf")(item)
    user_deep = layers.Embedding(7, 3, name="user_mlp")(user)
    item_deep = layers.Embedding(9, 3, name="item_mlp")(item)
    product = layers.Multiply()([user_factors, item_factors])
    hidden = layers.Concatenate()([user_deep, item_deep])
    for width in (5, 4):
        hidden = layers.Dense(width, activation="relu")(hidden)
    score = layers.Dense(1, name="score")(layers.Concatenate()([product, hidden]))
    model = keras.Model([user, item], [score, user_factors, item_factors, user_deep, item_deep])
    entropy = keras.losses.BinaryCrossentropy(from_logits=True)

    def loss(model, batch):
        score, *rows = model([batch["user"], batch["item"]])
        penalty = tf.add_n([tf.reduce_sum(tf.square(row)) for row in rows]) / len(batch["user"])
        return entropy(batch["liked"][:, None], score) + REG * penalty

    return model, loss, Adam(1e-2)
