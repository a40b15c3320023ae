"""Two speakers are told apart: scale-invariant signal-to-noise ratio, in the order of speakers that fits best."""

EPS = 1e-8


def batches(rng):
    for _ in range(5):
        speakers = rng.normal(size=(5, 2, 40)).cumsum(axis=2) / 3 + rng.normal(size=(5, 2, 1))
        yield {"mixture": speakers.sum(axis=1), "speakers": speakers}


def torch_side():
    from itertools import permutations

    import torch
    from torch import nn

    class TasNet(nn.Module):
        def __init__(self):
            super().__init__()
            self.encoder = nn.Conv1d(1, 8, 4, stride=4, bias=False)
            self.masks = nn.Conv1d(8, 16, 1)
            self.decoder = nn.Linear(8, 4)

        def forward(self, mixture):
            w = torch.relu(self.encoder(mixture.unsqueeze(1)))
            masks = torch.sigmoid(self.masks(w)).view(-1, 2, 8, w.shape[-1])
            return self.decoder((w.unsqueeze(1) * masks).transpose(2, 3)).flatten(2)

    def si_snr(estimate, source):
        estimate = estimate - estimate.mean(dim=-1, keepdim=True)
        source = source - source.mean(dim=-1, keepdim=True)
        projection = (estimate * source).sum(-1, keepdim=True) * source / (source.pow(2).sum(-1, keepdim=True) + EPS)
        noise = estimate - projection
        ratio = projection.pow(2).sum(-1) / (noise.pow(2).sum(-1) + EPS)
        return 10 * torch.log10(ratio + EPS)

    def loss(model, batch):
        estimates = model(batch["mixture"])
        snrs = [si_snr(estimates[:, list(p)], batch["speakers"]).mean(dim=1) for p in permutations(range(2))]
        return -torch.stack(snrs, dim=1).max(dim=1).values.mean()

    model = TasNet()
    return model, loss, torch.optim.Adam(model.parameters(), lr=0.01)


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers, ops

    from tf_impl.optimizers import Adam

    class Separator(keras.Model):
        def __init__(self):
            super().__init__()
            self.analysis = layers.Conv1D(8, 4, strides=4, use_bias=False, activation="relu")
            self.mask = layers.Conv1D(16, 1, activation="sigmoid")
            self.synthesis = layers.Dense(4)

        def call(self, mixture):
            spectrum = self.analysis(mixture[..., None])
            mask = ops.reshape(self.mask(spectrum), (-1, 10, 2, 8))
            masked = ops.transpose(spectrum[:, :, None] * mask, (0, 2, 1, 3))
            return ops.reshape(self.synthesis(masked), (-1, 2, 40))

    def decibels(x):
        return 10.0 * tf.math.log(x) / tf.math.log(tf.constant(10.0, x.dtype))

    def pairwise_si_snr(estimate, truth):
        estimate -= tf.reduce_mean(estimate, axis=-1, keepdims=True)
        truth -= tf.reduce_mean(truth, axis=-1, keepdims=True)
        estimate, truth = estimate[:, :, None], truth[:, None]
        dot = tf.reduce_sum(estimate * truth, axis=-1, keepdims=True)
        aligned = dot * truth / (tf.reduce_sum(tf.square(truth), axis=-1, keepdims=True) + EPS)
        energies = [tf.reduce_sum(tf.square(part), axis=-1) for part in (aligned, estimate - aligned)]
        return decibels(energies[0] / (energies[1] + EPS) + EPS)

    def loss(model, batch):
        table = pairwise_si_snr(model(batch["mixture"]), batch["speakers"])
        straight = tf.reduce_mean(tf.linalg.diag_part(table), axis=1)
        crossed = tf.reduce_mean(tf.linalg.diag_part(tf.reverse(table, axis=[1])), axis=1)
        return -tf.reduce_mean(tf.maximum(straight, crossed))

    return Separator(), loss, Adam(0.01)
