"""Slot attention: slots compete for places of a picture, a GRU updates them, each paints the picture again."""

import numpy as np

SLOTS, DIM, SIDE, ITERATIONS, EPS = 3, 6, 4, 2, 1e-8
CHANNELS_FIRST = ("image",)
WEIGHTS = {"slot_attention.mu": "slot_attention.slots_mu", "slot_attention.log_sigma": "slot_attention.slots_logsigma"}


def grid():
    ramp = np.linspace(0.0, 1.0, SIDE)
    y, x = np.meshgrid(ramp, ramp, indexing="ij")
    return np.stack([y, x, 1.0 - y, 1.0 - x], axis=-1).reshape(SIDE * SIDE, 4)


def batches(rng):
    for _ in range(5):
        yield {"image": rng.random(size=(3, 3, SIDE, SIDE)), "noise": rng.normal(size=(3, SLOTS, DIM))}


def torch_side():
    import torch
    from torch import nn

    class SlotAttention(nn.Module):
        def __init__(self, dim, iters):
            super().__init__()
            self.iters, self.scale = iters, dim**-0.5
            self.slots_mu = nn.Parameter(torch.randn(1, 1, dim))
            self.slots_logsigma = nn.Parameter(0.3 * torch.randn(1, 1, dim))
            self.to_q, self.to_k, self.to_v = nn.Linear(dim, dim), nn.Linear(dim, dim), nn.Linear(dim, dim)
            self.gru = nn.GRUCell(dim, dim)
            self.mlp = nn.Sequential(nn.Linear(dim, 8), nn.ReLU(inplace=True), nn.Linear(8, dim))
            self.norm_input, self.norm_slots = nn.LayerNorm(dim), nn.LayerNorm(dim)
            self.norm_pre_ff = nn.LayerNorm(dim)

        def forward(self, inputs, noise):
            b, _, d = inputs.shape
            slots = self.slots_mu + self.slots_logsigma.exp() * noise
            inputs = self.norm_input(inputs)
            k, v = self.to_k(inputs), self.to_v(inputs)
            for _ in range(self.iters):
                slots_prev = slots
                q = self.to_q(self.norm_slots(slots))
                dots = torch.einsum("bid,bjd->bij", q, k) * self.scale
                attn = dots.softmax(dim=1) + EPS
                attn = attn / attn.sum(dim=-1, keepdim=True)
                updates = torch.einsum("bjd,bij->bid", v, attn)
                slots = self.gru(updates.reshape(-1, d), slots_prev.reshape(-1, d))
                slots = slots.reshape(b, -1, d)
                slots = slots + self.mlp(self.norm_pre_ff(slots))
            return slots

    class AutoEncoder(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv = nn.Conv2d(3, DIM, 3, padding=1)
            self.encoder_pos, self.decoder_pos = nn.Linear(4, DIM), nn.Linear(4, DIM)
            self.slot_attention = SlotAttention(DIM, ITERATIONS)
            self.fc1, self.fc2 = nn.Linear(DIM, 8), nn.Linear(8, 4)

        def forward(self, image, noise):
            places = torch.as_tensor(grid()).to(image)
            x = torch.relu(self.conv(image)).flatten(2).transpose(1, 2)
            slots = self.slot_attention(x + self.encoder_pos(places), noise)
            painted = slots.unsqueeze(2) + self.decoder_pos(places)
            recons, masks = self.fc2(torch.relu(self.fc1(painted))).split([3, 1], dim=-1)
            masks = nn.Softmax(dim=1)(masks)
            return torch.sum(recons * masks, dim=1)

    def loss(model, batch):
        recon_combined = model(batch["image"], batch["noise"])
        return nn.functional.mse_loss(recon_combined, batch["image"].flatten(2).transpose(1, 2))

    model = AutoEncoder()
    return model, loss, torch.optim.Adam(model.parameters(), lr=4e-3)


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import Adam

    class Competition(layers.Layer):
        def __init__(self, **options):
            super().__init__(**options)
            self.project_q, self.project_k, self.project_v = (layers.Dense(DIM, name=n) for n in ("q", "k", "v"))
            self.cell = layers.GRUCell(DIM)
            self.mlp = keras.Sequential([layers.Dense(8, activation="relu"), layers.Dense(DIM)])
            self.norm_inputs, self.norm_slots, self.norm_mlp = (layers.LayerNormalization(epsilon=1e-5) for _ in "abc")

        def build(self, shape):
            self.mu = self.add_weight(shape=(1, 1, DIM), initializer="random_normal", name="mu")
            self.log_sigma = self.add_weight(shape=(1, 1, DIM), initializer="random_normal", name="log_sigma")

        def call(self, features, noise):
            slots = self.mu + tf.exp(self.log_sigma) * noise
            features = self.norm_inputs(features)
            k, v = self.project_k(features), self.project_v(features)
            for _ in range(ITERATIONS):
                q = self.project_q(self.norm_slots(slots)) / DIM**0.5
                shares = tf.nn.softmax(tf.matmul(k, q, transpose_b=True), axis=-1) + EPS
                weights = shares / tf.reduce_sum(shares, axis=1, keepdims=True)
                updates = tf.matmul(weights, v, transpose_a=True)
                state, _ = self.cell(tf.reshape(updates, (-1, DIM)), [tf.reshape(slots, (-1, DIM))])
                state = tf.reshape(state, tf.shape(slots))
                slots = state + self.mlp(self.norm_mlp(state))
            return slots

    class Painter(keras.Model):
        def __init__(self):
            super().__init__()
            self.look = layers.Conv2D(DIM, 3, padding="same", activation="relu")
            self.where_in, self.where_out = layers.Dense(DIM), layers.Dense(DIM)
            self.slot_attention = Competition(name="slot_attention")
            self.paint = keras.Sequential([layers.Dense(8, activation="relu"), layers.Dense(4)])

        def call(self, inputs):
            image, noise = inputs
            places = tf.constant(grid(), image.dtype)[tf.newaxis]
            features = tf.reshape(self.look(image), (-1, SIDE * SIDE, DIM)) + self.where_in(places)
            slots = self.slot_attention(features, noise)
            canvas = self.paint(slots[:, :, tf.newaxis, :] + self.where_out(places)[:, tf.newaxis])
            colours, alpha = canvas[..., :3], tf.nn.softmax(canvas[..., 3:], axis=1)
            return tf.einsum("bspc,bspo->bpc", colours, alpha)

    def loss(model, batch):
        seen = tf.reshape(batch["image"], (-1, SIDE * SIDE, 3))
        return tf.reduce_mean(tf.math.squared_difference(model((batch["image"], batch["noise"])), seen))

    return Painter(), loss, Adam(4e-3)
