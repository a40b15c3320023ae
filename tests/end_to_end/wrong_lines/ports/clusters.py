"""Deep embedded clustering (DEC, IDEC): soft assignments by Student's t, sharpened into targets, beside a
reconstruction.
"""

INPUTS, CODE, CLUSTERS, ALPHA, GAMMA = 7, 3, 4, 2.0, 0.5
WEIGHTS = {"clustering.clusters": "assignment.cluster_centers"}


def batches(rng):
    centres = 2.0 * rng.normal(size=(CLUSTERS, INPUTS))
    for _ in range(6):
        yield {"x": centres[rng.integers(0, CLUSTERS, size=9)] + rng.normal(size=(9, INPUTS))}


def torch_side():
    import torch
    from torch import nn

    class ClusterAssignment(nn.Module):
        def __init__(self, cluster_number, embedding_dimension, alpha):
            super().__init__()
            self.alpha = alpha
            self.cluster_centers = nn.Parameter(torch.empty(cluster_number, embedding_dimension))
            nn.init.xavier_uniform_(self.cluster_centers)

        def forward(self, batch):
            norm_squared = torch.sum((batch.unsqueeze(1) - self.cluster_centers) ** 2, 2)
            numerator = 1.0 / (1.0 + (norm_squared / self.alpha))
            power = float(self.alpha + 1) / 2
            numerator = numerator**power
            return numerator / torch.sum(numerator, dim=1, keepdim=True)

    class DEC(nn.Module):
        def __init__(self):
            super().__init__()
            self.encoder = nn.Sequential(nn.Linear(INPUTS, 8), nn.ReLU(), nn.Linear(8, CODE))
            self.decoder = nn.Sequential(nn.Linear(CODE, 8), nn.ReLU(), nn.Linear(8, INPUTS))
            self.assignment = ClusterAssignment(CLUSTERS, CODE, ALPHA)

        def forward(self, batch):
            z = self.encoder(batch)
            return self.decoder(z), self.assignment(z)

    def target_distribution(batch):
        weight = (batch**2) / torch.sum(batch, 0)
        return (weight.t() / torch.sum(weight, 1)).t()

    kl_loss = nn.KLDivLoss(reduction="batchmean")

    def loss(model, batch):
        x_bar, q = model(batch["x"])
        p = target_distribution(q).detach()
        reconstruction = nn.functional.mse_loss(x_bar, batch["x"])
        return reconstruction + GAMMA * kl_loss(q.log(), p)

    model = DEC()
    return model, loss, torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import SGD

    class ClusteringLayer(layers.Layer):
        def build(self, input_shape):
            self.clusters = self.add_weight(
                shape=(CLUSTERS, input_shape[-1]), initializer="glorot_uniform", name="clusters"
            )

        def call(self, inputs):
            distance = tf.reduce_sum(tf.math.squared_difference(inputs[:, None, :], self.clusters), axis=-1)
            q = tf.pow(1.0 + distance / ALPHA, -(ALPHA + 1.0) / 2.0)
            return q / tf.reduce_sum(q, axis=1, keepdims=True)

    x = keras.Input((INPUTS,))
    code = layers.Dense(CODE)(layers.Dense(8, activation="relu")(x))
    rebuilt = layers.Dense(INPUTS)(layers.Dense(8, activation="relu")(code))
    network = keras.Model(x, {"rebuilt": rebuilt, "assigned": ClusteringLayer(name="clustering")(code)})

    def sharpened(q):
        weight = q**2 / tf.reduce_sum(q, axis=0)
        return weight / tf.reduce_sum(weight, axis=1, keepdims=True)

    kld, mse = keras.losses.KLDivergence(), keras.losses.MeanSquaredError()

    def loss(model, batch):
        out = model(batch["x"])
        p = tf.stop_gradient(sharpened(out["assigned"]))
        return mse(batch["x"], out["rebuilt"]) + GAMMA * kld(p, out["assigned"])

    return network, loss, SGD(0.1, momentum=0.9)
